// The store on disk, over LevelDB. In: changes. Out: commits that are synced (fdatasync), several waiting callers to one. What is found at
// the start is held against what was committed last, ahead of any change to the folder.
import { type FileHandle, open as openFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { type DataFolder, damaged, isOfSystem, levelMessageOf, makeTwin, openDataFolder } from './data-folder.ts';
import { type Layout, type OpenedStore, type Store, StoreError } from './store.ts';
import { type Head, readHead, sealHead, Tally } from './tally.ts';

type Database = ClassicLevel<string, Uint8Array>;

/** Sorts ahead of all records; U+0000 stands in no key of theirs. */
const headKey = '\u0000head';
const databaseName = 'records';
const twinName = 'records.read';
/** The last commit that was told of, written beside the database: without it a log that was cut off would look like an early end. */
const markName = 'committed';
/** What is deleted soon after should not reach the database's tables: the log may grow to this size first. */
const writeBufferBytes = 16 * 1_048_576;

const databaseAt = (path: string, createIfMissing: boolean): Database =>
  new ClassicLevel(path, {
    valueEncoding: 'view',
    createIfMissing,
    compression: false,
    writeBufferSize: writeBufferBytes,
  });

/** Opens or makes a data folder. Rejects with StoreError where it is foreign, damaged, in use, or cannot be written. */
export async function openDiskStore(path: string, layout: Layout): Promise<OpenedStore> {
  const folder = await openDataFolder(path, layout);
  try {
    return await (folder.isNew ? begin(folder) : goOn(folder));
  } catch (error) {
    await folder.release();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`cannot use the data folder ${path}: ${levelMessageOf(error)}`, { cause: error });
  }
}

async function begin(folder: DataFolder): Promise<OpenedStore> {
  const database = await openDatabase(folder.path, true);
  const tally = new Tally();
  const first = tally.next();
  try {
    await database.batch().put(headKey, first).write({ sync: true });
    const mark = await openFile(join(folder.path, markName), 'w');
    await mark.write(first, 0, first.length, 0);
    await mark.sync();
    await folder.begin();
    return { store: new DiskStore({ folder, database, tally, mark }), records: new Map() };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function goOn(folder: DataFolder): Promise<OpenedStore> {
  const tally = new Tally();
  const records = await readTwin(folder.path, tally);
  const database = await openDatabase(folder.path, false);
  try {
    const mark = await openFile(join(folder.path, markName), 'r+');
    return { store: new DiskStore({ folder, database, tally, mark }), records };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(path: string, createIfMissing: boolean): Promise<Database> {
  const database = databaseAt(join(path, databaseName), createIfMissing);
  await database.open();
  return database;
}

/** LevelDB tidies up while it opens: so it is opened on a twin first, where damage can be found without touching the folder. */
async function readTwin(path: string, tally: Tally): Promise<Map<string, Uint8Array>> {
  const twin = join(path, twinName);
  try {
    if (!(await makeTwin(join(path, databaseName), twin))) throw new Error(`${databaseName} is missing`);
    const records = await readDatabase(twin, tally);
    const told = readHead(await readFile(join(path, markName)).catch(() => new Uint8Array()));
    if (told === undefined) throw new Error(`${markName} is not what mqttspec writes there`);
    if (told.sequence > tally.sequence) throw new Error('the last changes are missing');
    return records;
  } catch (error) {
    throw isOfSystem(error) ? error : damaged(path, levelMessageOf(error), error);
  } finally {
    await rm(twin, { recursive: true, force: true });
  }
}

async function readDatabase(path: string, tally: Tally): Promise<Map<string, Uint8Array>> {
  const database = databaseAt(path, false);
  try {
    await database.open();
    return await readRecords(database, tally);
  } finally {
    await database.close();
  }
}

async function readRecords(database: Database, tally: Tally): Promise<Map<string, Uint8Array>> {
  const records = new Map<string, Uint8Array>();
  let head: Head | undefined;
  for await (const [key, sealed] of database.iterator()) {
    if (key === headKey) {
      head = readHead(sealed);
      continue;
    }
    const value = tally.read(key, sealed);
    if (value === undefined) throw new Error(`a record is not what was written (${JSON.stringify(key)})`);
    records.set(key, value);
  }
  if (head === undefined || !tally.agreesWith(head))
    throw new Error('records are missing, or older than they should be');
  return records;
}

interface DiskParts {
  readonly folder: DataFolder;
  readonly database: Database;
  readonly tally: Tally;
  readonly mark: FileHandle;
}

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: StoreError) => void;
}

class DiskStore implements Store {
  readonly #parts: DiskParts;
  #changes = new Map<string, Uint8Array | undefined>();
  #changedBytes = 0;
  #writingBytes = 0;
  /** Those who asked for a commit since the last one began. */
  #waiting: Waiting[] = [];
  #isWriting = false;
  #failure: StoreError | undefined;
  #marking: Promise<unknown> = Promise.resolve();
  #isMarking = false;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  get isSettled(): boolean {
    return this.#changes.size === 0 && !this.#isWriting;
  }

  get pendingBytes(): number {
    return this.#changedBytes + this.#writingBytes;
  }

  put(key: string, value: Uint8Array): void {
    this.#changes.set(key, value);
    this.#changedBytes += value.length;
  }

  delete(key: string): void {
    this.#changes.set(key, undefined);
  }

  commit(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.isSettled) return Promise.resolve();
    const committed = new Promise<void>((done, failed) => this.#waiting.push({ done, failed }));
    if (!this.#isWriting) void this.#writeAll();
    return committed;
  }

  /** Commit after commit, until nothing is left to write. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#changes.size > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write();
      } catch (error) {
        return this.#fail(error, waiting);
      }
      for (const { done } of waiting) done();
    }
    this.#isWriting = false;
    // Nothing has changed since the last commit.
    for (const { done } of this.#waiting.splice(0)) done();
  }

  async #write(): Promise<void> {
    const { database, tally } = this.#parts;
    const changes = this.#changes;
    this.#changes = new Map();
    this.#writingBytes = this.#changedBytes;
    this.#changedBytes = 0;
    const batch = database.batch();
    for (const [key, value] of changes) {
      if (value !== undefined) batch.put(key, tally.put(key, value));
      else if (tally.delete(key)) batch.del(key);
    }
    batch.put(headKey, tally.next());
    const { sequence } = tally;
    await batch.write({ sync: true });
    this.#writingBytes = 0;
    if (!this.#isMarking) this.#marking = this.#mark(sequence);
  }

  #fail(error: unknown, waiting: readonly Waiting[]): void {
    const { path } = this.#parts.folder;
    const failure = new StoreError(`cannot write to the data folder ${path}: ${levelMessageOf(error)}`, {
      cause: error,
    });
    this.#failure = failure;
    for (const { failed } of [...waiting, ...this.#waiting.splice(0)]) failed(failure);
  }

  /** Nobody waits for it: it may lag behind the database (also by a failure to write it), and never runs ahead. */
  async #mark(sequence: number): Promise<void> {
    this.#isMarking = true;
    const bytes = sealHead({ sequence, count: 0, sum: 0 });
    await this.#parts.mark.write(bytes, 0, bytes.length, 0).catch(() => undefined);
    this.#isMarking = false;
  }

  async close(): Promise<void> {
    const { folder, database, tally, mark } = this.#parts;
    try {
      await this.commit();
      await this.#marking;
      await this.#mark(tally.sequence);
      await mark.sync();
    } finally {
      await mark.close();
      await database.close();
      await folder.release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
