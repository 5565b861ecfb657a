// Whether a target serves anybody at all. In: each time that somebody wants to know. Out: the same answer, and once, word that the target
// is lost: it can hang in the middle of a run, and each of some thousand waits would go to its limit.

export interface PulseOptions {
  /** Resolves when the target has served a newcomer; false if it has left him waiting to the limit. */
  readonly alive: () => Promise<boolean>;
  /** Resolves when the target has answered a CONNECT; false if it has kept silent to the limit. Asked before the target is given up. */
  readonly answers: () => Promise<boolean>;
  /** Resolves when a client that has long been there has got PINGRESP; false if it got none in time. Asked when no CONNECT is answered. */
  readonly pings: () => Promise<boolean>;
  readonly now: () => number;
  readonly lost: () => void;
}

/** Milliseconds without a newcomer served after which a target may be lost. */
const longestMs = 30_000;
/** A target that still answers those who are there is busy, for so many milliseconds in all. */
const longestBusyMs = 90_000;

export class Pulse {
  readonly #options: PulseOptions;
  #servedAt: number;
  #isAsking = false;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#servedAt = options.now();
  }

  /** Whether the target has served somebody who came after this call. */
  async feel(): Promise<boolean> {
    const { alive, now } = this.#options;
    const isServed = await alive();
    if (isServed) this.#servedAt = now();
    else if (now() - this.#servedAt > longestMs) await this.#makeSure();
    return isServed;
  }

  async #makeSure(): Promise<void> {
    const { answers, pings, now, lost } = this.#options;
    if (this.#isAsking) return;
    this.#isAsking = true;
    if (await answers()) this.#servedAt = now();
    else if (now() - this.#servedAt > longestBusyMs || !(await pings())) return lost();
    this.#isAsking = false;
  }
}
