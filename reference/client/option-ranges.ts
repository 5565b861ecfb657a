// Which numbers options may be. In: options as the user writes them. Out: nothing, or a RangeError that says which.
import type { ClientOptions } from './options.ts';

/** Without an upper end: any number from there on, also Infinity. */
const ranges = {
  maxInFlight: { least: 1, most: 65_000 },
  maxQueuedMessages: { least: 0 },
  // No CONNACK is shorter.
  maxPacketBytes: { least: 4 },
  maxUnreadMessages: { least: 1 },
  maxUnreadBytes: { least: 1 },
  connectTimeoutMs: { least: 0 },
  pingTimeoutMs: { least: 0 },
} as const satisfies { readonly [name in keyof ClientOptions]: { readonly least: number; readonly most?: number } };

type Limited = keyof typeof ranges;

const entries = Object.entries(ranges) as readonly [Limited, { readonly least: number; readonly most?: number }][];

/** Throws RangeError. */
export function checkRanges(options: ClientOptions): void {
  for (const [name, { least, most }] of entries) {
    const value = options[name];
    if (value === undefined) continue;
    const fits = most === undefined ? value >= least : Number.isInteger(value) && value >= least && value <= most;
    if (fits) continue;
    throw new RangeError(`${name}: expected ${least} ${most === undefined ? 'or more' : `to ${most}`}, got ${value}`);
  }
}
