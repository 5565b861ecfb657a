// A frame that comes in pieces. In: chunks, each with where to go on. Out: the whole frame, in bytes of its own.
import { Buffer } from 'node:buffer';
import { MalformedPacket } from './malformed.ts';

/** A packet above the limit, known from its Remaining Length before any of it was buffered. */
export class PacketTooLarge extends MalformedPacket {
  constructor(packetBytes: number, maxPacketBytes: number) {
    super({
      statement: '2.2.3',
      offset: 1,
      expected: `a packet of at most ${maxPacketBytes} bytes`,
      actual: `${packetBytes}`,
    });
    this.name = 'PacketTooLarge';
  }
}

/** Largest packet that the fixed header allows: 268,435,455 bytes behind a header of five. */
export const largestPacketBytes = 268_435_460;

const longestHeader = 5;

/**
 * Length of the frame that begins at `start`; 0 if its header is not complete before `end`.
 * Throws MalformedPacket for a fifth length byte, PacketTooLarge for a frame above the limit.
 */
export function frameLength(bytes: Uint8Array, start: number, end: number, maxPacketBytes: number): number {
  let remaining = 0;
  for (let at = start + 1, shift = 0; shift < 28; at++, shift += 7) {
    if (at >= end) return 0;
    const byte = bytes[at] as number;
    remaining |= (byte & 127) << shift;
    if (byte > 127) continue;
    const length = at + 1 - start + remaining;
    if (length > maxPacketBytes) throw new PacketTooLarge(length, maxPacketBytes);
    return length;
  }
  throw new MalformedPacket({
    statement: '2.2.3',
    offset: 4,
    expected: 'a Remaining Length of at most four bytes',
    actual: 'a fifth',
  });
}

/** First reservation: a header alone shall not reserve what it only claims. */
const firstReservation = 4_096;
/** What came may reserve this many times as much: few copies of large packets, and little for few bytes. */
const growth = 32;
/** Below this, a loop is cheaper than a view and a call. */
const fewBytes = 24;

export class PartialFrame {
  /** Largest frame whose length becomes known from now on. */
  maxPacketBytes: number;
  /** What has come; reserved at first need, none between packets. */
  #bytes: Uint8Array | undefined;
  #length = 0;
  /** Length of the whole frame; 0 until its header is complete. */
  #frameLength = 0;

  constructor(maxPacketBytes: number) {
    this.maxPacketBytes = maxPacketBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get isComplete(): boolean {
    return this.#length > 0 && this.#length === this.#frameLength;
  }

  /** How many bytes the frame still needs, as far as that is known already: 0 before. */
  get missing(): number {
    return this.#frameLength === 0 ? 0 : this.#frameLength - this.#length;
  }

  /** Takes what belongs to the frame, from `offset` on; where the chunk goes on behind it. */
  add(chunk: Uint8Array, offset: number): number {
    let at = offset;
    while (this.#frameLength === 0) {
      if (at === chunk.length) return at;
      this.#append(chunk, at, at + 1);
      at++;
      this.#frameLength = frameLength(this.#reserved(0), 0, this.#length, this.maxPacketBytes);
    }
    const end = Math.min(chunk.length, at + this.#frameLength - this.#length);
    this.#append(chunk, at, end);
    return end;
  }

  /** The whole frame; what comes next begins another. */
  take(): Uint8Array {
    const bytes = this.#reserved(0);
    const frame = new Uint8Array(bytes.buffer, bytes.byteOffset, this.#length);
    this.#bytes = undefined;
    this.#length = 0;
    this.#frameLength = 0;
    return frame;
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const count = end - start;
    const bytes = this.#reserved(count);
    const at = this.#length;
    if (count > fewBytes) bytes.set(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end), at);
    else for (let i = 0; i < count; i++) bytes[at + i] = chunk[start + i] as number;
    this.#length = at + count;
  }

  /** The bytes, with room for `more`. */
  #reserved(more: number): Uint8Array {
    const held = this.#bytes;
    const needed = this.#length + more;
    if (held !== undefined && needed <= held.length) return held;
    const wanted = Math.max(firstReservation, needed * growth);
    const reserved = Buffer.allocUnsafe(this.#frameLength === 0 ? longestHeader : Math.min(this.#frameLength, wanted));
    if (held !== undefined) reserved.set(held.subarray(0, this.#length));
    this.#bytes = reserved;
    return reserved;
  }
}
