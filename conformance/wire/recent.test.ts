// What is remembered of a long run, and what is not.
import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('the latest are remembered, the oldest are not', () => {
  const recent = new Recent<string>(10);
  for (let i = 0; i < 100; i++) recent.set(i, `thing ${i}`);
  for (let i = 90; i < 100; i++) expect(recent.get(i)).toBe(`thing ${i}`);
  for (let i = 0; i < 80; i++) expect(recent.get(i)).toBeUndefined();
});

test('a number that comes again is that of the later thing', () => {
  const recent = new Recent<string>(2);
  for (const [number, thing] of [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
    [1, 'd'],
  ] as const)
    recent.set(number, thing);
  expect(recent.get(1)).toBe('d');
  recent.delete(1);
  expect(recent.get(1)).toBeUndefined();
});
