// Whose the bytes are that are being read. In: chunks, as their transport lends them. Out: ranges that may be used on.
import { leastSliceBytes, loopedBytes } from '../../codec/output.ts';

/** A payload of at least this part of the memory that it lies in is kept there: a smaller one would keep all the rest with it. */
const leastPart = 0.5;

/** What may be wanted of a chunk beyond the call that brings it, as its transport has it. */
export interface ChunkLoan {
  keep(): () => void;
  comesAgain(from: number, packetBytes: number): boolean;
}

export class Lending {
  #memory: ArrayBufferLike | undefined;
  #loan: ChunkLoan | undefined;

  /** A chunk is read. Without a loan others write into its memory afterwards. */
  begin(chunk: Uint8Array, loan: ChunkLoan | undefined): void {
    this.#memory = chunk.buffer;
    this.#loan = loan;
  }

  /** The chunk was read. */
  end(): void {
    this.#memory = undefined;
    this.#loan = undefined;
  }

  /** Whether an unfinished packet comes again when there is more of it. */
  comesAgain(from: number, packetBytes: number): boolean {
    return this.#loan?.comesAgain(from, packetBytes) ?? false;
  }

  /** A range of bytes to pass on, as a slice where it is worth it and allowed. */
  borrow(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const range = bytes.subarray(from, to);
    const isSafe = this.#loan !== undefined || bytes.buffer !== this.#memory;
    return isSafe || range.length < leastSliceBytes ? range : new Uint8Array(range);
  }

  /** These bytes are still in use when the chunk was read. Returns what to call when they are not any more, if anybody cares. */
  keep(bytes: Uint8Array): (() => void) | undefined {
    return bytes.buffer === this.#memory ? this.#loan?.keep() : undefined;
  }

  /** As `ownBytes`, of a range of a chunk. */
  ownRange(chunk: Uint8Array, from: number, to: number): Uint8Array {
    const length = to - from;
    if (length > loopedBytes) return this.ownBytes(chunk.subarray(from, to));
    const own = new Uint8Array(length);
    for (let i = 0; i < length; i++) own[i] = chunk[from + i] as number;
    return own;
  }

  /** Bytes that stay: the same where they are not lent, and most of their memory. */
  ownBytes(view: Uint8Array): Uint8Array {
    const isLent = view.buffer === this.#memory;
    return isLent || view.length < view.buffer.byteLength * leastPart ? new Uint8Array(view) : view;
  }
}
