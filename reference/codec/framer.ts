// Chunks → frames. In: bytes in any chunking. Out: whole frames, as views where they lie in one chunk. Knows only fixed headers.
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

export interface FramerOptions {
  /** Largest packet, fixed header included; by default the largest that the standard allows. */
  readonly maxPacketBytes?: number;
}

/** First reservation for a frame that comes in pieces: a header alone shall not reserve what it only claims. */
const firstReservation = 4_096;

export class Framer {
  readonly #maxPacketBytes: number;
  /** A frame of which only a part has come. */
  #partial: Uint8Array | undefined;
  #partialLength = 0;
  /** Length of the partial frame, once its header is complete; 0 before. */
  #frameLength = 0;

  constructor({ maxPacketBytes = largestPacketBytes }: FramerOptions = {}) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Whether nothing of an unfinished frame is held. */
  get isEmpty(): boolean {
    return this.#partialLength === 0;
  }

  /** Hands over each whole frame. Throws MalformedPacket for a fifth length byte, PacketTooLarge for a frame above the limit. */
  push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void {
    let offset = this.#partialLength === 0 ? 0 : this.#complete(chunk, receive);
    while (offset < chunk.length) {
      const length = this.#lengthAt(chunk, offset);
      if (length === 0 || offset + length > chunk.length) {
        this.#keep(chunk.subarray(offset), length);
        return;
      }
      const frame = offset === 0 && length === chunk.length ? chunk : chunk.subarray(offset, offset + length);
      offset += length;
      receive(frame);
    }
  }

  /** Length of the frame that begins here; 0 if its header is not complete. */
  #lengthAt(bytes: Uint8Array, offset: number, end = bytes.length): number {
    let at = offset + 1;
    let remaining = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) return 0;
      const byte = bytes[at++] as number;
      remaining |= (byte & 127) << shift;
      if (byte < 128) {
        const length = at - offset + remaining;
        if (length > this.#maxPacketBytes) throw new PacketTooLarge(length, this.#maxPacketBytes);
        return length;
      }
    }
    throw new MalformedPacket({
      statement: '2.2.3',
      offset: 4,
      expected: 'a Remaining Length of at most four bytes',
      actual: 'a fifth',
    });
  }

  #keep(part: Uint8Array, frameLength: number): void {
    const reservation = frameLength === 0 ? 8 : Math.min(frameLength, Math.max(firstReservation, part.length * 2));
    this.#partial = new Uint8Array(Math.max(reservation, part.length));
    this.#partial.set(part);
    this.#partialLength = part.length;
    this.#frameLength = frameLength;
  }

  /** Adds to the partial frame; returns how much of the chunk was used. */
  #complete(chunk: Uint8Array, receive: (frame: Uint8Array) => void): number {
    let used = 0;
    while (this.#frameLength === 0) {
      if (used === chunk.length) return used;
      this.#append(chunk.subarray(used, used + 1));
      used++;
      const partial = this.#partial as Uint8Array;
      this.#frameLength = this.#lengthAt(partial, 0, this.#partialLength);
    }
    const missing = this.#frameLength - this.#partialLength;
    const part =
      missing < chunk.length - used ? chunk.subarray(used, used + missing) : used === 0 ? chunk : chunk.subarray(used);
    this.#append(part);
    used += part.length;
    if (this.#partialLength < this.#frameLength) return used;
    const frame = (this.#partial as Uint8Array).subarray(0, this.#frameLength);
    this.#partial = undefined;
    this.#partialLength = 0;
    this.#frameLength = 0;
    receive(frame);
    return used;
  }

  #append(part: Uint8Array): void {
    let partial = this.#partial as Uint8Array;
    const needed = this.#partialLength + part.length;
    if (needed > partial.length) {
      const doubled = Math.max(needed, partial.length * 2);
      const grown = new Uint8Array(
        this.#frameLength === 0 ? doubled : Math.min(doubled, Math.max(needed, this.#frameLength)),
      );
      grown.set(partial.subarray(0, this.#partialLength));
      this.#partial = grown;
      partial = grown;
    }
    partial.set(part, this.#partialLength);
    this.#partialLength = needed;
  }
}
