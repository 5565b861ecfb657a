// The system's clock behind an interface, and a virtual one for tests.

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls once, not before `atMs`; returns what cancels it. */
  at(atMs: number, call: () => void): () => void;
}

const longestTimerMs = 2_000_000_000;

export const systemClock: Clock = {
  now: () => performance.now(),
  at: (atMs, call) => {
    const delay = Math.min(Math.max(0, Math.ceil(atMs - performance.now())), longestTimerMs);
    const timer = setTimeout(call, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Time that stands still until `advance` is called. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #calls = new Set<{ readonly atMs: number; readonly call: () => void }>();

  now(): number {
    return this.#now;
  }

  at(atMs: number, call: () => void): () => void {
    const entry = { atMs, call };
    this.#calls.add(entry);
    return () => void this.#calls.delete(entry);
  }

  /** Lets time go by, and calls what is due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#earliest(end); next !== undefined; next = this.#earliest(end)) {
      this.#calls.delete(next);
      this.#now = Math.max(this.#now, next.atMs);
      next.call();
    }
    this.#now = end;
  }

  #earliest(end: number): { readonly atMs: number; readonly call: () => void } | undefined {
    return [...this.#calls].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
