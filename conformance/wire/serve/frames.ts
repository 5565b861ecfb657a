// A client's bytes, packet by packet. Unlike a codec's framer it never gives up: bytes that cannot be cut are handed on as they are.

export class Frames {
  #held = new Uint8Array(0);
  readonly #receive: (frame: Uint8Array) => void;

  constructor(receive: (frame: Uint8Array) => void) {
    this.#receive = receive;
  }

  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    let offset = 0;
    for (let end = endOf(bytes, offset); end !== undefined && end <= bytes.length; end = endOf(bytes, offset)) {
      this.#receive(bytes.subarray(offset, end));
      offset = end;
    }
    this.#held = bytes.subarray(offset);
  }
}

/** Where the packet that begins here ends; all there is after a fifth length byte, undefined where its header is not complete. */
function endOf(bytes: Uint8Array, offset: number): number | undefined {
  if (offset >= bytes.length) return undefined;
  let remaining = 0;
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[offset + 1 + digit];
    if (byte === undefined) return undefined;
    remaining += (byte & 127) * 128 ** digit;
    if (byte < 128) return offset + 2 + digit + remaining;
  }
  return bytes.length;
}
