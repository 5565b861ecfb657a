// Lets connections through to the target in bursts that its accept queue can hold (100 is a common length). A connection that
// finds the queue full looks open to us, and is served only after a retransmission: that would be taken for a slow target.

const burst = 40;

export class Door {
  readonly #accepts: () => Promise<void>;
  #opened = 0;
  #checking: Promise<void> = Promise.resolve();

  /** `accepts` resolves when the target has let somebody in: it has then accepted what came before. */
  constructor(accepts: () => Promise<void>) {
    this.#accepts = accepts;
  }

  /** Resolves when one more connection may be opened. */
  async admit(): Promise<void> {
    if (++this.#opened % burst === 0) this.#checking = this.#checking.then(() => this.#accepts());
    await this.#checking;
  }
}
