// Numbers that are found by a hash, in an open-addressed table. In: numbers above 0, each with its hash. Out: slots to look through.
// Knows nothing of what the numbers stand for.

/** Who has the numbers. */
export interface Hashed {
  /** The largest number. */
  readonly used: number;
  /** The hash of a number; 0 for one that is not in the table. */
  hashOf(number: number): number;
}

const firstSlots = 32;
/** With so many slots, what is found lately is worth a place of its own. */
const manySlots = 1 << 15;
const mostRecent = 4_096;
const fewNumbers = 0x00ff_ffff;
const manyNumbers = 0x7fff_ffff;

/**
 * A search begins at slot `hash & mask` and ends at a 0. A slot is a number and, in the bits that numbers do not need, bits of its
 * hash: most of what is not looked for need not be fetched.
 */
export class NumberSlots {
  slots = new Int32Array(firstSlots);
  /** Slots as they were found lately, by `hash` too: those that everybody passes by stay at hand while the others lie far apart. */
  recent = new Int32Array(1);
  /** The bits of a slot that are the number. */
  numberBits: number;
  readonly #hashed: Hashed;
  #count = 0;

  constructor(hashed: Hashed, numberBits = fewNumbers) {
    this.#hashed = hashed;
    this.numberBits = numberBits;
  }

  /** Who has the numbers knows its hash already. */
  add(number: number, hash: number): void {
    const { length } = this.slots;
    const isFull = this.#count * 2 >= length;
    this.#count++;
    if (number > this.numberBits) this.#rebuild(isFull ? length * 2 : length, manyNumbers);
    else if (isFull) this.#rebuild(length * 2, this.numberBits);
    else this.#take(number, hash);
  }

  /** Those behind the gap that the number leaves move up, where they belong before it. */
  remove(number: number, hash: number): void {
    const { slots, numberBits } = this;
    const mask = slots.length - 1;
    let gap = hash & mask;
    while (((slots[gap] as number) & numberBits) !== number) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hashed.hashOf((slots[slot] as number) & numberBits) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[gap] = slots[slot] as number;
      gap = slot;
    }
    slots[gap] = 0;
    this.#count--;
    this.recent[hash & (this.recent.length - 1)] = 0;
  }

  #take(number: number, hash: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number | (hash & ~this.numberBits);
  }

  #rebuild(length: number, numberBits: number): void {
    this.slots = new Int32Array(length);
    this.numberBits = numberBits;
    this.recent = new Int32Array(length < manySlots ? 1 : mostRecent);
    // In the order of the numbers, which is that of memory: in the order of the slots each would have to be fetched.
    const { used } = this.#hashed;
    for (let number = 1; number <= used; number++) {
      const hash = this.#hashed.hashOf(number);
      if (hash !== 0) this.#take(number, hash);
    }
  }
}

/** Numbers in arrays that still double: memory that is not written to yet is not had, but each copy has to be. */
const mostDoubled = 4_194_304;

/** A copy with room for so many numbers, and for more to come. */
export const grown = (array: Int32Array, needed: number): Int32Array<ArrayBuffer> =>
  widened(array, needed * (needed <= mostDoubled ? 2 : 1.25));

/** A copy with more room. */
export function widened(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(Math.ceil(length));
  wider.set(array);
  return wider;
}
