// How long a wait may last. Bounds are the measure of failure, never the pace of success.
// A bound that ran out is not believed at once: a machine under load delays both ends. So the input that has already come is
// read first, and the target has to serve somebody else who came meanwhile (a newcomer) before its silence counts. Who is still
// silent then may be busy with a long piece of work: he is outwaited for as long as many newcomers take, one after another.

export interface PatienceOptions {
  /** Bound of an ordinary reply and of a close, in milliseconds (`--timeout`). */
  readonly replyMs: number;
  /** Behind that bound, so many milliseconds more at least before a silence is believed. Left out: some times the bound. */
  readonly silenceMs?: number;
  /**
   * Resolves when the target has served somebody who came after this call; false if it kept silent to the limit. Left out where there is
   * nobody to ask: bounds are believed then.
   */
  readonly witness?: () => Promise<boolean>;
  /** A longer bound of a reply, in milliseconds, which is still being found out: until then no silence is believed. */
  readonly longerMs?: Promise<number>;
}

/** What silence says: `ignored`, the target served others all the time; `busy`, it kept others waiting too, so nothing can be held against it. */
export type Silence = 'ignored' | 'busy';

/** What came at last, or what the silence says. */
export type Outwaited<T> =
  | { readonly found: T; readonly silence?: undefined }
  | { readonly found?: undefined; readonly silence: Silence };

export interface Outwaiting {
  /** So many newcomers have to be served, one after another. */
  readonly newcomers: number;
  /** And so many milliseconds have to go by. */
  readonly atLeastMs: number;
}

/** Somebody who is served more slowly than so many newcomers together is not served at all. */
export const mostNewcomers = 64;
/** Who is silent is waited for so much longer than for an ordinary reply, at least. */
const timesLater = 4;
/** A target that takes longer than this to serve even half of them is busy. */
const longestMs = 20_000;

export class Patience {
  #replyMs: number;
  readonly #silenceMs: number | undefined;
  readonly #witness: (() => Promise<boolean>) | undefined;
  /** Until it is known how long replies take. */
  #found: Promise<void> | undefined;

  constructor({ replyMs, silenceMs, witness, longerMs }: PatienceOptions) {
    this.#replyMs = replyMs;
    this.#silenceMs = silenceMs;
    this.#witness = witness;
    this.#found = longerMs?.then((found) => {
      this.#replyMs = Math.max(replyMs, found);
      this.#found = undefined;
    });
  }

  get replyMs(): number {
    return this.#replyMs;
  }

  get silenceMs(): number {
    return this.#silenceMs ?? this.#replyMs * timesLater;
  }

  /** The same with longer bounds of a reply, for a second look at what did not come. */
  longer(times: number): Patience {
    const { silenceMs, replyMs } = this;
    const witness = this.#witness;
    const longerMs = this.#found?.then(() => this.replyMs * times);
    return new Patience({
      replyMs: replyMs * times,
      silenceMs,
      ...(witness === undefined ? {} : { witness }),
      ...(longerMs === undefined ? {} : { longerMs }),
    });
  }

  /** Resolves when the target's silence towards somebody is told from slowness, or as soon as `cancelled` is aborted. */
  async outwaits({ newcomers, atLeastMs }: Outwaiting, cancelled: AbortSignal): Promise<Silence> {
    const witness = this.#witness;
    if (witness === undefined) return 'ignored';
    const limit = new AbortController();
    const stop = (): void => limit.abort();
    cancelled.addEventListener('abort', stop, { once: true });
    let served = 0;
    const serve = async (): Promise<void> => {
      while (served < newcomers && !limit.signal.aborted && (await witness())) served++;
    };
    const both = Promise.all([elapse(atLeastMs, limit.signal), serve()]);
    await Promise.race([elapse(longestMs, limit.signal), both]);
    limit.abort();
    cancelled.removeEventListener('abort', stop);
    await inputRead();
    return served >= newcomers / 2 ? 'ignored' : 'busy';
  }

  /** Calls `out` when `ms` have gone by and the target's silence may be believed, unless it is cancelled by what it returns. */
  runsOut(ms: number, out: () => void): () => void {
    let cancelled = false;
    const bound = this.#replyMs;
    const isBelieved = async (): Promise<void> => {
      await this.#witness?.();
      await inputRead();
      if (!cancelled) out();
    };
    let timer = setTimeout(async () => {
      await this.#found;
      const lackingMs = this.#lengthened(ms, bound) - ms;
      if (cancelled) return;
      if (lackingMs > 0) timer = setTimeout(isBelieved, lackingMs);
      else await isBelieved();
    }, ms);
    return () => {
      cancelled = true;
      clearTimeout(timer);
    };
  }

  /** A wait that began under a shorter bound of a reply, in proportion; what waits for a real timer waits long enough. */
  #lengthened(ms: number, bound: number): number {
    return Math.min((ms * this.#replyMs) / bound, Math.max(ms, this.#replyMs * longestInReplies));
  }
}

/** Of waits for replies, in their bounds. */
const longestInReplies = 2;

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
