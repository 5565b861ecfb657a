// The folder around a database: whose it is, in which layout, and who has it in use. In: a path. Out: a folder that is locked and looked
// over, or a StoreError. A folder that is refused is left as it was.
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { type Layout, StoreError } from './store.ts';

const markerName = 'mqttspec.json';
const lockName = 'lock';

/** What `mqttspec.json` says. `being made` until the database has been written for the first time. */
interface Marker extends Layout {
  readonly state: 'being made' | 'in use';
}

export interface DataFolder {
  readonly path: string;
  /** Nothing has ever been kept in it. */
  readonly isNew: boolean;
  /** Says that from now on there is something in it. */
  begin(): Promise<void>;
  release(): Promise<void>;
}

/** Makes the folder, or opens one of this owner and layout, and locks it against everybody else. */
export async function openDataFolder(path: string, layout: Layout): Promise<DataFolder> {
  await makeFolder(resolve(path)).catch((error: Error) => {
    throw new StoreError(`cannot make the data folder ${path}: ${error.message}`, { cause: error });
  });
  await refuseForeign(path, layout);
  const lock = await takeLock(path);
  try {
    const marker = await refuseForeign(path, layout);
    if (marker === undefined) await writeMarker(path, { ...layout, state: 'being made' });
  } catch (error) {
    await lock.close();
    throw error;
  }
  const marker = await readMarker(path);
  return {
    path,
    isNew: marker?.state !== 'in use',
    begin: () => writeMarker(path, { ...layout, state: 'in use' }),
    release: () => lock.close(),
  };
}

/** With those above it. (Node's own way never returns where the system says that something is missing, and nothing is: below /proc.) */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  try {
    await mkdir(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (await isFolder(path)) return;
    if (codeOf(error) !== 'ENOENT' || (await isFolder(above))) throw error;
    await makeFolder(above);
    await makeFolder(path);
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

export const damaged = (path: string, what: string, cause?: unknown): StoreError =>
  new StoreError(
    `the data folder ${path} is damaged: ${what}. Nothing in it was changed. Put a backup in its place, or choose an empty folder`,
    { cause },
  );

async function refuseForeign(path: string, { owner, version }: Layout): Promise<Marker | undefined> {
  const marker = await readMarker(path);
  if (marker === undefined) {
    const foreign = (await namesIn(path)).filter((name) => name !== lockName && !name.startsWith(markerName));
    if (foreign.length === 0) return undefined;
    throw new StoreError(
      `${path} is no data folder of mqttspec: it holds ${foreign.slice(0, 3).join(', ')}. Choose an empty or a new folder`,
    );
  }
  if (marker.owner !== owner)
    throw new StoreError(`${path} is the data folder of a ${marker.owner}, not of a ${owner}. Choose another`);
  if (marker.version !== version)
    throw new StoreError(
      `the data folder ${path} has layout ${marker.version}, and this version of mqttspec knows ${version}. Use the version that has written it, or another folder`,
    );
  return marker;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw new StoreError(`cannot read the data folder ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Undefined where there is none. */
async function readMarker(path: string): Promise<Marker | undefined> {
  let text: string;
  try {
    text = await readFile(join(path, markerName), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StoreError(`cannot read the data folder ${path}: ${messageOf(error)}`, { cause: error });
  }
  const marker = markerOf(text);
  if (marker === undefined) throw damaged(path, `${markerName} is not what mqttspec writes there`);
  return marker;
}

function markerOf(text: string): Marker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { owner, version, state } = value as Partial<Marker>;
  if (owner !== 'broker' && owner !== 'client') return undefined;
  if (typeof version !== 'number' || (state !== 'being made' && state !== 'in use')) return undefined;
  return { owner, version, state };
}

/** Either the old one is there or the new one, whenever the power fails. */
async function writeMarker(path: string, marker: Marker): Promise<void> {
  const next = join(path, `${markerName}.next`);
  try {
    const file = await open(next, 'w');
    try {
      await file.writeFile(`${JSON.stringify(marker)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, join(path, markerName));
  } catch (error) {
    throw new StoreError(`cannot write to the data folder ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Node has no lock that ends with its process, and the database has one: so an empty database is the lock, and whoever holds it may look
 * at everything else at leisure.
 */
async function takeLock(path: string): Promise<{ close(): Promise<void> }> {
  const lock = new ClassicLevel(join(path, lockName));
  try {
    await lock.open();
  } catch (error) {
    if (levelCodeOf(error) === 'LEVEL_LOCKED')
      throw new StoreError(
        `the data folder ${path} is in use by another process. End that one, or choose another folder`,
        {
          cause: error,
        },
      );
    throw new StoreError(`cannot lock the data folder ${path}: ${levelMessageOf(error)}`, { cause: error });
  }
  return lock;
}

/** A second folder with the same files, as links where the file system has them: what is done there leaves the first one alone. */
export async function makeTwin(from: string, to: string): Promise<boolean> {
  await rm(to, { recursive: true, force: true });
  const names = await readdir(from).catch(() => undefined);
  if (names === undefined) return false;
  await mkdir(to);
  for (const name of names) {
    if (name === 'LOCK' || name.startsWith('LOG')) continue;
    const [source, target] = [join(from, name), join(to, name)];
    await link(source, target).catch(() => copyFile(source, target));
  }
  return true;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** What the database passes on of the operating system's words, where that is no damage. */
const systemSays =
  /No space left on device|Disk quota exceeded|Read-only file system|Permission denied|Too many open files/;

/** Whether the operating system has said no (EACCES, ENOSPC …), to us or to the database. */
export const isOfSystem = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).errno !== undefined || systemSays.test(levelMessageOf(error));

/** The database's own reason stands in the cause of its error. */
const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error;

const levelCodeOf = (error: unknown): string | undefined => codeOf(reasonOf(error));

export const levelMessageOf = (error: unknown): string => messageOf(reasonOf(error));
