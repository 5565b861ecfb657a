// Sessions whose clients are away, and when the broker gives them up (section 4.1 leaves that to whoever runs it). In: who leaves and comes
// back. Out: whose time is over.

/** So many are given up at once: others are served between. */
const mostAtOnce = 1_000;

export class AwaySessions<S> {
  readonly #expiryMs: number;
  /** When each is given up, in the order of leaving: all have the same time. */
  readonly #until = new Map<S, number>();

  /** Infinity: they are kept for ever. */
  constructor(expiryMs: number) {
    this.#expiryMs = expiryMs;
  }

  /** When the next one is given up; Infinity without one. */
  get next(): number {
    // Asked at every turn.
    if (this.#until.size === 0) return Number.POSITIVE_INFINITY;
    for (const until of this.#until.values()) return until;
    return Number.POSITIVE_INFINITY;
  }

  left(session: S, now: number): void {
    if (this.#expiryMs !== Number.POSITIVE_INFINITY) this.#until.set(session, now + this.#expiryMs);
  }

  /** Its client is there again, or it is gone. */
  cameBack(session: S): void {
    this.#until.delete(session);
  }

  /** Takes out those whose time is over, or some of them: then `next` is over, too. */
  take(now: number): readonly S[] {
    const over: S[] = [];
    for (const [session, until] of this.#until) {
      if (until > now || over.length === mostAtOnce) break;
      over.push(session);
    }
    for (const session of over) this.#until.delete(session);
    return over;
  }
}
