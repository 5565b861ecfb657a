import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuthenticationOutcome, Credentials } from '../core/access.ts';
import { Access, type AccessOptions, type AccessSurroundings } from './access.ts';
import { changePasswordFile } from './password-file.ts';
import { hashPassword } from './scrypt.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const cost = { ln: 2, r: 1, p: 1 };
let folder: string;
let passwordFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-access-'));
  passwordFile = join(folder, 'users');
  await changePasswordFile(passwordFile, 'alice', await hashPassword(bytes('secret'), cost));
});
afterAll(() => rm(folder, { recursive: true }));

interface Login {
  readonly clientId?: string;
  readonly userName?: string;
  readonly password?: string;
  readonly certificateName?: string;
}

const open = (options: AccessOptions, others: Partial<AccessSurroundings> = {}): Promise<Access> =>
  Access.open(options, { now: () => 0, ...others });

async function outcomeOf(access: Access, login: Login): Promise<AuthenticationOutcome> {
  const { clientId = 'c', userName, password, certificateName } = login;
  const credentials: Credentials = {
    clientId,
    userName,
    password: password === undefined ? undefined : bytes(password),
    remoteAddress: '192.0.2.1',
    certificateName,
  };
  return access.authenticate(credentials);
}

const alice = { userName: 'alice', password: 'secret' };

describe('access', () => {
  test.each<[Login, AuthenticationOutcome]>([
    [alice, 'accepted'],
    [{ ...alice, password: 'Secret' }, 'bad user name or password'],
    [{ userName: 'alice' }, 'bad user name or password'],
    [{ userName: 'bob', password: 'secret' }, 'bad user name or password'],
    [{}, 'not authorized'],
    [{ certificateName: 'alice' }, 'not authorized'],
  ])('with a password file answers %j by %j', async (login, outcome) => {
    expect(await outcomeOf(await open({ passwordFile }), login)).toEqual(outcome);
  });

  test('lets anonymous clients in beside users where that is wanted', async () => {
    const access = await open({ passwordFile, anonymous: true });
    expect(await outcomeOf(access, {})).toBe('accepted');
    expect(await outcomeOf(access, { ...alice, password: 'wrong' })).toBe('bad user name or password');
  });

  test('believes no user name that nobody has checked', async () => {
    const access = await open({ permissions: [{ users: ['alice'], publish: ['#'] }] });
    expect(await outcomeOf(access, alice)).toEqual({ acceptedAs: undefined });
    expect(await outcomeOf(await open({ anonymous: false }), alice)).toBe('bad user name or password');
  });

  test('takes the common name of a certificate for the user name where that is wanted', async () => {
    const access = await open({ passwordFile, certificateNames: true });
    expect(await outcomeOf(access, { certificateName: 'carol', userName: 'alice' })).toEqual({ acceptedAs: 'carol' });
    expect(await outcomeOf(access, alice)).toBe('accepted');
    expect(await outcomeOf(access, {})).toBe('not authorized');
  });

  test('blocks an address that guesses', async () => {
    let now = 0;
    const access = await open({ passwordFile, failedAttempts: { most: 2, withinSeconds: 1 } }, { now: () => now });
    for (const guess of ['a', 'b']) await outcomeOf(access, { ...alice, password: guess });
    expect(await outcomeOf(access, alice)).toBe('not authorized');
    now = 1_000;
    expect(await outcomeOf(access, alice)).toBe('accepted');
  });

  test('keeps client ids for their users, whoever says who a client is', async () => {
    const clientIds = [{ clientId: 'boiler', users: ['alice'] }];
    const byFile = await open({ passwordFile, anonymous: true, clientIds });
    expect(await outcomeOf(byFile, { ...alice, clientId: 'boiler' })).toBe('accepted');
    expect(await outcomeOf(byFile, { clientId: 'boiler' })).toBe('identifier rejected');
    // A wrong password says nothing about the client id.
    expect(await outcomeOf(byFile, { ...alice, password: 'x', clientId: 'boiler' })).toBe('bad user name or password');
    const byProgram = await open({ clientIds }, { authenticate: () => Promise.resolve('accepted') });
    expect(await outcomeOf(byProgram, { userName: 'bob', clientId: 'boiler' })).toBe('identifier rejected');
    const byCertificate = await open({ clientIds, certificateNames: true });
    expect(await outcomeOf(byCertificate, { certificateName: 'alice', clientId: 'boiler' })).toEqual({
      acceptedAs: 'alice',
    });
    expect(await outcomeOf(byCertificate, { userName: 'alice', clientId: 'boiler' })).toBe('identifier rejected');
  });

  test('allows what both the permissions and the program allow', async () => {
    const permissions = [{ publish: ['a/#'] }];
    const access = await open({ permissions }, { authorize: ({ topic }) => topic !== 'a/secret' });
    const asks = (topic: string) => ({ kind: 'publish', clientId: 'c', userName: undefined, topic }) as const;
    expect(['a/x', 'b', 'a/secret'].map((topic) => access.authorize(asks(topic)))).toEqual([true, false, false]);
    expect([access.authorizesDeliveries, (await open({})).authorizesDeliveries]).toEqual([true, false]);
    const vague = await open({ permissions }, { authorize: () => undefined as never });
    expect(vague.authorize(asks('a/x'))).toBe(false);
  });

  test('asks the program for each delivery if it wants to be asked, whatever else there is', async () => {
    const asks = { kind: 'receive', clientId: 'c', userName: undefined, topic: 'a' } as const;
    const program = { authorize: () => false, authorizesDeliveries: true, sessionsHaveOwners: true };
    const access = await open({}, program);
    expect(access.hooks).toMatchObject({ authorizesDeliveries: true, sessionsHaveOwners: true });
    expect(access.authorize(asks)).toBe(false);
    const byRules = await open({ permissions: [{ subscribe: ['a'] }] }, { authorize: () => false });
    expect([byRules.authorizesDeliveries, byRules.authorize(asks)]).toEqual([true, true]);
  });
});

describe('access that is loaded again', () => {
  test('has the users and rules of now', async () => {
    const path = join(folder, 'changing');
    await changePasswordFile(path, 'alice', await hashPassword(bytes('secret'), cost));
    const access = await open({ passwordFile: path, permissions: [] });
    await changePasswordFile(path, 'bob', await hashPassword(bytes('b'), cost));
    await changePasswordFile(path, 'alice', undefined);
    await access.reload({ passwordFile: path, permissions: [{ publish: ['t'] }] });
    expect(await outcomeOf(access, { userName: 'bob', password: 'b' })).toBe('accepted');
    expect(await outcomeOf(access, alice)).toBe('bad user name or password');
    expect(access.authorize({ kind: 'publish', clientId: 'c', userName: 'bob', topic: 't' })).toBe(true);
  });

  test('stays as it was where the new one is wrong', async () => {
    const path = join(folder, 'broken');
    await changePasswordFile(path, 'alice', await hashPassword(bytes('secret'), cost));
    const access = await open({ passwordFile: path });
    await writeFile(path, 'alice:secret');
    await expect(access.reload()).rejects.toThrow(/line 1: expected USER/);
    expect(await outcomeOf(access, alice)).toBe('accepted');
    await expect(access.reload({ passwordFile: path, permissions: [] })).rejects.toThrow(
      /access\.permissions: .*Restart/,
    );
  });
});

test.each([
  [
    { permissions: [{}, { publish: ['a', 'b/%x'] }] },
    'access.permissions[1].publish[1]: expected %u, %c or %%, got %x',
  ],
  [{ permissions: [{ subscribe: ['a#'] }] }, /^access\.permissions\[0\]\.subscribe\[0\]: expected "#" alone/],
  [{ clientIds: [{ clientId: 'x-*' }] }, 'access.clientIds[0].clientId: expected users, or %u in the client id'],
])('access that is wrong is refused, with the key: %j', async (options, message) => {
  await expect(open(options)).rejects.toThrow(message);
});
