import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-unix-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (path: string) => ({ listeners: [{ kind: 'unix', path }] }) as const;

describe('a Unix socket', () => {
  test('that a killed broker has left behind is taken over', async () => {
    const path = join(folder, 'stale');
    const killed = createServer().listen(`${path}.before`);
    await once(killed, 'listening');
    // Node removes the file by its name when it closes: under another one it stays, as after a kill.
    await rename(`${path}.before`, path);
    await new Promise((done) => killed.close(done));
    await using broker = await startBroker(at(path));
    expect(broker.address).toBe(`unix:${path}`);
  });

  test('of a broker that runs is left alone', async () => {
    const path = join(folder, 'used');
    await using _first = await startBroker(at(path));
    await expect(startBroker(at(path))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('is nowhere else than its path says: one that is too long is refused', async () => {
    const path = join(folder, 'x'.repeat(120));
    await expect(startBroker({ listeners: [{ kind: 'unix', path }] })).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  });

  test('never takes the place of a file', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'precious');
    await expect(startBroker(at(path))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
