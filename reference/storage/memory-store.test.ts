import { expect, test } from 'vitest';
import { describeStorage } from './describe-storage.ts';
import { openMemoryStore } from './memory-store.ts';

describeStorage('memory', async () => {
  const kept = new Map<string, Uint8Array>();
  return async () => openMemoryStore(kept);
});

test('what was not committed is lost with the store, as in a crash', async () => {
  const kept = new Map<string, Uint8Array>();
  const { store } = openMemoryStore(kept);
  store.put('told', new Uint8Array(1));
  await store.commit();
  store.put('not told', new Uint8Array(1));
  store.delete('told');
  expect([...openMemoryStore(kept).records.keys()]).toEqual(['told']);
});
