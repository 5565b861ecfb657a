// What a target offers, found out by probing and not assumed.
import type { Qos } from '../../reference/message.ts';
import type { Protocol } from '../verdict/verdict.ts';

/** How many messages in flight at once scenarios build on. */
export const severalInFlight = 8;

/** Sizes of whole packets, in bytes, that are tried: what scenarios build on, and both sides of where Remaining Length grows. */
export const packetSizes = [
  2_097_157, 2_097_155, 1_300_100, 262_250, 150_100, 70_100, 65_700, 17_100, 16_500, 16_388, 16_386, 8_192, 4_096,
] as const;

export interface Capabilities {
  /** The longest that a SUBACK took while the target was probed, in milliseconds. */
  readonly slowestReplyMs: number;
  /** The same of replies of every kind, and of deliveries: some may take long where SUBACK comes at once. */
  readonly slowestOfAllMs: number;
  readonly protocols: readonly Protocol[];
  readonly maximumQos: Qos;
  readonly retainedMessages: boolean;
  readonly storedSessions: boolean;
  /** A CONNECT with CleanSession 0 is refused by a return code, as section 3.1.4 leaves to a server's policy. */
  readonly refusesStoredSessions: boolean;
  /** A CONNECT with a will is refused by a return code, or one with Will Retain 1 is: the same. */
  readonly refusedWills: 'none' | 'retained' | 'all';
  /** CONNACK says whether a session was stored; a target that never does violates MQTT-3.2.2-2, which is judged once. */
  readonly tellsSessions: boolean;
  readonly wildcards: boolean;
  /** A wildcard filter finds retained messages; one that does not violates MQTT-3.3.1-6, which is judged once. */
  readonly retainedWildcards: boolean;
  /** Messages that come to a client that acknowledges none, at most `severalInFlight`. */
  readonly inFlight: number;
  /** Messages at QoS 1 come more than once on a live connection, as they may (MAY-3.3.1.1-a). */
  readonly repeatsAtQos1: boolean;
  /**
   * The largest of `packetSizes` that neither ends the connection nor is dropped; 0 if none. The standard gives no limit but that of
   * Remaining Length, yet operators set one.
   */
  readonly largestPacket: number;
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
