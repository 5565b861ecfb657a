// What is kept when the process ends: records by key. In: changes. Out: a promise that they are on the disk. Knows no session and no
// message: broker and client write what they like.

/** Changes are gathered; `commit` takes all of them to the disk together, or none. */
export interface Store extends AsyncDisposable {
  /** Adds or replaces a record. The bytes must not change before the commit is done. */
  put(key: string, value: Uint8Array): void;
  /** Removes a record, if it is there. */
  delete(key: string): void;
  /** Whether all changes are on the disk. */
  readonly isSettled: boolean;
  /** Bytes of changes that are not on the disk yet: a reason to slow down whoever causes them. */
  readonly pendingBytes: number;
  /**
   * Resolves once everything that was changed before this call is on the disk; promises resolve in the order of their calls. While
   * one commit runs all further changes gather for the next. Rejects with StoreError when the disk fails, and from then on always.
   */
  commit(): Promise<void>;
  /** Commits what is left, and lets go of files and lock. */
  close(): Promise<void>;
}

/** A store as it was found. */
export interface OpenedStore {
  readonly store: Store;
  /** All records, in the order of their keys (compared as UTF-8 bytes). */
  readonly records: ReadonlyMap<string, Uint8Array>;
}

/** Whose records they are, and in which layout: a folder of another owner or of a later layout is refused. */
export interface Layout {
  readonly owner: 'broker' | 'client';
  readonly version: number;
}

/** A folder that cannot be used (foreign, damaged, locked, not writable), or a disk that fails. Its message says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
