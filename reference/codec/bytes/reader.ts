// Reads the fields of one packet. Every bound is checked here and nowhere else. Each read names its field in the standard's
// words: the same code yields the packet, the error, and the annotated bytes of a report.
import { MalformedPacket } from '../malformed.ts';
import { knownStrings } from './string-cache.ts';
import { decodeUtf8, utf8Problem } from './utf8.ts';

/** A field that was read: offsets from the start of the packet. */
export interface ReadField {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly value: string;
}

/** Where a packet and its body lie. */
export interface PacketBounds {
  readonly start: number;
  readonly bodyAt: number;
  readonly end: number;
}

export class Reader {
  readonly #bytes: Uint8Array;
  /** Where the packet begins: what is told to anybody counts from here. */
  readonly #start: number;
  readonly #end: number;
  /** Fields that were read, where somebody wants to know. */
  readonly #log: ReadField[] | undefined;
  #at: number;

  /** Reads the packet that lies between `start` and `end`, from `bodyAt` on. */
  constructor(bytes: Uint8Array, { start, bodyAt, end }: PacketBounds, log?: ReadField[]) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = bodyAt;
    this.#log = log;
  }

  /** Where the next field begins, from the start of the packet. */
  get offset(): number {
    return this.#at - this.#start;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  uint8(name: string, statement: string): number {
    const at = this.#at;
    if (at >= this.#end) throw this.#tooShort(name, statement);
    const value = this.#bytes[at] as number;
    this.#at = at + 1;
    if (this.#log !== undefined) this.#note(name, at, `0x${value.toString(16).padStart(2, '0').toUpperCase()}`);
    return value;
  }

  uint16(name: string, statement: string): number {
    const at = this.#at;
    if (at + 2 > this.#end) throw this.#tooShort(name, statement);
    const value = ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
    this.#at = at + 2;
    if (this.#log !== undefined) this.#note(name, at, String(value));
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
    const text = knownStrings.get(this.#bytes, start, this.#at);
    if (text === undefined) throw this.#noString(name, start);
    if (this.#log !== undefined) this.#note(name, start - 2, JSON.stringify(text));
    return text;
  }

  /** The same of a string that seldom comes again. */
  rareString(name: string, statement: string): string {
    const start = this.#prefixed(name, statement);
    const text = decodeUtf8(this.#bytes, start, this.#at);
    if (text === undefined) throw this.#noString(name, start);
    if (this.#log !== undefined) this.#note(name, start - 2, JSON.stringify(text));
    return text;
  }

  /** Length-prefixed bytes, as a view. */
  binary(name: string, statement: string, shown?: (bytes: Uint8Array) => string): Uint8Array {
    const start = this.#prefixed(name, statement);
    const view = this.#view(start, this.#at);
    if (this.#log !== undefined) this.#note(name, start - 2, shown?.(view) ?? `${view.length} bytes`);
    return view;
  }

  /** All that is left, as a view. */
  rest(name: string): Uint8Array {
    const start = this.#at;
    const view = this.#view(start, this.#end);
    this.#at = this.#end;
    if (this.#log !== undefined && view.length > 0) this.#note(name, start, `${view.length} bytes`);
    return view;
  }

  /** Nothing may follow. */
  finish(statement: string): void {
    if (this.#at === this.#end) return;
    const surplus = this.#end - this.#at;
    throw malformed(
      statement,
      this.offset,
      'the end of the packet',
      `${surplus} more ${surplus === 1 ? 'byte' : 'bytes'}`,
    );
  }

  /** Moves over a length-prefixed field; returns where its contents begin. */
  #prefixed(name: string, statement: string): number {
    const at = this.#at;
    if (at + 2 > this.#end) throw this.#tooShort(name, statement);
    const start = at + 2;
    const stop = start + (((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number));
    if (stop > this.#end) {
      const actual = `a length of ${stop - start} with ${this.#end - start} bytes left`;
      throw malformed(statement, this.offset, `${name} within the packet`, actual);
    }
    this.#at = stop;
    return start;
  }

  #tooShort(name: string, statement: string): MalformedPacket {
    return malformed(statement, this.offset, name, 'the end of the packet');
  }

  #noString(name: string, start: number): MalformedPacket {
    const problem = utf8Problem(this.#bytes, start, this.#at);
    const { statement = 'MQTT-1.5.3-1', offset = start, actual = 'other bytes' } = problem ?? {};
    return malformed(statement, offset - this.#start, `well-formed UTF-8 without U+0000 in ${name}`, actual);
  }

  #view(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start);
  }

  /** A field that begins at `at` and ends where the next one begins. */
  #note(name: string, at: number, value: string): void {
    this.#log?.push({ name, offset: at - this.#start, length: this.#at - at, value });
  }
}

/** Bytes that are no packet. */
export function malformed(statement: string, offset: number, expected: string, actual: string): MalformedPacket {
  return new MalformedPacket({ statement, offset, expected, actual });
}
