import { beforeAll, describe, expect, test } from 'vitest';
import { Passwords } from './passwords.ts';
import { hashPassword, type PasswordHash } from './scrypt.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const cost = { ln: 4, r: 8, p: 1 };
const login = (userName: string, password: string, remoteAddress = '192.0.2.1') => ({
  userName,
  password: bytes(password),
  remoteAddress,
});
const attempts = { most: 3, withinSeconds: 60 };

let alice: PasswordHash;
beforeAll(async () => {
  alice = await hashPassword(bytes('right'), cost);
});

/** Passwords whose comparisons are written down, and end when they are told to. */
function slowPasswords() {
  const compared: PasswordHash[] = [];
  const ends: ((isRight: boolean) => void)[] = [];
  const compare = (_password: Uint8Array, hash: PasswordHash): Promise<boolean> => {
    compared.push(hash);
    return new Promise((end) => ends.push(end));
  };
  const passwords = new Passwords({ hashes: new Map([['alice', alice]]), attempts, now: () => 0, compare });
  return { passwords, compared, ends };
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('passwords', () => {
  test('let in who has the right one', async () => {
    const passwords = new Passwords({ hashes: new Map([['alice', alice]]), attempts, now: () => 0 });
    expect(await passwords.check(login('alice', 'right'))).toBe('accepted');
    expect(await passwords.check(login('alice', 'right'))).toBe('accepted');
    expect(await passwords.check(login('alice', 'wrong'))).toBe('bad user name or password');
    expect(await passwords.check(login('bob', 'right'))).toBe('bad user name or password');
  });

  test('are compared for users that are not known, at the same cost', async () => {
    const { passwords, compared, ends } = slowPasswords();
    const outcome = passwords.check(login('nobody', 'x'));
    await turn();
    expect(compared.map((hash) => [hash.cost, hash.hash.length])).toEqual([[cost, alice.hash.length]]);
    // Not even where the comparison says yes.
    ends[0]?.(true);
    expect(await outcome).toBe('bad user name or password');
  });

  test('that were right are not hashed again, and those that were wrong are', async () => {
    const { passwords, compared, ends } = slowPasswords();
    const first = passwords.check(login('alice', 'right'));
    ends[0]?.(true);
    await first;
    expect(await passwords.check(login('alice', 'right'))).toBe('accepted');
    expect(compared).toHaveLength(1);
    const wrong = passwords.check(login('alice', 'wrong'));
    ends[1]?.(false);
    expect(await wrong).toBe('bad user name or password');
  });

  test('that have changed are hashed again', async () => {
    const passwords = new Passwords({ hashes: new Map([['alice', alice]]), attempts, now: () => 0 });
    await passwords.check(login('alice', 'right'));
    passwords.replace(new Map([['alice', await hashPassword(bytes('other'), cost)]]));
    expect(await passwords.check(login('alice', 'right'))).toBe('bad user name or password');
    expect(await passwords.check(login('alice', 'other'))).toBe('accepted');
  });

  test('that change while they are compared let nobody in, and those that stay do', async () => {
    const { passwords, ends } = slowPasswords();
    const outcome = passwords.check(login('alice', 'right'));
    await turn();
    passwords.replace(new Map([['alice', { ...alice }]]));
    ends[0]?.(true);
    expect(await outcome).toBe('accepted');
    passwords.replace(new Map([['alice', { ...alice }]]));
    const second = passwords.check(login('alice', 'right'));
    await turn();
    passwords.replace(new Map());
    ends[1]?.(true);
    expect(await second).toBe('bad user name or password');
  });

  test('are compared two at a time, and never by more than a thousand in the queue', async () => {
    const { passwords, compared, ends } = slowPasswords();
    const outcomes = Array.from({ length: 1_003 }, (_, i) => passwords.check(login('alice', `${i}`, `10.0.0.${i}`)));
    expect(await outcomes[1_002]).toBe('unavailable');
    expect(compared).toHaveLength(2);
    ends[0]?.(true);
    await outcomes[0];
    await turn();
    expect(compared).toHaveLength(3);
  });

  test('are not tried any more by an address that has failed too often, also if its attempts came all at once', async () => {
    const { passwords, compared, ends } = slowPasswords();
    const outcomes = Array.from({ length: 10 }, (_, i) => passwords.check(login('alice', `guess ${i}`)));
    for (let i = 0; i < 4; i++) {
      await turn();
      ends[i]?.(false);
    }
    expect((await Promise.all(outcomes)).filter((outcome) => outcome === 'not authorized')).toHaveLength(6);
    // Three to the limit, and one that was on its way.
    expect(compared).toHaveLength(4);
    expect(await passwords.check(login('alice', 'right'))).toBe('not authorized');
  });
});
