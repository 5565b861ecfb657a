import { scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatHash, hashPassword, isPassword, parseHash } from './scrypt.ts';

const cost = { ln: 4, r: 8, p: 1 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a password hash', () => {
  test('is of its password alone, also after it was written and read', async () => {
    const written = formatHash(await hashPassword(bytes('secret'), cost));
    const read = parseHash(written);
    if (read === undefined) throw new Error(`cannot read ${written}`);
    expect(await isPassword(bytes('secret'), read)).toBe(true);
    expect(await isPassword(bytes('Secret'), read)).toBe(false);
    expect(await isPassword(bytes(''), read)).toBe(false);
  });

  test('is salted: the same password never gives the same hash', async () => {
    const [one, other] = await Promise.all([hashPassword(bytes('x'), cost), hashPassword(bytes('x'), cost)]);
    expect(formatHash(one)).not.toBe(formatHash(other));
  });

  test('is what scrypt gives elsewhere', async () => {
    const salt = bytes('salt of 16 bytes');
    const text = (part: Uint8Array): string => Buffer.from(part).toString('base64').replaceAll('=', '');
    const hash = scryptSync('pässword', salt, 32, { N: 16, r: 8, p: 1 });
    const parsed = parseHash(`$scrypt$ln=4,r=8,p=1$${text(salt)}$${text(hash)}`);
    expect(parsed && (await isPassword(bytes('pässword'), parsed))).toBe(true);
  });

  test('costs 16 MiB unless told otherwise', async () => {
    expect(formatHash(await hashPassword(bytes('x')))).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$/);
  });
});

const [salt, hash] = ['A'.repeat(22), 'A'.repeat(43)];
test.each([
  '',
  'secret',
  '$6$salt$hash',
  `$scrypt$ln=30,r=8,p=1$${salt}$${hash}`,
  `$scrypt$ln=14,r=8,p=99$${salt}$${hash}`,
  `$scrypt$ln=0,r=8,p=1$${salt}$${hash}`,
  `$scrypt$ln=14,r=8,p=1$${salt}$`,
  `$scrypt$ln=14,r=8,p=1$AA$${hash}`,
  `$scrypt$ln=14,r=8,p=1$${salt}$${hash} `,
])('"%s" is no hash', (text) => {
  expect(parseHash(text)).toBeUndefined();
});
