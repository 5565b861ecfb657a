// One direction of a TCP connection: segments in any order → its bytes in their order, each once.

const wrap = 2 ** 32;

/** `a` minus `b` of sequence numbers, which wrap: from -2^31 to 2^31 - 1. */
const distance = (a: number, b: number): number => {
  const difference = (a - b + wrap) % wrap;
  return difference >= wrap / 2 ? difference - wrap : difference;
};

/** What is held back until what comes before it is there. */
const mostHeldSegments = 4_096;

export class Stream {
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #finished: () => void;
  #next: number | undefined;
  #waiting: { readonly sequence: number; readonly bytes: Uint8Array }[] = [];
  #finAt: number | undefined;
  #over = false;

  constructor(receive: (bytes: Uint8Array) => void, finished: () => void) {
    this.#receive = receive;
    this.#finished = finished;
  }

  /** Bytes are missing in the middle: what is held cannot be handed over. */
  get hasGap(): boolean {
    return this.#waiting.length > 0;
  }

  /** The sequence number of the first byte, from a SYN. */
  begin(sequence: number): void {
    this.#next ??= sequence;
  }

  /** A segment; one that came before is recognised by its sequence numbers. */
  take(sequence: number, bytes: Uint8Array, fin: boolean): void {
    if (this.#over) return;
    this.#next ??= sequence;
    if (fin) this.#finAt = (sequence + bytes.length) % wrap;
    if (bytes.length > 0 && this.#waiting.length < mostHeldSegments) this.#waiting.push({ sequence, bytes });
    this.#handOver();
    if (this.#finAt !== undefined && this.#next === this.#finAt) {
      this.#over = true;
      this.#finished();
    }
  }

  #handOver(): void {
    for (let found = this.#takeNext(); found !== undefined; found = this.#takeNext()) {
      const next = this.#next ?? found.sequence;
      const fresh = found.bytes.subarray(distance(next, found.sequence));
      this.#next = (next + fresh.length) % wrap;
      if (fresh.length > 0) this.#receive(fresh);
    }
  }

  /** A segment that begins at or before the next byte. */
  #takeNext(): { readonly sequence: number; readonly bytes: Uint8Array } | undefined {
    const next = this.#next ?? 0;
    const at = this.#waiting.findIndex(({ sequence }) => distance(sequence, next) <= 0);
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }
}
