// The store for tests and for those who want no disk: keeps records as long as the process lives.
import type { OpenedStore, Store } from './store.ts';

/** Opens a store in memory. With the Map of an earlier one it goes on where that one has committed last, as after a crash. */
export function openMemoryStore(committed: Map<string, Uint8Array> = new Map()): OpenedStore {
  const keys = [...committed.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const records = new Map(keys.map((key) => [key, committed.get(key) ?? new Uint8Array()]));
  return { store: new MemoryStore(committed), records };
}

class MemoryStore implements Store {
  readonly #committed: Map<string, Uint8Array>;
  readonly #changes = new Map<string, Uint8Array | undefined>();
  pendingBytes = 0;

  constructor(committed: Map<string, Uint8Array>) {
    this.#committed = committed;
  }

  get isSettled(): boolean {
    return this.#changes.size === 0;
  }

  put(key: string, value: Uint8Array): void {
    this.#changes.set(key, value);
    this.pendingBytes += value.length;
  }

  delete(key: string): void {
    this.#changes.set(key, undefined);
  }

  commit(): Promise<void> {
    for (const [key, value] of this.#changes) {
      if (value === undefined) this.#committed.delete(key);
      else this.#committed.set(key, value);
    }
    this.#changes.clear();
    this.pendingBytes = 0;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.commit();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
