// Stores that do not keep what they promise: the test has to notice each of them.
import type { Store } from '../../reference/storage/store.ts';

/** What goes wrong: acknowledgements ahead of the commit, or records of one kind that are forgotten. */
export const breakages = {
  early: 'acknowledges before the commit',
  'message/': 'forgets messages on their way',
  'received/': 'forgets the identifiers of QoS 2 messages that it has received',
  'subscription/': 'forgets subscriptions',
  'retained/': 'forgets retained messages',
  'session/': 'forgets sessions',
} as const;

export type Breakage = keyof typeof breakages;

export const isBreakage = (name: string): name is Breakage => Object.hasOwn(breakages, name);

export class BrokenStore implements Store {
  readonly #store: Store;
  readonly #breakage: Breakage;

  constructor(store: Store, breakage: Breakage) {
    this.#store = store;
    this.#breakage = breakage;
  }

  /** The early one says that everything is on the disk while it is on its way. */
  get isSettled(): boolean {
    if (this.#breakage !== 'early') return this.#store.isSettled;
    void this.#store.commit();
    return true;
  }

  get pendingBytes(): number {
    return this.#store.pendingBytes;
  }

  put(key: string, value: Uint8Array): void {
    if (!key.startsWith(this.#breakage)) this.#store.put(key, value);
  }

  delete(key: string): void {
    this.#store.delete(key);
  }

  commit(): Promise<void> {
    return this.#store.commit();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
