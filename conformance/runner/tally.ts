// Counts what was held against one invariant. In: packets that could have broken it, and problems. Out: one result.
import type { StatementId } from '../spec/catalogue.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import type { Trace } from '../wire/trace.ts';

/** What a result says of an invariant. */
export interface TallyText {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  readonly cites: readonly StatementId[];
}

export class Tally {
  readonly #text: TallyText;
  #seen = 0;
  #violations = 0;
  #firstProblem = '';
  #broken: readonly StatementId[] = [];
  #trace: Trace = [];

  constructor({ id, title, section, cites }: TallyText) {
    this.#text = { id, title, section, cites };
  }

  /** A packet came that could have broken it. */
  saw(): void {
    this.#seen++;
  }

  /** It was broken; the trace of the first time is kept, with the deciding entry at its end. */
  violated(problem: string, trace: () => Trace, statements = this.#text.cites): void {
    if (this.#violations++ > 0) return;
    this.#firstProblem = problem;
    this.#broken = statements;
    this.#trace = trace();
  }

  /** `ifNone`: why it is skipped where no packet came that could have broken it. */
  result(protocol: Protocol, ifNone: string): ScenarioResult {
    const common = { ...this.#text, protocol, trace: this.#trace, startedAt: 0, durationMs: 0 };
    const { title, cites: statements } = this.#text;
    if (this.#violations === 0 && this.#seen === 0)
      return { ...common, verdict: 'skipped', reason: ifNone, checks: [] };
    const expected = `${title} (${this.#seen} packets)`;
    if (this.#violations === 0)
      return { ...common, verdict: 'pass', checks: [{ verdict: 'pass', statements, expected, got: 'as expected' }] };
    const got = `${this.#violations} of ${this.#seen}; the first: ${this.#firstProblem}`;
    const traceIndex = this.#trace.length - 1;
    return {
      ...common,
      verdict: 'fail',
      checks: [{ verdict: 'fail', statements: this.#broken, expected, got, traceIndex }],
    };
  }
}
