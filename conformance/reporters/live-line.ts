// One line at the bottom of a terminal, redrawn in place. In: its text. Out: control sequences.
import { cut, oneLine } from './text.ts';

export interface LiveLineOptions {
  readonly write: (text: string) => void;
  readonly columns: number;
  readonly enabled: boolean;
}

const startOfLineAndErase = '\r\u001b[2K';

export class LiveLine {
  readonly #options: LiveLineOptions;
  #shown = '';

  constructor(options: LiveLineOptions) {
    this.#options = options;
  }

  show(text: string): void {
    const { write, columns, enabled } = this.#options;
    // In the last column some terminals wrap at once.
    const line = cut(oneLine(text), columns - 1);
    if (!enabled || line === this.#shown) return;
    write(`${startOfLineAndErase}${line}`);
    this.#shown = line;
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.#shown !== '') this.#options.write(startOfLineAndErase);
    this.#shown = '';
  }
}
