// The limits of a broker. In: options. Out: what holds.
import type { Limits } from './core/limits.ts';

const defaultLimits: Required<Limits> = {
  maxPacketBytes: 268_435_460,
  maxConnections: 100_000,
  connectTimeoutMs: 10_000,
  stallTimeoutMs: 120_000,
  maxInFlight: 1_000,
  maxQueuedMessages: 100_000,
  maxQueuedBytes: 67_108_864,
  maxBufferedBytes: 67_108_864,
  pauseAboveBytes: 1_048_576,
  maxPauseMs: 1_000,
  maxHalfOpenConnections: 10_000,
  maxSessions: 1_000_000,
  sessionExpiryMs: Number.POSITIVE_INFINITY,
  maxSubscriptions: 100_000,
  maxTopicLevels: 65_535,
  maxRetainedMessages: 1_000_000,
  maxRetainedBytes: 1_073_741_824,
};

/** So much may wait at least: a turn gathers as much, and only of more does every transport tell when it has left. */
const leastWaitingBytes = 131_072;

/** Those that are given, over those that hold without. */
export function limitsOf(options: Partial<Limits>): Required<Limits> {
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  const limits: Partial<Limits> = Object.fromEntries(given);
  const { pauseAboveBytes = leastWaitingBytes, maxBufferedBytes = leastWaitingBytes } = limits;
  return {
    ...defaultLimits,
    ...limits,
    ...(limits.pauseAboveBytes === undefined ? {} : { pauseAboveBytes: Math.max(pauseAboveBytes, leastWaitingBytes) }),
    ...(limits.maxBufferedBytes === undefined
      ? {}
      : { maxBufferedBytes: Math.max(maxBufferedBytes, leastWaitingBytes) }),
  };
}
