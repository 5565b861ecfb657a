import { expect, test } from 'vitest';
import { NumberSet } from './number-set.ts';

test('0 is never there', () => {
  const set = new NumberSet();
  set.add(7);
  expect(set.has(0)).toBe(false);
  expect(set.delete(0)).toBe(false);
});

test.each([1, 3, 8, 9, 50, 1_000])('%i numbers come and go as in a Set', (count) => {
  const set = new NumberSet();
  const model = new Set<number>();
  // Numbers that lie as close and as far as places in a tree do, each added and deleted several times.
  let state = 1;
  for (let step = 0; step < count * 20; step++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const number = 1 + ((state >> 8) % count) * 8;
    if ((state & 7) < 4) {
      set.add(number);
      model.add(number);
    } else expect(set.delete(number)).toBe(model.delete(number));
    expect(set.size).toBe(model.size);
  }
  for (let number = 1; number <= count * 8; number++) expect(set.has(number)).toBe(model.has(number));
  expect([...set].toSorted((a, b) => a - b)).toEqual([...model].toSorted((a, b) => a - b));
});
