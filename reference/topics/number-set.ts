// Numbers above 0, in little memory: a few in a list, many in an open-addressed table. Knows nothing of what they stand for.

/** More are in a table. */
const mostInList = 8;
/** In a slot: free, and free again. */
const free = 0;
const freed = -1;

export class NumberSet {
  size = 0;
  /** A few numbers one behind the other, or slots. */
  #slots = new Int32Array(2);
  /** Slots that are not `free`. */
  #used = 0;

  has(number: number): boolean {
    return this.#slotOf(number) >= 0;
  }

  /** Adds a number, if it is not there. */
  add(number: number): void {
    if (this.has(number)) return;
    const slots = this.#slots;
    if (slots.length <= mostInList ? this.size === slots.length : this.#used * 4 >= slots.length * 3) this.#rebuild();
    this.#take(number);
  }

  /** Whether it was there. */
  delete(number: number): boolean {
    const slot = this.#slotOf(number);
    if (slot < 0) return false;
    const slots = this.#slots;
    this.size--;
    if (slots.length > mostInList) slots[slot] = freed;
    else {
      slots[slot] = slots[this.size] as number;
      slots[this.size] = free;
    }
    return true;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const number of this.#slots) if (number > 0) yield number;
  }

  #slotOf(number: number): number {
    if (number === free) return -1;
    const slots = this.#slots;
    if (slots.length <= mostInList) return slots.indexOf(number);
    const mask = slots.length - 1;
    let slot = homeOf(number) & mask;
    while (slots[slot] !== number) {
      if (slots[slot] === free) return -1;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #take(number: number): void {
    const slots = this.#slots;
    if (slots.length <= mostInList) slots[this.size] = number;
    else {
      const mask = slots.length - 1;
      let slot = homeOf(number) & mask;
      while (slots[slot] !== free) slot = (slot + 1) & mask;
      slots[slot] = number;
      this.#used++;
    }
    this.size++;
  }

  /** Room for as many again, and none for those that were deleted. */
  #rebuild(): void {
    const before = this.#slots;
    let length = 4;
    while (length < this.size * 2) length *= 2;
    this.#slots = new Int32Array(length);
    this.#used = 0;
    this.size = 0;
    for (const number of before) if (number > 0) this.#take(number);
  }
}

const homeOf = (number: number): number => {
  const mixed = Math.imul(number, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
};
