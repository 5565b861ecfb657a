// What a scenario is: one black-box exchange that cites the statements it can falsify.
import type { Difference31Id, StatementId } from '../spec/catalogue.ts';
import type { Protocol } from '../verdict/verdict.ts';
import type { Stage } from '../wire/play/stage.ts';

/** What a target has to offer before a scenario can judge it; found by probing, or given by the user. */
export type Need =
  | 'qos 1'
  | 'qos 2'
  | 'wildcards'
  /** A wildcard filter finds retained messages. */
  | 'retained wildcards'
  /** At least eight messages are sent to a client that acknowledges none. */
  | 'several in flight'
  | 'empty client id'
  | 'level 3'
  | 'level 4'
  /** Messages published to `$`-topics outside `$SYS` are delivered. */
  | 'dollar topics'
  | '$SYS'
  | 'websocket'
  | 'tls'
  | 'credentials'
  | 'access rules'
  /** The target can be stopped and started. Scenarios that need it are played behind all others, one at a time. */
  | 'restart';

export interface Scenario {
  /** Kebab-case, unique, and never changed: reports link to it. */
  readonly id: string;
  /** A sentence: what a conformant target does. */
  readonly title: string;
  /** Statements that it can falsify; the rows of MQTT 3.1 count when it is played at level 3. */
  readonly cites: { readonly v3: readonly StatementId[]; readonly v31?: readonly Difference31Id[] };
  readonly needs: readonly Need[];
  /** Protocols at which it is played; 3.1.1 alone unless told otherwise. */
  readonly protocols: readonly Protocol[];
  /** Waits for a real timer: started first, and beside the others. */
  readonly timed: boolean;
  /** Has very many packets: played beside the others from the beginning, so that nobody waits for it at the end. */
  readonly long: boolean;
  /** Has a subscription that would get the messages of all others: played behind them, beside its like. */
  readonly hearsAll: boolean;
  /** Played last, one at a time: hard on the target, so that what it breaks is not held against the others. */
  readonly alone: boolean;
  /** Shows what a target does where the standard leaves it open: it can be neither failed nor warned. */
  readonly observesOnly: boolean;
  readonly play: (stage: Stage) => Promise<void>;
}

export interface ScenarioText {
  readonly title: string;
  readonly cites: { readonly v3: readonly StatementId[]; readonly v31?: readonly Difference31Id[] };
  readonly needs?: readonly Need[];
  readonly protocols?: readonly Protocol[];
  readonly timed?: boolean;
  readonly long?: boolean;
  readonly hearsAll?: boolean;
  readonly alone?: boolean;
  readonly observesOnly?: boolean;
  readonly play: (stage: Stage) => Promise<void>;
}

const ordinary = {
  needs: [],
  protocols: ['3.1.1'],
  timed: false,
  long: false,
  hearsAll: false,
  alone: false,
  observesOnly: false,
} as const;

/** Declares a scenario. */
export function scenario(id: string, text: ScenarioText): Scenario {
  return { ...ordinary, ...text, id };
}
