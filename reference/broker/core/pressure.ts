// Slow subscribers slow their publishers down: who publishes to a client that does not keep up is not read from until it has caught up,
// or for a time, so that a dead subscriber stops nobody for ever. In: who is slow, and time. Out: pauses.

/** A connection, as a publisher. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

interface Pause<C> {
  /** It ends then, whatever the subscribers do. */
  readonly untilMs: number;
  /** The subscribers that it waits for. */
  readonly by: Set<C>;
}

export class Pressure<C extends Pausable> {
  /** Who is being read from. */
  publisher: C | undefined;
  readonly #maxPauseMs: number;
  /** In the order in which they end: all pauses are of one length. */
  readonly #paused = new Map<C, Pause<C>>();
  readonly #slow = new Map<C, Set<C>>();
  /** Subscribers that were waited for in vain, until they have caught up. */
  readonly #tardy = new Set<C>();

  constructor(maxPauseMs: number) {
    this.#maxPauseMs = maxPauseMs;
  }

  /** When the next pause ends at the latest; Infinity without one. */
  get next(): number {
    for (const { untilMs } of this.#paused.values()) return untilMs;
    return Number.POSITIVE_INFINITY;
  }

  /** A subscriber does not keep up with who is being read from. */
  slow(subscriber: C, now: number): void {
    const { publisher } = this;
    if (publisher === undefined || this.#tardy.has(subscriber)) return;
    let waiting = this.#slow.get(subscriber);
    if (waiting === undefined) {
      waiting = new Set();
      this.#slow.set(subscriber, waiting);
    }
    if (waiting.has(publisher)) return;
    waiting.add(publisher);
    const pause = this.#paused.get(publisher);
    if (pause !== undefined) return void pause.by.add(subscriber);
    this.#paused.set(publisher, { untilMs: now + this.#maxPauseMs, by: new Set([subscriber]) });
    publisher.pause();
  }

  /** Whether anybody waits for this subscriber, or waits no more. */
  concerns(subscriber: C): boolean {
    return (this.#slow.size > 0 && this.#slow.has(subscriber)) || this.#tardy.has(subscriber);
  }

  /** A subscriber has caught up. */
  caughtUp(subscriber: C): void {
    this.#tardy.delete(subscriber);
    this.#release(subscriber);
  }

  /** A connection is over. */
  forget(connection: C): void {
    this.caughtUp(connection);
    const pause = this.#paused.get(connection);
    if (pause === undefined) return;
    this.#paused.delete(connection);
    for (const subscriber of pause.by) {
      const waiting = this.#slow.get(subscriber);
      waiting?.delete(connection);
      if (waiting?.size === 0) this.#slow.delete(subscriber);
    }
  }

  /** Ends the pauses whose time is over: nobody waits for those subscribers again before they have caught up. */
  tick(now: number): void {
    for (const [, { untilMs, by }] of this.#paused) {
      if (untilMs > now) return;
      for (const subscriber of by) {
        this.#tardy.add(subscriber);
        this.#release(subscriber);
      }
    }
  }

  #release(subscriber: C): void {
    const waiting = this.#slow.get(subscriber);
    if (waiting === undefined) return;
    this.#slow.delete(subscriber);
    for (const publisher of waiting) {
      const pause = this.#paused.get(publisher);
      if (pause === undefined) continue;
      pause.by.delete(subscriber);
      if (pause.by.size > 0) continue;
      this.#paused.delete(publisher);
      publisher.resume();
    }
  }
}
