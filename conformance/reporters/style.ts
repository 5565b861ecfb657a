// Colours and signs of verdicts. In: what the terminal can show. Out: painted text.
import pico from 'picocolors';
import type { Verdict } from '../verdict/verdict.ts';
import { ascii } from './text.ts';

export interface Look {
  readonly colours: boolean;
  readonly unicode: boolean;
  readonly columns: number;
}

const signs: Readonly<Record<Verdict, readonly [unicode: string, ascii: string]>> = {
  pass: ['✔', '+'],
  fail: ['✖', 'x'],
  warn: ['▲', '!'],
  observed: ['●', 'o'],
  skipped: ['–', '-'],
  inconclusive: ['?', '?'],
  error: ['‼', 'E'],
};

const widest = 80;
const narrowest = 40;

export class Style {
  /** Text is laid out for so many columns. */
  readonly columns: number;
  readonly #unicode: boolean;
  readonly #paint: Readonly<Record<Verdict, (text: string) => string>>;
  readonly #dim: (text: string) => string;
  readonly #bold: (text: string) => string;

  constructor({ colours, unicode, columns }: Look) {
    const { green, red, yellow, cyan, gray, magenta, dim, bold } = pico.createColors(colours);
    this.columns = Math.max(narrowest, Math.min(widest, columns));
    this.#unicode = unicode;
    this.#paint = {
      pass: green,
      fail: red,
      warn: yellow,
      observed: cyan,
      skipped: gray,
      inconclusive: magenta,
      error: (text) => bold(red(text)),
    };
    this.#dim = dim;
    this.#bold = bold;
  }

  paint(verdict: Verdict, text: string): string {
    return this.#paint[verdict](text);
  }

  dim(text: string): string {
    return this.#dim(text);
  }

  bold(text: string): string {
    return this.#bold(text);
  }

  symbol(verdict: Verdict): string {
    return signs[verdict][this.#unicode ? 0 : 1];
  }

  rule(): string {
    return (this.#unicode ? '─' : '-').repeat(this.columns);
  }

  /** What the terminal has no letters for is written in ASCII; colours stay. */
  safe(line: string): string {
    if (this.#unicode) return line;
    return line.split('\u001b').map(ascii).join('\u001b');
  }
}
