// Lets connections through to the target in bursts that its accept queue can hold (100 is a common length). A connection that
// finds the queue full looks open to us, and is served only after a retransmission: that would be taken for a slow target.

const burst = 40;

export class Door {
  readonly #alive: () => Promise<unknown>;
  #opened = 0;
  #checking: Promise<unknown> = Promise.resolve();

  /** `alive` resolves when the target has answered somebody: it has then accepted what came before. */
  constructor(alive: () => Promise<unknown>) {
    this.#alive = alive;
  }

  /** Resolves when one more connection may be opened. */
  async admit(): Promise<void> {
    if (++this.#opened % burst === 0) this.#checking = this.#checking.then(() => this.#alive());
    await this.#checking;
  }
}
