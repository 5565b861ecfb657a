// Operators limit how many connections there may be at once, and how many new ones a second: who comes beyond is turned away, by an end of
// the connection or by CONNACK 3, whatever it sends. In: that somebody was turned away. Out: whether others who came then were so too.

export interface CrowdOptions {
  readonly now: () => number;
  /** Whether the target turns away one of a few newcomers who come now, and ask for nothing but to be let in. */
  readonly turnsAway: () => Promise<boolean>;
}

export class Crowd {
  readonly #options: CrowdOptions;
  #fullAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Somebody was turned away; those who come now tell whether that is so with everybody. */
  suspect(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Whether the target has turned newcomers away since then. */
  async wasFullSince(at: number): Promise<boolean> {
    await this.#asking;
    return this.#fullAt >= at;
  }

  async #ask(): Promise<void> {
    if (await this.#options.turnsAway()) this.#fullAt = this.#options.now();
  }
}
