// Passwords as scrypt hashes in the form `$scrypt$ln=14,r=8,p=1$SALT$HASH`. In: passwords, hashes. Out: hashes, yes or no.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** What a hash costs: 2 to the power of `ln` rounds over blocks of 128 × `r` bytes, `p` times. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface PasswordHash {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** 16 MiB and some 40 ms of one core. */
export const defaultCost: ScryptCost = { ln: 14, r: 8, p: 1 };

/** What a hash may ask of the broker at most: 128 MiB. */
const mostBytes = 134_217_728;
const hashBytes = 32;

/** A hash with a salt of its own. */
export async function hashPassword(password: Uint8Array, cost: ScryptCost = defaultCost): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { cost, salt, hash: await derive(password, { salt, cost, length: hashBytes }) };
}

/** Whether the hash is of this password. Takes equally long whatever the password is. */
export async function isPassword(password: Uint8Array, { cost, salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, { salt, cost, length: hash.length }), hash);
}

interface Derivation {
  readonly salt: Uint8Array;
  readonly cost: ScryptCost;
  readonly length: number;
}

function derive(password: Uint8Array, { salt, cost: { ln, r, p }, length }: Derivation): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * mostBytes };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, derived) => (error === null ? resolve(derived) : reject(error)));
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

export function formatHash({ cost: { ln, r, p }, salt, hash }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Undefined: no such hash, or one that would cost the broker too much. */
export function parseHash(text: string): PasswordHash | undefined {
  const [, ln, r, p, salt = '', hash = ''] = form.exec(text) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const isCost = cost.ln >= 1 && cost.r >= 1 && cost.p >= 1 && 128 * 2 ** cost.ln * cost.r * cost.p <= mostBytes;
  if (!isCost) return undefined;
  const parsed = { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  return parsed.salt.length >= 8 && parsed.hash.length >= 16 && parsed.hash.length <= 128 ? parsed : undefined;
}
