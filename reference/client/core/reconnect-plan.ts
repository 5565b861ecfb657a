// When to try again after a connection was lost: exponential backoff with jitter. In: attempts. Out: delays. Knows no clock.

export interface ReconnectOptions {
  /** Before the first attempt, in milliseconds; 250 unless told otherwise. */
  readonly firstDelayMs?: number;
  /** No delay is longer; 30,000 unless told otherwise. */
  readonly maxDelayMs?: number;
  /** By what a delay is longer than the one before; 2 unless told otherwise. */
  readonly factor?: number;
  /** Share of a delay that is left to chance, 0 to 1, so that many clients don't come back at the same time; 0.5 unless told otherwise. */
  readonly jitter?: number;
  /** Attempts without success until the client gives up; without limit unless told otherwise. */
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

export class ReconnectPlan {
  readonly #settings: ReconnectSettings;
  readonly #random: () => number;
  #attempts = 0;

  /** `random` gives numbers from 0 to 1. */
  constructor(settings: ReconnectSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Attempts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The delay before the next attempt; undefined once there were enough. */
  next(): number | undefined {
    const { firstDelayMs, maxDelayMs, factor, jitter, maxAttempts } = this.#settings;
    if (this.#attempts >= maxAttempts) return undefined;
    const whole = Math.min(maxDelayMs, firstDelayMs * factor ** this.#attempts);
    this.#attempts++;
    return whole * (1 - jitter * this.#random());
  }

  /** A connection was accepted. */
  succeeded(): void {
    this.#attempts = 0;
  }
}
