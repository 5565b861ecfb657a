// What a scenario for a client is: the tester plays the broker, and tells the client under test what to do.
import type { StatementId } from '../spec/catalogue.ts';
import type { ClientStage } from '../wire/serve/client-stage.ts';

/** What a client has to offer before a scenario can judge it; its adapter says so. */
export type ClientNeed =
  | 'reconnect'
  | 'websocket'
  | 'empty client id'
  | 'stored session'
  | 'pingresp timeout'
  | 'connack timeout';

export interface ClientScenario {
  /** Kebab-case, unique among all scenarios, and never changed: reports link to it. */
  readonly id: string;
  /** A sentence: what a conformant client does. */
  readonly title: string;
  /** Folder of the section in which reports list it. */
  readonly section: string;
  readonly cites: readonly StatementId[];
  readonly needs: readonly ClientNeed[];
  readonly play: (stage: ClientStage) => Promise<void>;
}

/** Declares a scenario. */
export function clientScenario(
  id: string,
  text: Omit<ClientScenario, 'id' | 'needs'> & { readonly needs?: readonly ClientNeed[] },
): ClientScenario {
  return { needs: [], ...text, id };
}
