// How long a wait may last. Bounds are the measure of failure, never the pace of success.
// A bound that ran out is not believed at once: a machine under load delays both ends. So the input that has already come is
// read first, and the target has to answer an uninvolved connection (the witness) before its silence counts.

export interface PatienceOptions {
  /** Bound of an ordinary reply and of a close, in milliseconds (`--timeout`). */
  readonly replyMs: number;
  /** Resolves when the target has answered somebody else, or when it will not. */
  readonly witness: () => Promise<void>;
}

export class Patience {
  readonly replyMs: number;
  readonly #witness: () => Promise<void>;

  constructor({ replyMs, witness }: PatienceOptions) {
    this.replyMs = replyMs;
    this.#witness = witness;
  }

  /** The same with longer bounds, for a second look at what did not come. */
  longer(times: number): Patience {
    return new Patience({ replyMs: this.replyMs * times, witness: this.#witness });
  }

  /** Calls `out` when `ms` have gone by and the target's silence may be believed, unless it is cancelled by what it returns. */
  runsOut(ms: number, out: () => void): () => void {
    let cancelled = false;
    const timer = setTimeout(async () => {
      await this.#witness();
      await inputRead();
      if (!cancelled) out();
    }, ms);
    return () => {
      cancelled = true;
      clearTimeout(timer);
    };
  }
}

/** Resolves after `ms`, or as soon as `cancelled` is aborted. */
export function elapse(ms: number, cancelled?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (cancelled?.aborted === true) return done();
    const finish = (): void => {
      clearTimeout(timer);
      cancelled?.removeEventListener('abort', finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    cancelled?.addEventListener('abort', finish, { once: true });
  });
}

/** Resolves when the event loop has read, twice, what had come by now. */
function inputRead(): Promise<void> {
  return new Promise((done) => setImmediate(() => setImmediate(done)));
}
