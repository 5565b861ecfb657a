import { expect, test } from 'vitest';
import { covers } from './covers.ts';

test.each([
  ['#', 'a/b'],
  ['#', '#'],
  ['#', '+/#'],
  ['+/#', '#'],
  ['/+/#', '/#'],
  ['a/#', 'a'],
  ['a/#', 'a/+/#'],
  ['a/+', 'a/b'],
  ['a/+', 'a/'],
  ['+/+', '/+'],
  ['$SYS/#', '$SYS/+/x'],
])('%s covers %s', (wide, narrow) => {
  expect(covers(wide, narrow)).toBe(true);
});

test.each([
  ['a/b', 'a/+'],
  ['a/+', 'a/#'],
  ['a/+', 'a'],
  ['a/+/#', 'a/#'],
  ['a', 'a/#'],
  ['a', 'b'],
  ['a/#', '#'],
  ['a/#', '+/#'],
  ['#', '$SYS/#'],
  ['+/a', '$SYS/a'],
  ['+', '+/#'],
  ['a/b/c', 'a/b'],
])('%s does not cover %s', (wide, narrow) => {
  expect(covers(wide, narrow)).toBe(false);
});
