// The system's clock behind an interface, and a virtual one for tests.

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls once, not before `atMs`; returns what cancels it. */
  at(atMs: number, call: () => void): () => void;
}

const longestTimerMs = 2_000_000_000;

const timerAt = (atMs: number, call: () => void): NodeJS.Timeout =>
  setTimeout(call, Math.min(Math.max(0, Math.ceil(atMs - performance.now())), longestTimerMs));

/** A call that is due does not keep the process running. */
export const systemClock: Clock = {
  now: () => performance.now(),
  at: (atMs, call) => {
    const timer = timerAt(atMs, call);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A call that is due keeps the process running: for a client that waits to connect again. */
export const wakefulClock: Clock = {
  now: () => performance.now(),
  at: (atMs, call) => {
    const timer = timerAt(atMs, call);
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
