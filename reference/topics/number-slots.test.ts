import { expect, test } from 'vitest';
import { NumberSlots } from './number-slots.ts';

/** Few different hashes, so that searches are long and gaps are common. */
const hashOf = (number: number): number => Math.imul(1 + (number % 97), 0x9e3779b1);

function holds({ slots, numberBits }: NumberSlots, number: number): boolean {
  const mask = slots.length - 1;
  for (let slot = hashOf(number) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    if (((slots[slot] as number) & numberBits) === number) return true;
  }
  return false;
}

test.each([0x00ff_ffff, 0xff, 0x3f])(
  'what was added and not removed is found, with numbers of %i and above',
  (bits) => {
    const known = new Set<number>();
    const owner = { used: 500, hashOf: (number: number) => (known.has(number) ? hashOf(number) : 0) };
    const numbers = new NumberSlots(owner, bits);
    const add = (number: number): void => numbers.add(known.add(number) && number, hashOf(number));
    for (let number = 1; number <= 400; number++) add(number);
    for (let number = 1; number <= 400; number++) expect(holds(numbers, number)).toBe(true);
    for (let number = 1; number <= 400; number++)
      if (number % 3 !== 0 && known.delete(number)) numbers.remove(number, hashOf(number));
    for (let number = 1; number <= 400; number++) expect(holds(numbers, number)).toBe(number % 3 === 0);
    for (let number = 401; number <= 500; number++) add(number);
    for (let number = 1; number <= 500; number++) expect(holds(numbers, number)).toBe(number % 3 === 0 || number > 400);
  },
);
