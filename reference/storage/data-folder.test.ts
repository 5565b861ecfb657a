import { expect, test } from 'vitest';
import { isOfSystem, openDataFolder } from './data-folder.ts';

test.each([
  ['IO error: data/records.read/000005.ldb: No space left on device', true],
  ['IO error: data/lock/LOCK: Read-only file system', true],
  ['IO error: data/records.read/000005.ldb: Invalid argument', false],
  ['Corruption: CURRENT file does not end with newline', false],
])('a full disk is no damage: %j', (message, isSystem) => {
  expect(isOfSystem(new Error('Database is not open', { cause: new Error(message) }))).toBe(isSystem);
});

test.runIf(process.platform === 'linux')('where no folder can be made it is told, not waited for', async () => {
  await expect(openDataFolder('/proc/below/it', { owner: 'broker', version: 1 })).rejects.toThrow(
    /cannot make the data folder \/proc\/below\/it: ENOENT/,
  );
});
