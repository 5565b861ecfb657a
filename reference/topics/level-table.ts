// Levels of Topic Filters as numbers: each different level is kept once, however many filters have it (section 4.7).
// In: a text and where a level begins in it. Out: the number of the level. Makes no strings.
import { grown, type Hashed, NumberSlots, widened } from './number-slots.ts';

/** Unit of the separator (section 4.7.1.1). */
export const slash = 47;

/** A record is: hash, how often the level is in use, how many units it has, and its words or where they begin. */
const recordSize = 8;
const usesAt = 1;
const lengthAt = 2;
const wordsAt = 3;
/** Levels up to this many units have their words in the record itself: there is less to fetch. */
const mostOwnUnits = 2 * (recordSize - wordsAt);
/** In place of how many units, where a number is free. */
const unused = -1;
const firstRecords = 16;

/** The level that was read last, two units a word. Longer than any but a hostile one; grows for those. */
let asked = new Int32Array(64);

/** An open-addressed table without an object for each level. */
export class LevelTable implements Hashed {
  /** Where the level that was read last ends: at the separator, or at the end of the text. */
  end = 0;
  /** Of that level. */
  #hash = 0;
  #length = 0;
  /** Numbers that nobody can guess keep anybody from choosing levels that meet in one slot. */
  readonly #secrets: Int32Array;
  readonly #slots = new NumberSlots(this);
  #records = new Int32Array(recordSize * firstRecords);
  /** Numbers handed out, 0 not counted: it is no level. */
  used = 0;
  /** The first of the numbers that are free again; each record tells the next. */
  #free = 0;
  #words = new Int32Array(64);
  #wordsUsed = 0;
  #wordsLive = 0;

  constructor(hashKey: number) {
    this.#secrets = secretsOf(hashKey);
  }

  /** The number of the level that begins at `start`; 0 if no filter has it. */
  find(text: string, start: number): number {
    this.#read(text, start);
    return this.#find();
  }

  /** The same of bytes that are ASCII as far as `to`. */
  findBytes(bytes: Uint8Array, start: number, to: number): number {
    this.#readBytes(bytes, start, to);
    return this.#find();
  }

  #find(): number {
    const hash = this.#hash;
    const length = this.#length;
    const { slots, recent, numberBits } = this.#slots;
    const records = this.#records;
    const place = hash & (recent.length - 1);
    const seen = recent[place] as number;
    if (seen !== 0 && ((seen ^ hash) & ~numberBits) === 0) {
      const at = (seen & numberBits) * recordSize;
      if (records[at] === hash && records[at + lengthAt] === length && this.#isAsked(at, length))
        return seen & numberBits;
    }
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const tagged = slots[slot] as number;
      if (tagged === 0) return 0;
      if (((tagged ^ hash) & ~numberBits) !== 0) continue;
      const level = tagged & numberBits;
      const at = level * recordSize;
      if (records[at] === hash && records[at + lengthAt] === length && this.#isAsked(at, length)) {
        recent[place] = tagged;
        return level;
      }
    }
  }

  /** One use more of the level that `find` has just answered with; where it was 0, the level that was read gets a number. */
  acquire(found: number): number {
    const level = found === 0 ? this.#append() : found;
    const at = level * recordSize + usesAt;
    this.#records[at] = (this.#records[at] as number) + 1;
    return level;
  }

  /** One use less; a level without any loses its number. */
  release(level: number): void {
    const at = level * recordSize;
    const left = (this.#records[at + usesAt] as number) - 1;
    this.#records[at + usesAt] = left;
    if (left > 0) return;
    this.#slots.remove(level, this.#records[at] as number);
    const length = this.#records[at + lengthAt] as number;
    if (length > mostOwnUnits) this.#wordsLive -= wordsOf(length);
    this.#records[at] = this.#free;
    this.#records[at + lengthAt] = unused;
    this.#free = level;
  }

  hashOf(level: number): number {
    const at = level * recordSize;
    return this.#records[at + lengthAt] === unused ? 0 : (this.#records[at] as number);
  }

  /** The text of a level. */
  textOf(level: number): string {
    const at = level * recordSize;
    const length = this.#records[at + lengthAt] as number;
    const own = length <= mostOwnUnits;
    const words = own ? this.#records : this.#words;
    const begin = own ? at + wordsAt : (this.#records[at + wordsAt] as number);
    let text = '';
    for (let i = 0; i < length; i++)
      text += String.fromCharCode(((words[begin + (i >> 1)] as number) >>> ((i & 1) << 4)) & 0xffff);
    return text;
  }

  /** Reads a level into `asked`. */
  #read(text: string, start: number): void {
    const secrets = this.#secrets;
    const { length } = text;
    let words = asked;
    let hash = 0;
    let word = 0;
    let at = start;
    for (;;) {
      const first = at < length ? text.charCodeAt(at) : slash;
      if (first === slash) break;
      const next = at + 1 < length ? text.charCodeAt(at + 1) : slash;
      const second = next === slash ? 0 : next;
      if (word === words.length) words = asked = widened(asked, word * 2);
      words[word] = first | (second << 16);
      hash = mixedIn(hash, first, second, secrets, word++);
      at += 2;
      if (next === slash) {
        at--;
        break;
      }
    }
    this.#wasRead(start, at, hash);
  }

  /** The same of bytes. */
  #readBytes(bytes: Uint8Array, start: number, to: number): void {
    const secrets = this.#secrets;
    let words = asked;
    let hash = 0;
    let word = 0;
    let at = start;
    while (at < to) {
      const first = bytes[at] as number;
      if (first === slash) break;
      const next = at + 1 < to ? (bytes[at + 1] as number) : slash;
      const second = next === slash ? 0 : next;
      if (word === words.length) words = asked = widened(asked, word * 2);
      words[word] = first | (second << 16);
      hash = mixedIn(hash, first, second, secrets, word++);
      at += 2;
      if (next === slash) {
        at--;
        break;
      }
    }
    this.#wasRead(start, at, hash);
  }

  #wasRead(start: number, end: number, hash: number): void {
    this.end = end;
    this.#length = end - start;
    const mixed = Math.imul(hash ^ (hash >>> 15) ^ this.#length, 0x85ebca6b);
    this.#hash = mixed ^ (mixed >>> 13) || 1;
  }

  #isAsked(at: number, length: number): boolean {
    const own = length <= mostOwnUnits;
    const words = own ? this.#records : this.#words;
    const begin = own ? at + wordsAt : (this.#records[at + wordsAt] as number);
    const wanted = asked;
    for (let i = 0; i << 1 < length; i++) if (words[begin + i] !== wanted[i]) return false;
    return true;
  }

  /** Takes up the level that was read last. */
  #append(): number {
    const hash = this.#hash;
    const length = this.#length;
    const level = this.#newNumber();
    const at = level * recordSize;
    this.#records[at] = hash;
    this.#records[at + usesAt] = 0;
    this.#records[at + lengthAt] = length;
    if (length <= mostOwnUnits) this.#records.set(asked.subarray(0, wordsOf(length)), at + wordsAt);
    else this.#records[at + wordsAt] = this.#keepWords(wordsOf(length));
    this.#slots.add(level, hash);
    return level;
  }

  /** Keeps the words that were read last; where they begin. */
  #keepWords(count: number): number {
    if (this.#wordsUsed + count > this.#words.length) this.#repack(count);
    const begin = this.#wordsUsed;
    this.#words.set(asked.subarray(0, count), begin);
    this.#wordsUsed += count;
    this.#wordsLive += count;
    return begin;
  }

  #newNumber(): number {
    const level = this.#free;
    if (level !== 0) {
      this.#free = this.#records[level * recordSize] as number;
      return level;
    }
    this.used++;
    const needed = (this.used + 1) * recordSize;
    if (needed > this.#records.length) this.#records = grown(this.#records, needed);
    return this.used;
  }

  /** Makes room for some more words: closes the gaps that released levels have left. */
  #repack(more: number): void {
    const words = new Int32Array(Math.ceil((this.#wordsLive + more) * 1.25) + 16);
    let used = 0;
    for (let level = 1; level <= this.used; level++) {
      const at = level * recordSize;
      const length = this.#records[at + lengthAt] as number;
      if (this.#records[at + usesAt] === 0 || length <= mostOwnUnits) continue;
      const from = this.#records[at + wordsAt] as number;
      words.set(this.#words.subarray(from, from + wordsOf(length)), used);
      this.#records[at + wordsAt] = used;
      used += wordsOf(length);
    }
    this.#words = words;
    this.#wordsUsed = used;
  }
}

/** NH: products of sums with secrets. */
function mixedIn(hash: number, first: number, second: number, secrets: Int32Array, word: number): number {
  const secret = (word & 31) << 1;
  const product = Math.imul(
    (first + (secrets[secret] as number)) & 0xffff,
    (second + (secrets[secret + 1] as number)) & 0xffff,
  );
  return (((hash << 1) | (hash >>> 31)) + product) | 0;
}

const wordsOf = (units: number): number => (units + 1) >> 1;

/** A few dozen numbers out of one (xorshift). */
function secretsOf(key: number): Int32Array {
  const secrets = new Int32Array(64);
  let state = key ^ 0x9e3779b9 || 1;
  for (let i = 0; i < secrets.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    secrets[i] = state;
  }
  return secrets;
}
