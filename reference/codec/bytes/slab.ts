// Memory that writers share: pieces that are taken lie one behind the other in a slab, so that a small packet needs no allocation.
import { Buffer } from 'node:buffer';

const slabBytes = 16_384;
/** With less room than this a slab is not worth keeping. */
const leastRoom = 256;
const mostSpare = 8;

/** Bytes of which the first `used` belong to those who took them. */
export class Slab {
  readonly bytes: Buffer;
  readonly #buffer: ArrayBufferLike;
  used = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.#buffer = this.bytes.buffer;
  }

  /** The bytes from `used` to `end`, which belong to the caller from now on. */
  take(end: number): Uint8Array {
    const taken = new Uint8Array(this.#buffer, this.used, end - this.used);
    this.used = end;
    return taken;
  }
}

const spare: Slab[] = [];

/** A slab with room for so many bytes, which nobody else writes to until it is given back. */
export function borrowSlab(room: number): Slab {
  const slab = spare.pop();
  if (slab !== undefined && slab.bytes.length - slab.used >= room) return slab;
  return new Slab(Math.max(room, slabBytes));
}

export function giveBack(slab: Slab): void {
  const worthKeeping = slab.bytes.length === slabBytes && slabBytes - slab.used >= leastRoom;
  if (worthKeeping && spare.length < mostSpare) spare.push(slab);
}
