// Who has which password. In: user names, passwords, addresses. Out: what CONNACK says. Slow by intent, and bounded.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthenticationOutcome } from '../core/access.ts';
import { type AttemptLimit, FailedAttempts } from './failed-attempts.ts';
import { Gate } from './gate.ts';
import type { PasswordHashes } from './password-file.ts';
import { defaultCost, formatHash, isPassword, type PasswordHash } from './scrypt.ts';

export interface Login {
  readonly userName: string;
  readonly password: Uint8Array;
  readonly remoteAddress: string;
}

export interface PasswordsOptions {
  readonly hashes: PasswordHashes;
  readonly attempts: AttemptLimit;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Whether the hash is of this password; scrypt, unless told otherwise. */
  readonly compare?: (password: Uint8Array, hash: PasswordHash) => Promise<boolean>;
}

/** Two of libuv's four threads: files and names are still looked up while passwords are tried. */
const hashesAtOnce = 2;
const mostWaiting = 1_000;

export class Passwords {
  #hashes: PasswordHashes;
  #unknown: PasswordHash;
  readonly #attempts: FailedAttempts;
  readonly #now: () => number;
  readonly #compare: (password: Uint8Array, hash: PasswordHash) => Promise<boolean>;
  readonly #gate = new Gate({ most: hashesAtOnce, mostWaiting });
  /** What has been found right before, under a key that lives as long as this process: clients that come again are not hashed again. */
  readonly #right = new Map<string, Buffer>();
  readonly #key = randomBytes(32);

  constructor({ hashes, attempts, now, compare = isPassword }: PasswordsOptions) {
    this.#hashes = hashes;
    this.#unknown = hashOfNobody(hashes);
    this.#attempts = new FailedAttempts(attempts);
    this.#now = now;
    this.#compare = compare;
  }

  /** Other users and passwords from now on. */
  replace(hashes: PasswordHashes): void {
    this.#hashes = hashes;
    this.#unknown = hashOfNobody(hashes);
    this.#right.clear();
  }

  /** An unknown user costs the same time as a wrong password. */
  async check(login: Login): Promise<AuthenticationOutcome> {
    const { userName, password, remoteAddress } = login;
    if (this.#isBlocked(remoteAddress)) return 'not authorized';
    const digest = createHmac('sha256', this.#key).update(password).digest();
    const before = this.#right.get(userName);
    if (timingSafeEqual(before ?? Buffer.alloc(digest.length), digest)) return 'accepted';
    const outcome = await this.#gate.run(() => this.#try(login, digest));
    return outcome === 'full' ? 'unavailable' : outcome;
  }

  async #try({ userName, password, remoteAddress }: Login, digest: Buffer): Promise<AuthenticationOutcome> {
    // Asked again: many attempts may have waited together.
    if (this.#isBlocked(remoteAddress)) return 'not authorized';
    const hash = this.#hashes.get(userName);
    const isRight = await this.#compare(password, hash ?? this.#unknown);
    // The file may have been read anew meanwhile.
    if (isRight && isSame(hash, this.#hashes.get(userName))) {
      this.#right.set(userName, digest);
      return 'accepted';
    }
    this.#attempts.failed(remoteAddress, this.#now());
    return 'bad user name or password';
  }

  #isBlocked(address: string): boolean {
    return this.#attempts.isBlocked(address, this.#now());
  }
}

const isSame = (one: PasswordHash | undefined, other: PasswordHash | undefined): boolean =>
  one !== undefined && other !== undefined && formatHash(one) === formatHash(other);

/** A hash that no password has, as costly as the others. */
function hashOfNobody(hashes: PasswordHashes): PasswordHash {
  const [first] = hashes.values();
  return { cost: first?.cost ?? defaultCost, salt: randomBytes(16), hash: randomBytes(first?.hash.length ?? 32) };
}
