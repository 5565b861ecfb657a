// Reads the fields of one packet. Every bound is checked here and nowhere else. Each read names its field in the standard's
// words: the same code yields the packet, the error, and the annotated bytes of a report.
import { MalformedPacket } from '../malformed.ts';
import { knownStrings } from './string-cache.ts';
import { utf8Problem } from './utf8.ts';

/** A field that was read: offsets from the start of the packet. */
export interface ReadField {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly value: string;
}

export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Fields that were read, where somebody wants to know. */
  readonly log: ReadField[] | undefined;
  offset: number;

  constructor(bytes: Uint8Array, offset: number, log?: ReadField[]) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.offset = offset;
    this.log = log;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  uint8(name: string, statement: string): number {
    if (this.offset >= this.end) throw this.#tooShort(name, statement);
    const value = this.bytes[this.offset] as number;
    if (this.log !== undefined) this.#note(name, 1, `0x${value.toString(16).padStart(2, '0').toUpperCase()}`);
    this.offset += 1;
    return value;
  }

  uint16(name: string, statement: string): number {
    const { bytes, offset } = this;
    if (offset + 2 > this.end) throw this.#tooShort(name, statement);
    const value = ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
    if (this.log !== undefined) this.#note(name, 2, String(value));
    this.offset = offset + 2;
    return value;
  }

  /** A Packet Identifier; not 0 where a new exchange begins (MQTT-2.3.1-1). */
  packetId(): number {
    const at = this.offset;
    const packetId = this.uint16('Packet Identifier', 'MQTT-2.3.1-1');
    if (packetId === 0) throw malformed('MQTT-2.3.1-1', at, 'a Packet Identifier above 0', '0');
    return packetId;
  }

  /** A UTF-8 encoded string (section 1.5.3). `statement` demands that the field is there. */
  utf8String(name: string, statement: string): string {
    const start = this.#prefixed(name, statement);
    const stop = this.offset;
    const text = knownStrings.get(this.bytes, start, stop);
    if (text === undefined) {
      const problem = utf8Problem(this.bytes, start, stop);
      const { statement: broken = 'MQTT-1.5.3-1', offset = start, actual = 'other bytes' } = problem ?? {};
      throw malformed(broken, offset, `well-formed UTF-8 without U+0000 in ${name}`, actual);
    }
    if (this.log !== undefined) this.#noteAt(name, start - 2, stop - start + 2, JSON.stringify(text));
    return text;
  }

  /** Length-prefixed bytes, as a view. */
  binary(name: string, statement: string, shown?: (bytes: Uint8Array) => string): Uint8Array {
    const start = this.#prefixed(name, statement);
    const view = this.bytes.subarray(start, this.offset);
    if (this.log !== undefined) this.#noteAt(name, start - 2, view.length + 2, shown?.(view) ?? `${view.length} bytes`);
    return view;
  }

  /** All that is left, as a view. */
  rest(name: string): Uint8Array {
    const view = this.bytes.subarray(this.offset, this.end);
    if (this.log !== undefined && view.length > 0) this.#note(name, view.length, `${view.length} bytes`);
    this.offset = this.end;
    return view;
  }

  /** Nothing may follow. */
  finish(statement: string): void {
    if (this.offset === this.end) return;
    const surplus = this.end - this.offset;
    throw malformed(
      statement,
      this.offset,
      'the end of the packet',
      `${surplus} more ${surplus === 1 ? 'byte' : 'bytes'}`,
    );
  }

  /** Moves over a length-prefixed field; returns where its contents begin. */
  #prefixed(name: string, statement: string): number {
    const { bytes, offset } = this;
    if (offset + 2 > this.end) throw this.#tooShort(name, statement);
    const start = offset + 2;
    const stop = start + (((bytes[offset] as number) << 8) | (bytes[offset + 1] as number));
    if (stop > this.end) {
      throw malformed(
        statement,
        offset,
        `${name} within the packet`,
        `a length of ${stop - start} with ${this.end - start} bytes left`,
      );
    }
    this.offset = stop;
    return start;
  }

  #tooShort(name: string, statement: string): MalformedPacket {
    return malformed(statement, this.offset, name, 'the end of the packet');
  }

  #note(name: string, length: number, value: string): void {
    this.log?.push({ name, offset: this.offset, length, value });
  }

  #noteAt(name: string, offset: number, length: number, value: string): void {
    this.log?.push({ name, offset, length, value });
  }
}

/** Bytes that are no packet. */
export function malformed(statement: string, offset: number, expected: string, actual: string): MalformedPacket {
  return new MalformedPacket({ statement, offset, expected, actual });
}
