// Chunks → frames. In: bytes in any chunking. Out: whole frames, as views where they lie in one chunk. Knows only fixed headers.
import { frameLength, largestPacketBytes, PartialFrame } from './partial-frame.ts';

export interface FramerOptions {
  /** Largest packet, fixed header included; by default the largest that the standard allows. */
  readonly maxPacketBytes?: number;
}

export class Framer {
  readonly #maxPacketBytes: number;
  readonly #partial: PartialFrame;

  constructor({ maxPacketBytes = largestPacketBytes }: FramerOptions = {}) {
    this.#maxPacketBytes = maxPacketBytes;
    this.#partial = new PartialFrame(maxPacketBytes);
  }

  /** Whether nothing of an unfinished frame is held. */
  get isEmpty(): boolean {
    return this.#partial.isEmpty;
  }

  /** Hands over each whole frame. Throws MalformedPacket for a fifth length byte, PacketTooLarge for a frame above the limit. */
  push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void {
    let offset = this.#partial.isEmpty ? 0 : this.#complete(chunk, receive);
    while (offset < chunk.length) {
      const length = frameLength(chunk, offset, chunk.length, this.#maxPacketBytes);
      if (length === 0 || offset + length > chunk.length) {
        this.#partial.add(chunk, offset);
        return;
      }
      const start = offset;
      offset += length;
      receive(length === chunk.length ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset + start, length));
    }
  }

  #complete(chunk: Uint8Array, receive: (frame: Uint8Array) => void): number {
    const used = this.#partial.add(chunk, 0);
    if (this.#partial.isComplete) receive(this.#partial.take());
    return used;
  }
}
