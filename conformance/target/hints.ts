// What the user tells of a target beside its address, because no probe can find it out.
import type { Address } from './address.ts';
import type { Restart } from './restart-commands.ts';

export interface Hints {
  /** Where the same target speaks MQTT over WebSocket. */
  readonly websocket?: Address;
  /** A topic to which the tester may neither publish nor subscribe by the target's access rules. */
  readonly forbiddenTopic?: string;
  /** Stops the target and starts it again. */
  readonly restart?: Restart;
}
