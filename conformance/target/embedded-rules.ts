// What the embedded broker lets in, so that credentials and access rules can be judged on it too.
import type { AuthenticationOutcome, Credentials } from '../../reference/broker/index.ts';

/** Messages of the process to its parent. */
export interface EmbeddedPlaces {
  readonly port: number;
  readonly websocketPort: number;
}

/** The one user that it knows; anonymous clients are let in as well. */
export const embeddedUser = { name: 'tester', password: 'embedded' } as const;
/** Everybody but a stranger by that name, and the one user with another password. */
export function letsIn({ userName, password }: Pick<Credentials, 'userName' | 'password'>): AuthenticationOutcome {
  const wrong = userName === embeddedUser.name && String(Buffer.from(password ?? [])) !== embeddedUser.password;
  return wrong || userName === strangerName ? 'bad user name or password' : 'accepted';
}

/** The user name by which scenarios ask to be refused. */
const strangerName = 'nobody-of-mqttspec';
/** Nobody may publish or subscribe to it. */
export const forbiddenTopic = 'mqttspec/forbidden';
