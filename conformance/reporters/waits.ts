// What the scenarios that are being played wait for. In: events, and the time. Out: words for a live line.
import type { RunEvent } from '../verdict/events.ts';

interface Wait {
  readonly what: string;
  /** Milliseconds on the clock of the reporter, where it is known how long it takes. */
  readonly until?: number;
}

export class Waits {
  readonly #waits = new Map<string, Wait>();

  begin({ id, protocol, waitsFor, forMs }: Extract<RunEvent, { type: 'scenario:waits' }>, now: number): void {
    this.#waits.set(`${id} ${protocol}`, { what: waitsFor, ...(forMs === undefined ? {} : { until: now + forMs }) });
  }

  end({ id, protocol }: { readonly id: string; readonly protocol: string }): void {
    this.#waits.delete(`${id} ${protocol}`);
  }

  /** `; waiting for 3 keep-alive timers, 1.2 s`, the most frequent first; without `now`, no time is told. */
  text(now?: number): string {
    const groups = new Map<string, Wait[]>();
    for (const wait of this.#waits.values()) groups.set(wait.what, [...(groups.get(wait.what) ?? []), wait]);
    if (groups.size === 0) return '';
    const parts = [...groups]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([what, waits]) => `${counted(waits.length, what)}${now === undefined ? '' : remaining(waits, now)}`);
    return `; waiting for ${parts.join(', ')}`;
  }
}

function counted(n: number, what: string): string {
  if (n === 1) return what;
  return /timer$/.test(what) ? `${n} ${what}s` : `${n} x ${what}`;
}

/** The longest of what is known; nothing once it should be over. */
function remaining(waits: readonly Wait[], now: number): string {
  const longest = Math.max(0, ...waits.map(({ until = 0 }) => until - now));
  return longest < 50 ? '' : `, ${(longest / 1_000).toFixed(1)} s`;
}
