import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type RestartCommands, restartBy } from './restart-commands.ts';

const restarting = (commands: RestartCommands): Promise<void> => {
  const restart = restartBy(commands);
  if (typeof restart !== 'function') throw new Error(`no restart: ${restart}`);
  return restart();
};

test('runs the command for both, or the one that stops', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-restart-'));
  const file = join(folder, 'log');
  await restarting({ restart: `echo restarted > "${file}"` });
  expect(await readFile(file, 'utf8')).toBe('restarted\n');
  await restarting({ stop: `echo stopped > "${file}"`, start: 'true' });
  expect(await readFile(file, 'utf8')).toBe('stopped\n');
  await rm(folder, { recursive: true });
});

test('says which command failed, and how', async () => {
  await expect(restarting({ restart: 'echo no such container >&2; exit 3' })).rejects.toThrow(
    '"echo no such container >&2; exit 3" ended with exit code 3: no such container',
  );
});

test('wants one command for both, or one for each', () => {
  expect(restartBy({})).toBe(undefined);
  expect(restartBy({ stop: 'true' })).toBe('incomplete');
  expect(restartBy({ start: 'true' })).toBe('incomplete');
  expect(restartBy({ restart: 'true', start: 'true' })).toBe('incomplete');
});
