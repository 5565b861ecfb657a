// Client's side of Keep Alive (section 3.1.2.10): when PINGREQ is due, when its answer is overdue, and who waits for which. Times are
// milliseconds.
import type { Waiting } from './client-port.ts';

/** Share of the Keep Alive interval after which PINGREQ goes out: the rest is for its way to the server. */
const margin = 0.75;

/** A PINGREQ that has no answer yet. */
interface Asked {
  at: number;
  /** Nobody where Keep Alive asked. */
  readonly waiting: Waiting | undefined;
}

export class Pings {
  readonly #intervalMs: number;
  readonly #answerWithinMs: number;
  #lastSentAt: number;
  /** In the order in which they went out; undefined: there are none. */
  #asked: Asked[] | undefined;

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

  pingSent(now: number, waiting?: Waiting): void {
    this.#lastSentAt = now;
    this.#asked ??= [];
    this.#asked.push({ at: now, waiting });
  }

  /** The answer to the PINGREQ that is open for longest. */
  pingresp(): void {
    const answered = this.#asked?.shift();
    if (this.#asked?.length === 0) this.#asked = undefined;
    answered?.waiting?.done();
  }

  /** No answer comes any more. */
  fail(reason: Error): void {
    const asked = this.#asked ?? [];
    this.#asked = undefined;
    for (const { waiting } of asked) waiting?.failed(reason);
  }

  /** Nothing was read for a while by our own will: an answer may lie unread. */
  readingResumed(now: number): void {
    for (const asked of this.#asked ?? []) asked.at = now;
  }

  /** MQTT-3.1.2-23: when PINGREQ has to go out if no packet does before. */
  get dueAt(): number {
    return this.#lastSentAt + this.#intervalMs;
  }

  /** When a PINGRESP that has not come means that the connection is dead (SHOULD-3.1.2.10-b). */
  get overdueAt(): number {
    return (this.#asked?.[0]?.at ?? Number.POSITIVE_INFINITY) + this.#answerWithinMs;
  }
}
