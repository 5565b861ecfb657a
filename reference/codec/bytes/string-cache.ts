// Strings that come again and again, Topic Names above all: the same bytes give the same string, checked and made once.
// In: a range of bytes. Out: its string. Bounded; knows nothing of what the strings mean.
import { decodeUtf8 } from './utf8.ts';

/** Longer strings are not kept. */
const longestBytes = 128;
const fewestStrings = 512;
const mostStrings = 16_384;
/** Room for strings of this many words of four bytes on average. */
const averageWords = 8;
/** Places that are looked at for a string: nobody can choose strings that make the search long. */
const probes = 8;
/** A slot is three numbers: hash, where the words of the string begin, how many bytes it has (0: the slot is free). */
const slotNumbers = 4;

/** The string that was asked for last, in words of four bytes: read once, for the hash and for the comparison. */
const asked = new Int32Array(longestBytes / 4);

/** An open-addressed table without an object for each entry. When it is full it begins anew, twice as large up to a limit. */
export class StringCache {
  #capacity = 0;
  #count = 0;
  #mask = 0;
  #slots = new Int32Array(slotNumbers);
  #texts: string[] = [''];
  /** The words of all strings, one behind the other. */
  #words = new Int32Array(0);
  #used = 0;

  /** The string of these bytes; undefined if they are ill-formed or hold U+0000. */
  get(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start;
    if (length === 0) return '';
    if (length > longestBytes) return decodeUtf8(bytes, start, end);
    const hash = readWords(bytes, start, end);
    const slots = this.#slots;
    const mask = this.#mask;
    for (let probe = 0; probe < probes; probe++) {
      const slot = (hash + probe) & mask;
      const at = slot * slotNumbers;
      const kept = slots[at + 2] as number;
      if (kept === 0) break;
      if (kept === length && slots[at] === hash && this.#isAsked(slots[at + 1] as number, length))
        return this.#texts[slot];
    }
    const text = decodeUtf8(bytes, start, end);
    if (text !== undefined) this.#keep(text, hash, length);
    return text;
  }

  #isAsked(wordsAt: number, length: number): boolean {
    const words = this.#words;
    for (let i = 0; i << 2 < length; i++) if (words[wordsAt + i] !== asked[i]) return false;
    return true;
  }

  #keep(text: string, hash: number, length: number): void {
    const count = (length + 3) >> 2;
    if (this.#count >= this.#capacity || this.#used + count > this.#words.length) this.#beginAnew();
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (let probe = 1; probe < probes && slots[slot * slotNumbers + 2] !== 0; probe++)
      slot = (hash + probe) & this.#mask;
    slots[slot * slotNumbers] = hash;
    slots[slot * slotNumbers + 1] = this.#used;
    slots[slot * slotNumbers + 2] = length;
    this.#texts[slot] = text;
    for (let i = 0; i < count; i++) this.#words[this.#used + i] = asked[i] as number;
    this.#used += count;
    this.#count++;
  }

  #beginAnew(): void {
    const capacity = Math.min(Math.max(this.#capacity * 2, fewestStrings), mostStrings);
    const slots = capacity * 2;
    this.#capacity = capacity;
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots * slotNumbers);
    this.#texts = Array.from({ length: slots }, () => '');
    this.#words = new Int32Array(capacity * averageWords);
    this.#count = 0;
    this.#used = 0;
  }
}

/** Reads a range into `asked`; returns its hash, whose low bits choose the slot. */
function readWords(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let word = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    asked[word++] = four;
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ four, 0x9e3779b1);
  }
  if (at < end) {
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | (bytes[at] as number);
    asked[word] = rest;
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ rest, 0x9e3779b1);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** Of all connections together: what one publishes others subscribe to. */
export const knownStrings = new StringCache();
