import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { dropWhatNobodyReads, written } from './leave.ts';

test('who leaves waits until a slow reader has taken everything', async () => {
  const taken: string[] = [];
  let take = (): void => {};
  const slow = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      take = () => {
        taken.push(chunk);
        done();
      };
    },
  });
  slow.write('first');
  slow.write('second');
  let left = false;
  const leaving = written(slow).then(() => {
    left = true;
  });
  take();
  await Promise.resolve();
  expect({ left, taken }).toEqual({ left: false, taken: ['first'] });
  while (!left) {
    take();
    await new Promise((next) => setImmediate(next));
  }
  await leaving;
  expect(taken.join('')).toBe('firstsecond');
});

test('nothing is waited for where all has left, nor where the reader has gone', async () => {
  const gone = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'EPIPE' })),
  });
  dropWhatNobodyReads(gone);
  await written(gone);
  gone.write('nobody reads this');
  await written(gone);
  await new Promise((next) => setImmediate(next));
  await written(gone);
  expect(gone.destroyed).toBe(true);
});

const main = join(import.meta.dirname, 'main.ts');

test('a list that is longer than a pipe takes at once comes whole', async () => {
  // A shell's pipe: what Node gives a child is a socket, which takes more.
  const command = ['-c', '"$@" | cat', 'sh', process.execPath, '--import', 'tsx', main, '--list'];
  const list = await new Promise<string>((told) => execFile('sh', command, (_error, out) => told(out)));
  expect(list.length).toBeGreaterThan(65_536);
  expect(list).toMatch(/\n\d+ scenarios\n$/);
});

test('a list whose reader leaves after its first line ends without a complaint', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--list'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((ended) => child.once('close', ended));
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
});
