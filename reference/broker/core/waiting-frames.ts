// Frames that have to wait until a client is let in. In: frames, as they lie in the chunk. Out: the same, one by one.
import { Framer } from '../../codec/framer.ts';

/** Frames that follow each other are held as one piece: an object for each of two bytes would cost a hundred times as much. */
export class WaitingFrames {
  readonly #pieces: Uint8Array[] = [];
  /** Those of the chunk that is being read, which others will use again. */
  #piece: Uint8Array | undefined;

  add(frame: Uint8Array): void {
    const piece = this.#piece;
    if (piece?.buffer === frame.buffer && piece.byteOffset + piece.length === frame.byteOffset) {
      this.#piece = new Uint8Array(piece.buffer, piece.byteOffset, piece.length + frame.length);
      return;
    }
    this.keep();
    this.#piece = frame;
  }

  /** The chunk was read. */
  keep(): void {
    if (this.#piece !== undefined) this.#pieces.push(new Uint8Array(this.#piece));
    this.#piece = undefined;
  }

  /** Hands them over in their order. */
  takeOut(receive: (frame: Uint8Array) => void): void {
    this.keep();
    const framer = new Framer();
    for (const piece of this.#pieces.splice(0)) framer.push(piece, receive);
  }
}
