import { expect, test } from 'vitest';
import { isOfSystem } from './data-folder.ts';

test.each([
  ['IO error: data/records.read/000005.ldb: No space left on device', true],
  ['IO error: data/lock/LOCK: Read-only file system', true],
  ['IO error: data/records.read/000005.ldb: Invalid argument', false],
  ['Corruption: CURRENT file does not end with newline', false],
])('a full disk is no damage: %j', (message, isSystem) => {
  expect(isOfSystem(new Error('Database is not open', { cause: new Error(message) }))).toBe(isSystem);
});
