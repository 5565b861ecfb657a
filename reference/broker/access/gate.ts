// At most so many at the same time, and at most so many in the queue. In: work. Out: its result, or `full`.

export interface GateOptions {
  readonly most: number;
  readonly mostWaiting: number;
}

/** Lets a bounded number of works run; the others wait in their order. */
export class Gate {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ most, mostWaiting }: GateOptions) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Runs the work when it is its turn; `full` if too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | 'full'> {
    if (this.#running >= this.#most) {
      if (this.#waiting.length >= this.#mostWaiting) return 'full';
      await new Promise<void>((turn) => this.#waiting.push(turn));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
