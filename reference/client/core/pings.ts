// Client's side of Keep Alive (section 3.1.2.10): when PINGREQ is due, and when its answer is overdue. Times are milliseconds.

/** Share of the Keep Alive interval after which PINGREQ goes out: the rest is for its way to the server. */
const margin = 0.75;

export class Pings {
  readonly #intervalMs: number;
  readonly #answerWithinMs: number;
  #lastSentAt: number;
  /** When PINGREQs went out that have no answer yet; undefined: there are none. */
  #asked: number[] | undefined;

  constructor(options: { readonly keepAliveSeconds: number; readonly answerWithinMs: number; readonly now: number }) {
    const { keepAliveSeconds, answerWithinMs, now } = options;
    this.#intervalMs = keepAliveSeconds === 0 ? Number.POSITIVE_INFINITY : keepAliveSeconds * 1_000 * margin;
    this.#answerWithinMs = answerWithinMs;
    this.#lastSentAt = now;
  }

  /** A packet, whichever, went out. */
  packetSent(now: number): void {
    this.#lastSentAt = now;
  }

  pingSent(now: number): void {
    this.#lastSentAt = now;
    this.#asked ??= [];
    this.#asked.push(now);
  }

  pingresp(): void {
    this.#asked?.shift();
    if (this.#asked?.length === 0) this.#asked = undefined;
  }

  /** Nothing was read for a while by our own will: an answer may lie unread. */
  readingResumed(now: number): void {
    this.#asked?.fill(now);
  }

  /** MQTT-3.1.2-23: when PINGREQ has to go out if no packet does before. */
  get dueAt(): number {
    return this.#lastSentAt + this.#intervalMs;
  }

  /** When a PINGRESP that has not come means that the connection is dead (SHOULD-3.1.2.10-b). */
  get overdueAt(): number {
    return (this.#asked?.[0] ?? Number.POSITIVE_INFINITY) + this.#answerWithinMs;
  }
}
