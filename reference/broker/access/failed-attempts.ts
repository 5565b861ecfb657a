// Guessing of passwords, slowed down. In: addresses, times. Out: whether an address may try. Memory is bounded.

export interface AttemptLimit {
  /** Failed attempts of one address after which it has to wait. */
  readonly most: number;
  /** How long failures count, from the first one on. */
  readonly withinSeconds: number;
}

interface Failures {
  count: number;
  readonly until: number;
}

const mostAddresses = 10_000;

/**
 * Counts failures by address; of IPv6 addresses the first 64 bits count, which is what one household has. Successes take nothing
 * back: somebody with an account of their own could else guess those of others. Times are milliseconds of a monotonic clock.
 */
export class FailedAttempts {
  readonly #limit: AttemptLimit;
  readonly #mostAddresses: number;
  /** In the order of their ends, since all last equally long. */
  readonly #failures = new Map<string, Failures>();

  constructor(limit: AttemptLimit, { mostAddresses: most = mostAddresses }: { readonly mostAddresses?: number } = {}) {
    this.#limit = limit;
    this.#mostAddresses = most;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  isBlocked(address: string, now: number): boolean {
    const failures = this.#failures.get(networkOf(address));
    return failures !== undefined && failures.until > now && failures.count >= this.#limit.most;
  }

  failed(address: string, now: number): void {
    const network = networkOf(address);
    // A Unix socket has no address, and whoever can reach it is at home.
    if (network === '') return;
    this.#forget(now);
    const failures = this.#failures.get(network);
    if (failures !== undefined) failures.count++;
    else this.#failures.set(network, { count: 1, until: now + this.#limit.withinSeconds * 1_000 });
  }

  /** What is over, and the oldest where there is no room for another. */
  #forget(now: number): void {
    for (const [network, { until }] of this.#failures) {
      if (until > now && this.#failures.size < this.#mostAddresses) return;
      this.#failures.delete(network);
    }
  }
}

/** IPv4 addresses as they are, also within IPv6; of IPv6 the first four groups. */
function networkOf(address: string): string {
  const four = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (four !== undefined || !address.includes(':')) return four ?? address;
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill('0');
  return [...groups, ...zeros, ...behind].slice(0, 4).join(':');
}
