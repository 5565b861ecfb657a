// Well-formed UTF-8, section 1.5.3. In: bytes. Out: a string, or where it is ill-formed. A BOM is kept (MQTT-1.5.3-3).
import { Buffer } from 'node:buffer';

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Whether a range is ASCII without U+0000. */
function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (((bytes[at] as number) - 1) >>> 0 > 126) return false;
  return true;
}

/** Decodes a range; undefined if it is ill-formed or holds U+0000: `utf8Problem` tells which. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (bytes instanceof Buffer && isAscii(bytes, start, end)) return bytes.toString('latin1', start, end);
  try {
    const text = fatal.decode(bytes.subarray(start, end));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

export interface Utf8Problem {
  readonly offset: number;
  readonly statement: 'MQTT-1.5.3-1' | 'MQTT-1.5.3-2';
  readonly actual: string;
}

/** Where and why a range is no string of MQTT; undefined if it is one. */
export function utf8Problem(bytes: Uint8Array, start: number, end: number): Utf8Problem | undefined {
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    if (first === 0) return { offset: at, statement: 'MQTT-1.5.3-2', actual: 'U+0000' };
    const length = sequenceLength(first);
    if (length === 0 || at + length > end || !isSequence(bytes, at, length)) {
      return {
        offset: at,
        statement: 'MQTT-1.5.3-1',
        actual: `the byte ${first.toString(16).toUpperCase()} of an ill-formed sequence`,
      };
    }
    at += length;
  }
  return undefined;
}

/** Table 3-7 of the Unicode standard: bytes of a sequence by its first byte; 0 where none may begin. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

function isSequence(bytes: Uint8Array, at: number, length: number): boolean {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  if (first === 0xe0 && second < 0xa0) return false; // overlong
  if (first === 0xed && second > 0x9f) return false; // surrogates
  if (first === 0xf0 && second < 0x90) return false; // overlong
  if (first === 0xf4 && second > 0x8f) return false; // above U+10FFFF
  for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return false;
  return true;
}
