// Chunks → frames. In: bytes in any chunking. Out: whole frames, as views where they lie in one chunk. Knows only fixed headers.
import { frameLength, largestPacketBytes, PartialFrame } from './partial-frame.ts';

export interface FramerOptions {
  /** Largest packet, fixed header included; by default the largest that the standard allows. */
  readonly maxPacketBytes?: number;
}

export class Framer {
  #maxPacketBytes: number;
  readonly #partial: PartialFrame;

  constructor({ maxPacketBytes = largestPacketBytes }: FramerOptions = {}) {
    this.#maxPacketBytes = maxPacketBytes;
    this.#partial = new PartialFrame(maxPacketBytes);
  }

  /** Largest packet from now on, also of one that has begun and whose length is not known yet. */
  set maxPacketBytes(most: number) {
    this.#maxPacketBytes = most;
    this.#partial.maxPacketBytes = most;
  }

  /** Whether nothing of an unfinished frame is held. */
  get isEmpty(): boolean {
    return this.#partial.isEmpty;
  }

  /** Hands over each whole frame. Throws MalformedPacket for a fifth length byte, PacketTooLarge for a frame above the limit. */
  push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void {
    const { length } = chunk;
    let offset = this.#partial.isEmpty ? 0 : this.#complete(chunk, receive);
    if (offset === length) return;
    if (offset === 0 && this.#lengthAt(chunk, 0) === length) return receive(chunk);
    // Asking an array for its buffer costs as much as half a view: once for all frames.
    const { buffer, byteOffset } = chunk;
    while (offset < length) {
      const start = offset;
      const frame = this.#lengthAt(chunk, start);
      offset += frame;
      if (frame === 0 || offset > length) {
        this.#partial.add(chunk, start);
        return;
      }
      receive(new Uint8Array(buffer, byteOffset + start, frame));
    }
  }

  #lengthAt(chunk: Uint8Array, offset: number): number {
    return frameLength(chunk, offset, chunk.length, this.#maxPacketBytes);
  }

  #complete(chunk: Uint8Array, receive: (frame: Uint8Array) => void): number {
    const used = this.#partial.add(chunk, 0);
    if (this.#partial.isComplete) receive(this.#partial.take());
    return used;
  }
}
