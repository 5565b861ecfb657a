// When to try again after a connection was lost: exponential backoff with jitter. In: when connections began and ended. Out: delays.
// Knows no clock.

export interface ReconnectOptions {
  /** Before the first attempt, in milliseconds; 250 unless told otherwise. */
  readonly firstDelayMs?: number;
  /** No delay is longer; 30,000 unless told otherwise. */
  readonly maxDelayMs?: number;
  /** By what a delay is longer than the one before; 2 unless told otherwise. */
  readonly factor?: number;
  /** Share of a delay that is left to chance, 0 to 1, so that many clients don't come back at the same time; 0.5 unless told otherwise. */
  readonly jitter?: number;
  /** Attempts without a connection that lasts as long as the next delay until the client gives up; without limit unless told otherwise. */
  readonly maxAttempts?: number;
}

export type ReconnectSettings = Required<ReconnectOptions>;

const defaults: ReconnectSettings = {
  firstDelayMs: 250,
  maxDelayMs: 30_000,
  factor: 2,
  jitter: 0.5,
  maxAttempts: Number.POSITIVE_INFINITY,
};

/** Throws RangeError for options that are out of range. */
export function reconnectSettings(options: ReconnectOptions | undefined): ReconnectSettings {
  if (options === undefined) return defaults;
  const { firstDelayMs = defaults.firstDelayMs, maxDelayMs = defaults.maxDelayMs } = options;
  const { factor = defaults.factor, jitter = defaults.jitter, maxAttempts = defaults.maxAttempts } = options;
  if (!(firstDelayMs >= 0)) throw new RangeError(`reconnect.firstDelayMs: expected 0 or more, got ${firstDelayMs}`);
  if (!(maxDelayMs >= 0)) throw new RangeError(`reconnect.maxDelayMs: expected 0 or more, got ${maxDelayMs}`);
  if (!(factor >= 1)) throw new RangeError(`reconnect.factor: expected 1 or more, got ${factor}`);
  if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`reconnect.jitter: expected 0 to 1, got ${jitter}`);
  return { firstDelayMs, maxDelayMs, factor, jitter, maxAttempts };
}

/**
 * A delay begins anew at the first only behind a connection that has lasted at least as long as the delay that comes next (its jitter
 * aside): towards a server that accepts everybody and closes at once, delays grow as towards one that is not there.
 */
export class ReconnectPlan {
  readonly #settings: ReconnectSettings;
  readonly #random: () => number;
  #attempts = 0;
  #acceptedAt: number | undefined;

  /** `random` gives numbers from 0 to 1. */
  constructor(settings: ReconnectSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Attempts since the last connection that lasted. */
  get attempts(): number {
    return this.#attempts;
  }

  /** CONNACK came. */
  accepted(now: number): void {
    this.#acceptedAt = now;
  }

  /** A connection is over, or did not come about: the delay before the next attempt; undefined once there were enough. */
  next(now: number): number | undefined {
    if (this.#acceptedAt !== undefined && now - this.#acceptedAt >= this.#wholeDelay) this.#attempts = 0;
    this.#acceptedAt = undefined;
    if (this.#attempts >= this.#settings.maxAttempts) return undefined;
    const whole = this.#wholeDelay;
    this.#attempts++;
    return whole * (1 - this.#settings.jitter * this.#random());
  }

  get #wholeDelay(): number {
    const { firstDelayMs, maxDelayMs, factor } = this.#settings;
    return Math.min(maxDelayMs, firstDelayMs * factor ** this.#attempts);
  }
}
