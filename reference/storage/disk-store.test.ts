import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeStorage } from './describe-storage.ts';
import { openDiskStore } from './disk-store.ts';
import { type Layout, StoreError } from './store.ts';

const layout: Layout = { owner: 'broker', version: 1 };
const made: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-store-'));
  made.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

describeStorage('disk', async () => {
  const folder = join(await newFolder(), 'made', 'when missing');
  return () => openDiskStore(folder, layout);
});

/** A folder with 100 records that were written, replaced and deleted in 50 commits; as many are in tables as in the log. */
async function filledFolder(): Promise<string> {
  const folder = await newFolder();
  for (let opened = 0; opened < 2; opened++) {
    const { store } = await openDiskStore(folder, layout);
    for (let i = 0; i < 25; i++) {
      for (let j = 0; j < 4; j++) store.put(`record ${opened} ${i} ${j}`, Buffer.from(`value ${i}`.repeat(20)));
      store.delete(`record ${opened} ${i - 2} 3`);
      store.put('replaced', Buffer.from(`${opened} ${i}`));
      await store.commit();
    }
    await store.close();
  }
  return folder;
}

/** Every file that holds data, with its bytes. The lock and the database's diary hold none. */
async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    if (/^lock|LOCK|LOG/.test(name) || !(await stat(path)).isFile()) continue;
    files.set(name, await readFile(path));
  }
  return files;
}

const printOf = async (folder: string): Promise<string> =>
  [...(await filesOf(folder))].map(([name, content]) => `${name} ${content.toString('base64')}`).join('\n');

/** Puts the files of another folder into a new one, some of them changed. */
async function folderOf(files: ReadonlyMap<string, Buffer>): Promise<string> {
  const folder = await newFolder();
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const flipped = (content: Buffer, at: number): Buffer => {
  const bent = Buffer.from(content);
  bent[at] = (bent[at] ?? 0) ^ 0xff;
  return bent;
};

/** Damage of every kind, spread over a file: cut off, bent, overwritten, gone. */
function* damagesOf(content: Buffer, places: number): Generator<[what: string, after: Buffer | undefined]> {
  yield ['is gone', undefined];
  yield ['is empty', Buffer.alloc(0)];
  yield ['is garbage', Buffer.alloc(content.length, 'garbage ')];
  for (let i = 0; i < places; i++) {
    const at = Math.floor((content.length * i) / places);
    yield [`is cut off at ${at}`, content.subarray(0, at)];
    yield [`is bent at ${at}`, flipped(content, at)];
    yield [`is zeros from ${at}`, Buffer.concat([content.subarray(0, at), Buffer.alloc(content.length - at)])];
  }
}

/** Opens a folder; its records, or the error, for which nothing may have changed. */
async function outcomeOf(folder: string): Promise<string> {
  const before = await printOf(folder);
  try {
    const { store, records } = await openDiskStore(folder, layout);
    await store.close();
    return JSON.stringify([...records].map(([key, value]) => [key, String(Buffer.from(value))]));
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    expect(await printOf(folder)).toBe(before);
    return (error as StoreError).message;
  }
}

describe('a data folder', () => {
  test('is refused to a second one, and free again behind the first', async () => {
    const folder = await newFolder();
    const first = await openDiskStore(folder, layout);
    await expect(openDiskStore(folder, layout)).rejects.toThrow(/is in use by another process/);
    await first.store.close();
    await (await openDiskStore(folder, layout)).store.close();
  });

  test('is refused where it holds the files of somebody else, and left alone', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.txt'), 'text');
    expect(await outcomeOf(folder)).toMatch(/is no data folder of mqttspec: it holds thesis.txt/);
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  test('is refused to another owner and to another layout', async () => {
    const folder = await filledFolder();
    await expect(openDiskStore(folder, { owner: 'client', version: 1 })).rejects.toThrow(
      /of a broker, not of a client/,
    );
    await expect(openDiskStore(folder, { owner: 'broker', version: 2 })).rejects.toThrow(/has layout 1, .* knows 2/);
    await (await openDiskStore(folder, layout)).store.close();
  });

  test('is refused where it is a file, or cannot be made', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await expect(openDiskStore(file, layout)).rejects.toThrow(/cannot make the data folder .*EEXIST/);
    await expect(openDiskStore(join(file, 'below'), layout)).rejects.toThrow(/cannot make the data folder .*ENOTDIR/);
  });

  test('that was left half-made is made anew', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'mqttspec.json'), JSON.stringify({ ...layout, state: 'being made' }));
    await (await openDiskStore(folder, layout)).store.close();
    expect(JSON.parse(await readFile(join(folder, 'mqttspec.json'), 'utf8'))).toEqual({ ...layout, state: 'in use' });
  });

  test('whatever file of it is damaged and wherever: that is told of and nothing changed, or all records are there', async () => {
    const filled = await filledFolder();
    const files = await filesOf(filled);
    const whole = await outcomeOf(filled);
    expect(JSON.parse(whole)).toHaveLength(201 - 2 * 23);
    const told = new Set<string>();
    const judge = async (name: string, content: Buffer): Promise<void> => {
      for (const [what, after] of damagesOf(content, 12)) {
        const bent = new Map(files);
        if (after === undefined) bent.delete(name);
        else bent.set(name, after);
        const outcome = await outcomeOf(await folderOf(bent));
        const isTold = /is damaged|is no data folder/.test(outcome);
        if (isTold) told.add(name);
        expect(isTold || outcome === whole, `${name} ${what}: ${outcome.slice(0, 200)}`).toBe(true);
      }
    };
    await Promise.all([...files].map(([name, content]) => judge(name, content)));
    // Every file holds records or the way to them: none can go unnoticed.
    expect([...told].sort()).toEqual([...files.keys()]);
  });
});
