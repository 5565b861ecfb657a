// Writes fields into one buffer that grows and is used again. In: fields. Out: the bytes gathered since the last `take`.

const encoder = new TextEncoder();
const firstBytes = 1_024;
/** Strings up to this length are written unit by unit while they are ASCII. */
const shortUnits = 64;

export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = firstBytes) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  uint16(value: number): void {
    if (value >>> 16 !== 0) throw new RangeError(`${value} does not fit two bytes`);
    this.#reserve(2);
    this.#bytes[this.#length++] = value >> 8;
    this.#bytes[this.#length++] = value & 255;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
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
    const at = this.#length;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at + 2));
    if (written > 65_535) throw new RangeError(`a string of ${written} bytes: 65,535 is the most (section 1.5.3)`);
    this.#bytes[at] = written >> 8;
    this.#bytes[at + 1] = written & 255;
    this.#length = at + 2 + written;
  }

  /** Remaining Length (section 2.2.3). Throws RangeError above 268,435,455. */
  remainingLength(length: number): void {
    if (length > 268_435_455)
      throw new RangeError(`a Remaining Length of ${length}: 268,435,455 is the most (section 2.2.3)`);
    let rest = length;
    while (rest > 127) {
      this.uint8((rest & 127) | 128);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  /** A view of what was written; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written; the writer begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  reset(): void {
    this.#length = 0;
  }

  #shortAscii(text: string): boolean {
    const { length } = text;
    this.#reserve(2 + length);
    const at = this.#length + 2;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      this.#bytes[at + i] = unit;
    }
    this.#bytes[at - 2] = 0;
    this.#bytes[at - 1] = length;
    this.#length = at + length;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
