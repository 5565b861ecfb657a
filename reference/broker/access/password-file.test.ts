import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessError } from './access-error.ts';
import { changePasswordFile, parsePasswords, readPasswordFile } from './password-file.ts';
import { formatHash, hashPassword, type PasswordHash } from './scrypt.ts';

let folder: string;
let hash: PasswordHash;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-passwd-'));
  hash = await hashPassword(new TextEncoder().encode('x'), { ln: 2, r: 1, p: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('a password file', () => {
  test('is made with its first user, for its owner alone', async () => {
    const path = join(folder, 'new');
    expect(await changePasswordFile(path, 'alice', hash)).toBe('added');
    expect(await changePasswordFile(path, 'bob', hash)).toBe('added');
    expect([...(await readPasswordFile(path)).keys()]).toEqual(['alice', 'bob']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('keeps comments, order and rights when a user changes or goes', async () => {
    const path = join(folder, 'kept');
    const line = formatHash(hash);
    await writeFile(path, `# ours\nalice:${line}\n\nbob:${line}\n# bob:old\ncarol:${line}`);
    await chmod(path, 0o640);
    // Who runs this as the system's administrator may give the file to somebody else.
    const owner = process.getuid?.() === 0 ? { uid: 12_345, gid: 54_321 } : await stat(path);
    await chown(path, owner.uid, owner.gid);
    const other = await hashPassword(new TextEncoder().encode('y'), { ln: 2, r: 1, p: 1 });
    expect(await changePasswordFile(path, 'bob', other)).toBe('changed');
    expect(await changePasswordFile(path, 'alice', undefined)).toBe('deleted');
    expect(await readFile(path, 'utf8')).toBe(`# ours\n\nbob:${formatHash(other)}\n# bob:old\ncarol:${line}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await stat(path)).toMatchObject({ uid: owner.uid, gid: owner.gid });
    expect((await readdir(folder)).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
  });

  test('says where nobody was to be deleted', async () => {
    const path = join(folder, 'nobody');
    await changePasswordFile(path, 'alice', hash);
    expect(await changePasswordFile(path, 'bob', undefined)).toBe('unknown user');
    await expect(changePasswordFile(join(folder, 'none'), 'bob', undefined)).rejects.toThrow(/there is no such file/);
  });

  test('is not there: the error says how to make one', async () => {
    await expect(readPasswordFile(join(folder, 'none'))).rejects.toThrow(/mqttspec broker passwd FILE USER/);
  });

  test.each(['', 'a:b', '#a', ' a', 'a ', 'a\nb', 'a\0'])('has no place for a user by the name of %j', async (name) => {
    await expect(changePasswordFile(join(folder, 'names'), name, hash)).rejects.toThrow(AccessError);
  });

  test.each([
    ['alice:secret', /^users, line 2: expected USER:\$scrypt\$/],
    ['alice', /^users, line 2: expected USER/],
    [':$scrypt$', /^users, line 2: expected USER/],
  ])('with the line %s is refused, and the line is not shown', (line, message) => {
    expect(() => parsePasswords(`# ours\n${line}\n`, 'users')).toThrow(message);
    expect(() => parsePasswords(`# ours\n${line}\n`, 'users')).not.toThrow(/secret/);
  });

  test('that has a user twice is refused', () => {
    const line = `alice:${formatHash(hash)}`;
    expect(() => parsePasswords(`${line}\n${line}`, 'users')).toThrow('users, line 2: user alice is there twice');
  });
});
