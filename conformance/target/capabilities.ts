// What a target offers, found out by probing and not assumed.
import type { Qos } from '../../reference/message.ts';
import type { Protocol } from '../verdict/verdict.ts';

export interface Capabilities {
  readonly protocols: readonly Protocol[];
  readonly maximumQos: Qos;
  readonly retainedMessages: boolean;
  readonly storedSessions: boolean;
  readonly wildcards: boolean;
  readonly emptyClientId: boolean;
  /** Messages that clients publish to `$`-topics reach subscribers. */
  readonly dollarTopics: boolean;
  readonly sysTopics: boolean;
  readonly version?: string;
  /** Messages on different topics of one publisher may come in another order. */
  readonly reordersTopics: boolean;
  /** A subscription may be effective only some time after its SUBACK. */
  readonly lateSubscriptions: boolean;
}
