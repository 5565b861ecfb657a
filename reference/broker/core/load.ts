// How much there is to do, as brokers tell it under `$SYS/broker/load`. In: totals at times. Out: averages a minute.

/** Periods that are looked at, in minutes. */
export const loadMinutes = [1, 5, 15] as const;

/** Averages of a total's growth a minute, of which older growth counts less and less, as the load of Unix systems. */
export class Load {
  #total = 0;
  readonly #averages = loadMinutes.map(() => 0);

  /** A new total, so many minutes after the one before. Gives the averages, one for each of `loadMinutes`. */
  update(total: number, minutes: number): readonly number[] {
    if (minutes <= 0) return this.#averages;
    const rate = (total - this.#total) / minutes;
    this.#total = total;
    for (const [i, period] of loadMinutes.entries()) {
      const before = this.#averages[i] ?? 0;
      this.#averages[i] = before + (rate - before) * (1 - Math.exp(-minutes / period));
    }
    return this.#averages;
  }
}
