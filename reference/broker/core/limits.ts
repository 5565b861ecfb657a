// What a client may ask of the broker at most.
import type { SessionLimits } from './session.ts';

export interface Limits extends SessionLimits {
  /** Largest packet of a client, fixed header included. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** Connections that no client was let in on yet; more are broken off at once. 10,000. */
  readonly maxHalfOpenConnections?: number;
  /** Sessions, of clients that are connected or away: beyond, a client gets none that is kept (return code 3). 1,000,000. */
  readonly maxSessions?: number;
  /** How long a session is kept whose client is away; for ever. */
  readonly sessionExpiryMs?: number;
  /** Subscriptions of one client; one of many levels counts for each ten. More are refused. 100,000. */
  readonly maxSubscriptions?: number;
  /** Levels of a Topic Name or Topic Filter: a filter with more is refused, a PUBLISH or will ends its connection. As many as fit. */
  readonly maxTopicLevels?: number;
  /** Retained messages, of all topics, and the bytes of their names and payloads; what is beyond is delivered and not retained. 1,000,000, 1 GiB. */
  readonly maxRetainedMessages?: number;
  readonly maxRetainedBytes?: number;
  /** How long a connection may be open without a CONNECT that is answered. */
  readonly connectTimeoutMs: number;
  /** How long a client may take nothing of what waits for it, before its connection is ended; 2 minutes. */
  readonly stallTimeoutMs?: number;
  /** Bytes that may wait for a client before those who publish to it are not read from; 1 MiB. */
  readonly pauseAboveBytes?: number;
  /** How long a publisher is not read from at the longest, for the sake of subscribers that do not keep up; 1 second. */
  readonly maxPauseMs?: number;
  /**
   * Bytes that may wait for a client which reads too slowly; beyond, QoS 0 messages to it are dropped, and those of QoS 1 and 2 are
   * queued. Who is owed as many bytes of answers beside is not read from until it has taken them. Left out: no limit.
   */
  readonly maxBufferedBytes?: number;
}

/** What holds where nothing is said. */
export const noLimits = {
  maxHalfOpenConnections: Number.POSITIVE_INFINITY,
  maxSessions: Number.POSITIVE_INFINITY,
  sessionExpiryMs: Number.POSITIVE_INFINITY,
  maxSubscriptions: Number.POSITIVE_INFINITY,
  maxTopicLevels: Number.POSITIVE_INFINITY,
  maxRetainedMessages: Number.POSITIVE_INFINITY,
  maxRetainedBytes: Number.POSITIVE_INFINITY,
  maxQueuedBytes: Number.POSITIVE_INFINITY,
  maxBufferedBytes: Number.POSITIVE_INFINITY,
  stallTimeoutMs: Number.POSITIVE_INFINITY,
  pauseAboveBytes: 1_048_576,
  maxPauseMs: 1_000,
} as const satisfies Partial<Limits>;
