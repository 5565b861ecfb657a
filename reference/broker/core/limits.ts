// What a client may ask of the broker at most.
import type { SessionLimits } from './session.ts';

export interface Limits extends SessionLimits {
  /** Largest packet of a client, fixed header included. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** How long a connection may be open without a CONNECT that is answered. */
  readonly connectTimeoutMs: number;
  /** Bytes that may wait for a client before those who publish to it are not read from; 1 MiB. */
  readonly pauseAboveBytes?: number;
  /** How long a publisher is not read from at the longest, for the sake of subscribers that do not keep up; 1 second. */
  readonly maxPauseMs?: number;
  /**
   * Bytes that may wait for a client which reads too slowly; beyond, QoS 0 messages to it are dropped, and those of QoS 1 and 2 are
   * queued. Left out: no limit.
   */
  readonly maxBufferedBytes?: number;
}
