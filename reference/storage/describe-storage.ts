// The contract that every store keeps, as tests.
import { describe, expect, test } from 'vitest';
import type { OpenedStore } from './store.ts';

/** Opens what was kept by the store opened before, or begins. */
export type OpenAgain = () => Promise<OpenedStore>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textsOf = ({ records }: OpenedStore): [string, string][] =>
  [...records].map(([key, value]) => [key, new TextDecoder().decode(value)]);

export function describeStorage(name: string, place: () => Promise<OpenAgain>): void {
  describe(`a store: ${name}`, () => {
    test('begins empty and settled', async () => {
      const found = await (await place())();
      expect([found.store.isSettled, textsOf(found)]).toEqual([true, []]);
      await found.store.close();
    });

    test('finds what was committed, in the order of its keys as UTF-8', async () => {
      const open = await place();
      const { store } = await open();
      for (const key of ['b', 'a/2', 'a', '\u{1F600}', '\uFFFD', 'a/10']) store.put(key, bytes(`of ${key}`));
      await store.commit();
      await store.close();
      const found = await open();
      expect([...found.records.keys()]).toEqual(['a', 'a/10', 'a/2', 'b', '\uFFFD', '\u{1F600}']);
      expect(new TextDecoder().decode(found.records.get('a/2'))).toBe('of a/2');
      await found.store.close();
    });

    test('replaces and deletes, the last word counts', async () => {
      const open = await place();
      const { store } = await open();
      store.put('kept', bytes('1'));
      store.put('gone', bytes('1'));
      await store.commit();
      store.put('kept', bytes('2'));
      store.delete('gone');
      store.put('never', bytes('x'));
      store.delete('never');
      store.delete('was not there');
      store.delete('back');
      store.put('back', bytes('3'));
      await store.commit();
      await store.close();
      const found = await open();
      expect(textsOf(found)).toEqual([
        ['back', '3'],
        ['kept', '2'],
      ]);
      await found.store.close();
    });

    test('goes on changing what it has found', async () => {
      const open = await place();
      for (const value of ['one', 'two', 'three']) {
        const { store } = await open();
        store.put('value', bytes(value));
        store.put(value, bytes(''));
        store.delete('one');
        await store.close();
      }
      const found = await open();
      expect(textsOf(found)).toEqual([
        ['three', ''],
        ['two', ''],
        ['value', 'three'],
      ]);
      await found.store.close();
    });

    test('is settled once its changes are committed, and counts their bytes until then', async () => {
      await using store = (await (await place())()).store;
      store.put('a', new Uint8Array(1_000));
      expect([store.isSettled, store.pendingBytes]).toEqual([false, 1_000]);
      await store.commit();
      expect([store.isSettled, store.pendingBytes]).toEqual([true, 0]);
    });

    test('resolves commits in the order of their calls, each with all that was changed before', async () => {
      const open = await place();
      const { store } = await open();
      const done: number[] = [];
      const commits: Promise<unknown>[] = [];
      const ask = (i: number, changes: boolean): void => {
        if (changes) store.put(`key ${i}`, bytes(String(i)));
        commits.push(store.commit().then(() => done.push(i)));
      };
      for (let i = 0; i < 60; i += 3) {
        ask(i, true);
        ask(i + 1, true);
        await commits[i];
        // Nothing has changed since the commit before, which is under way.
        ask(i + 2, false);
      }
      await Promise.all(commits);
      expect(done).toEqual(Array.from({ length: 60 }, (_, i) => i));
      await store.close();
      const found = await open();
      expect(found.records.size).toBe(40);
      await found.store.close();
    });

    test('keeps bytes as they are, none and many', async () => {
      const open = await place();
      const { store } = await open();
      const many = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) & 0xff);
      store.put('none', new Uint8Array());
      store.put('many', many);
      await store.close();
      const found = await open();
      expect(found.records.get('none')?.length).toBe(0);
      expect(Buffer.compare(found.records.get('many') ?? new Uint8Array(), many)).toBe(0);
      await found.store.close();
    });
  });
}
