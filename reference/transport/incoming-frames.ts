// Frames that have come whole, handed over in slices. In: frames of any size, and whether somebody wants a rest. Out: slices, so that a
// frame of many packets is no longer turn than the same bytes over TCP.

/** What is handed over at once. */
const sliceBytes = 262_144;

export class IncomingFrames {
  readonly #hand: (slice: Uint8Array) => void;
  readonly #frames: Uint8Array[] = [];
  #isPaused = false;
  #isHanding = false;
  #whenEmpty: (() => void) | undefined;

  constructor(hand: (slice: Uint8Array) => void) {
    this.#hand = hand;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#handOver();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#handOver();
  }

  /** Nobody wants the rest any more. */
  drop(): void {
    this.#frames.length = 0;
    this.#handOver();
  }

  /** No frame follows: calls when the last one was handed over or dropped. */
  end(whenEmpty: () => void): void {
    this.#whenEmpty = whenEmpty;
    this.#handOver();
  }

  #handOver(): void {
    // Who listens may pause and resume meanwhile.
    if (this.#isHanding) return;
    this.#isHanding = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#hand(next);
    this.#isHanding = false;
    if (this.#frames.length > 0 || this.#whenEmpty === undefined) return;
    const whenEmpty = this.#whenEmpty;
    this.#whenEmpty = undefined;
    whenEmpty();
  }

  #next(): Uint8Array | undefined {
    const [first] = this.#frames;
    if (first === undefined || this.#isPaused) return undefined;
    if (first.length <= sliceBytes) return this.#frames.shift();
    this.#frames[0] = first.subarray(sliceBytes);
    return first.subarray(0, sliceBytes);
  }
}
