// Chunks → pieces of one packet each. Unlike the codec's framer it never gives up: bytes that cannot be cut are handed on as they are.

/** Length of the packet that begins here; undefined if its header is not complete, 'unreadable' after a fifth length byte. */
function lengthAt(bytes: Uint8Array, offset: number): number | 'unreadable' | undefined {
  let remaining = 0;
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[offset + 1 + digit];
    if (byte === undefined) return undefined;
    remaining += (byte & 127) * 128 ** digit;
    if (byte < 128) return 2 + digit + remaining;
  }
  return 'unreadable';
}

/** Cuts one direction of a connection into packets. */
export class Splitter {
  readonly #receive: (piece: Uint8Array) => void;
  #chunks: Uint8Array[] = [];
  #held = 0;
  /** How many bytes have to be there before it is worth looking again. */
  #wanted = 2;
  #lost = false;

  constructor(receive: (piece: Uint8Array) => void) {
    this.#receive = receive;
  }

  push(chunk: Uint8Array): void {
    // A copy: what is held outlives the chunk.
    this.#chunks.push(new Uint8Array(chunk));
    this.#held += chunk.length;
    if (this.#lost) this.flush();
    if (this.#held < this.#wanted) return;
    const bytes = this.#take();
    const offset = this.#cut(bytes);
    if (offset < bytes.length) {
      this.#chunks.push(bytes.subarray(offset));
      this.#held = bytes.length - offset;
    }
  }

  /** Hands over what is left: the stream has ended within a packet. */
  flush(): void {
    if (this.#held > 0) this.#receive(this.#take());
  }

  /** Returns how many bytes were handed over. */
  #cut(bytes: Uint8Array): number {
    let offset = 0;
    this.#wanted = 2;
    while (offset < bytes.length) {
      const length = lengthAt(bytes, offset);
      if (length === 'unreadable') {
        this.#lost = true;
        this.#receive(bytes.subarray(offset));
        return bytes.length;
      }
      if (length === undefined || offset + length > bytes.length) {
        this.#wanted = length ?? bytes.length - offset + 1;
        return offset;
      }
      this.#receive(bytes.subarray(offset, offset + length));
      offset += length;
    }
    return offset;
  }

  #take(): Uint8Array {
    const [only] = this.#chunks;
    const all = this.#chunks.length === 1 && only !== undefined ? only : new Uint8Array(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#held = 0;
    return all;
  }
}
