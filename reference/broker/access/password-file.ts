// The password file: one `USER:HASH` a line, `#` begins a comment. In: its text. Out: users and their hashes, or what is wrong with it.
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { whyUnreadable } from '../why-unreadable.ts';
import { AccessError } from './access-error.ts';
import { formatHash, type PasswordHash, parseHash } from './scrypt.ts';

export type PasswordHashes = ReadonlyMap<string, PasswordHash>;

/** Reads a password file. Throws AccessError where it cannot be read, or where a line is none; hashes are never shown. */
export async function readPasswordFile(path: string): Promise<PasswordHashes> {
  return parsePasswords(await textOf(path), path);
}

/** Sets or deletes a user's hash; comments and the order of lines stay. The file is replaced in one step. */
export async function changePasswordFile(
  path: string,
  userName: string,
  hash: PasswordHash | undefined,
): Promise<'added' | 'changed' | 'deleted' | 'unknown user'> {
  const problem = userNameProblem(userName);
  if (problem !== undefined) throw new AccessError(`cannot keep a password for this user: ${problem}`);
  const { text, ...rights } = await stored(path, hash);
  const known = parsePasswords(text, path).has(userName);
  if (hash === undefined && !known) return 'unknown user';
  const line = hash === undefined ? [] : [`${userName}:${formatHash(hash)}`];
  const lines = text.split('\n').filter((one, i, all) => one !== '' || i < all.length - 1);
  const changed = lines.flatMap((one) => (userOf(one) === userName ? line : [one]));
  await replace(path, { text: [...changed, ...(known ? [] : line), ''].join('\n'), ...rights });
  if (hash === undefined) return 'deleted';
  return known ? 'changed' : 'added';
}

/** What is wrong with a user name for this file; undefined if nothing is. */
export function userNameProblem(userName: string): string | undefined {
  if (userName === '') return 'expected a user name, got none';
  if (/^[#\s]|\s$/.test(userName)) return 'expected a user name without # at its start and blanks around it';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  return /[:\u0000-\u001F\u007F]/.test(userName) ? 'expected a user name without : and control characters' : undefined;
}

export function parsePasswords(text: string, path: string): PasswordHashes {
  const hashes = new Map<string, PasswordHash>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const at = `${path}, line ${i + 1}`;
    const userName = userOf(line);
    const hash = parseHash(line.slice(userName.length + 1).trim());
    if (hash === undefined || userNameProblem(userName) !== undefined)
      throw new AccessError(
        `${at}: expected USER:$scrypt$ln=14,r=8,p=1$SALT$HASH, as \`mqttspec broker passwd\` writes it`,
      );
    if (hashes.has(userName)) throw new AccessError(`${at}: user ${userName} is there twice`);
    hashes.set(userName, hash);
  }
  return hashes;
}

const userOf = (line: string): string => (line.startsWith('#') ? '' : line.slice(0, Math.max(0, line.indexOf(':'))));

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const hint = '`mqttspec broker passwd FILE USER` makes one';
    throw new AccessError(`cannot read the password file ${path}: ${whyUnreadable(error)}. ${hint}`, { cause: error });
  }
}

/** A file as it is found: whose it is, too, or the broker could not read any more what an administrator has changed. */
interface Stored {
  readonly text: string;
  readonly mode: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** What there is, to be changed; a file that is not there yet begins empty, unless somebody shall be deleted from it. */
async function stored(path: string, hash: PasswordHash | undefined): Promise<Stored> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && hash !== undefined) return { text: '', mode: 0o600 };
  const text = await textOf(path);
  return found === undefined ? { text, mode: 0o600 } : { text, mode: found.mode & 0o777, owner: found };
}

async function replace(path: string, { text, mode, owner }: Stored): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(beside, text, { mode, flag: 'wx' });
    // The system's administrator alone may give files away; the file of anybody else is his own already.
    if (owner !== undefined && process.getuid?.() === 0) await chown(beside, owner.uid, owner.gid);
    await rename(beside, path);
  } catch (error) {
    throw new AccessError(`cannot write the password file ${path}: ${(error as Error).message}`, { cause: error });
  }
}
