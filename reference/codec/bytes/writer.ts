// Writes fields, one behind the other. In: fields. Out: the bytes gathered since the last `take`, handed over without a copy.
import { Buffer } from 'node:buffer';
import { borrowSlab, giveBack, type Slab } from './slab.ts';

/** Strings up to this length are written unit by unit while they are ASCII. */
const shortUnits = 40;
/** Up to this length, a loop is cheaper than a call. */
const fewBytes = 8;
const longestHeader = 5;
const nothing = Buffer.alloc(0);
/** What was gathered last time tells how much room to begin with, up to this. */
const mostAtOnce = 1 << 20;

/** Holds no memory while nothing is gathered. */
export class Writer {
  #slab: Slab | undefined;
  /** Those of the slab; what is gathered lies between `#start` and `#end`. */
  #bytes: Buffer = nothing;
  #start = 0;
  #end = 0;
  /** Length of the fixed header that `begin` has left room for. */
  #headerBytes = 0;
  #lastTaken = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = value;
  }

  uint16(value: number): void {
    if (value >>> 16 !== 0) throw new RangeError(`${value} does not fit two bytes`);
    this.#reserve(2);
    this.#bytes[this.#end++] = value >> 8;
    this.#bytes[this.#end++] = value & 255;
  }

  /** Bytes as they are. */
  raw(source: Uint8Array): void {
    const count = source.length;
    this.#reserve(count);
    const bytes = this.#bytes;
    const at = this.#end;
    if (count > fewBytes) bytes.set(source, at);
    else for (let i = 0; i < count; i++) bytes[at + i] = source[i] as number;
    this.#end = at + count;
  }

  /** Length-prefixed bytes. Throws RangeError above 65,535. */
  binary(bytes: Uint8Array): void {
    if (bytes.length > 65_535)
      throw new RangeError(`a field of ${bytes.length} bytes: 65,535 is the most (section 1.5.3)`);
    this.uint16(bytes.length);
    this.raw(bytes);
  }

  /** A UTF-8 encoded string (section 1.5.3). Throws RangeError above 65,535 bytes. */
  utf8String(text: string): void {
    if (text.length <= shortUnits && this.#shortAscii(text)) return;
    this.#reserve(2 + text.length * 3);
    const at = this.#end;
    const written = this.#bytes.write(text, at + 2);
    if (written > 65_535) throw new RangeError(`a string of ${written} bytes: 65,535 is the most (section 1.5.3)`);
    this.#bytes[at] = written >> 8;
    this.#bytes[at + 1] = written & 255;
    this.#end = at + 2 + written;
  }

  /** Remaining Length (section 2.2.3). Throws RangeError above 268,435,455. */
  remainingLength(length: number): void {
    const count = lengthBytes(length);
    this.#reserve(count);
    writeLength(this.#bytes, this.#end, length);
    this.#end += count;
  }

  /** Begins a packet, with room for a header that suits a body of the expected size. Returns a mark for `end`. */
  begin(firstByte: number, expectedBody = 0): number {
    const headerBytes = 1 + lengthBytes(expectedBody);
    this.#reserve(longestHeader + expectedBody);
    this.#headerBytes = headerBytes;
    this.#bytes[this.#end] = firstByte;
    this.#end += headerBytes;
    return this.length;
  }

  /** Ends the packet that was begun: what was written since is its body. Throws RangeError if that is too long. */
  end(mark: number): void {
    const length = this.length - mark;
    const shift = 1 + lengthBytes(length) - this.#headerBytes;
    if (shift !== 0) this.#moveBody(mark, shift);
    writeLength(this.#bytes, this.#start + mark - this.#headerBytes + 1, length);
  }

  /** A packet that is a Packet Identifier, or nothing at all (no identifier). */
  shortPacket(firstByte: number, packetId?: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#end;
    bytes[at] = firstByte;
    bytes[at + 1] = packetId === undefined ? 0 : 2;
    this.#end = at + 2;
    if (packetId !== undefined) this.uint16(packetId);
  }

  /** A view of what was written; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** What was written, in bytes that nobody writes to any more; the writer goes on behind them. */
  cut(): Uint8Array {
    if (this.#slab === undefined) return nothing;
    const taken = this.#slab.take(this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** As `cut`; the writer lets go of its memory. */
  take(): Uint8Array {
    const taken = this.cut();
    if (this.#slab !== undefined) giveBack(this.#slab);
    this.#slab = undefined;
    this.#bytes = nothing;
    this.#start = 0;
    this.#end = 0;
    this.#lastTaken = Math.min(taken.length + (taken.length >> 2), mostAtOnce);
    return taken;
  }

  /** Forgets what was written behind the first `length` bytes. */
  truncate(length: number): void {
    this.#end = this.#start + length;
  }

  reset(): void {
    this.truncate(0);
  }

  #shortAscii(text: string): boolean {
    const { length } = text;
    this.#reserve(2 + length);
    const bytes = this.#bytes;
    const at = this.#end + 2;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      bytes[at + i] = unit;
    }
    bytes[at - 2] = 0;
    bytes[at - 1] = length;
    this.#end = at + length;
    return true;
  }

  /** The header is longer or shorter than was thought. */
  #moveBody(mark: number, shift: number): void {
    this.#reserve(longestHeader);
    const bodyAt = this.#start + mark;
    this.#bytes.copyWithin(bodyAt + shift, bodyAt, this.#end);
    this.#end += shift;
  }

  #reserve(more: number): void {
    if (this.#end + more > this.#bytes.length) this.#grow(more);
  }

  #grow(more: number): void {
    const { length } = this;
    const needed = length + more;
    const slab = borrowSlab(this.#slab === undefined ? Math.max(more, this.#lastTaken) : needed + length);
    if (length > 0) slab.bytes.set(this.view(), slab.used);
    this.#slab = slab;
    this.#bytes = slab.bytes;
    this.#start = slab.used;
    this.#end = slab.used + length;
  }
}

/** How many bytes a Remaining Length takes. */
function lengthBytes(length: number): 1 | 2 | 3 | 4 {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  if (length <= 268_435_455) return 4;
  throw new RangeError(`a Remaining Length of ${length}: 268,435,455 is the most (section 2.2.3)`);
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  let rest = length;
  let next = at;
  while (rest > 127) {
    bytes[next++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[next] = rest;
}
