// One restart for all scenarios that ask for one: each puts in place what is to survive, and waits until all others have.
import type { Restart } from '../target/restart-commands.ts';

export class SharedRestart {
  readonly #restart: Restart;
  #present = 0;
  #waiting: { readonly done: () => void; readonly broke: (error: unknown) => void }[] = [];

  constructor(restart: Restart) {
    this.#restart = restart;
  }

  /** So many scenarios are about to be played: each of them will leave. */
  enter(scenarios: number): void {
    this.#present += scenarios;
  }

  /** A scenario has come to its end. */
  leave(): void {
    this.#present--;
    this.#ifAllWait();
  }

  /** Resolves when the target was restarted, once for all who are waiting then. Rejects where the user's commands fail. */
  restart(): Promise<void> {
    return new Promise((done, broke) => {
      this.#waiting.push({ done, broke });
      this.#ifAllWait();
    });
  }

  #ifAllWait(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#present) return;
    const all = this.#waiting.splice(0);
    this.#restart().then(
      () => {
        for (const { done } of all) done();
      },
      (error: unknown) => {
        for (const { broke } of all) broke(error);
      },
    );
  }
}
