// What the embedded broker lets in, so that credentials and access rules can be judged on it too.
import type { AuthenticationOutcome, Credentials } from '../../reference/broker/index.ts';

/** Messages of the process to its parent. */
export interface EmbeddedPlaces {
  readonly port: number;
  readonly websocketPort: number;
}

/** The one user that it knows; anonymous clients are let in as well. */
export const embeddedUser = { name: 'tester', password: 'embedded' } as const;
/** Anonymous clients, and the user with the right password. */
export const letsIn = ({ userName, password }: Pick<Credentials, 'userName' | 'password'>): AuthenticationOutcome =>
  userName === undefined ||
  (userName === embeddedUser.name && String(Buffer.from(password ?? [])) === embeddedUser.password)
    ? 'accepted'
    : 'bad user name or password';

/** Nobody may publish or subscribe to it. */
export const forbiddenTopic = 'mqttspec/forbidden';
