// Writes down what the checks of one scenario found, and stops the scenario where nothing sensible can follow.
import type { AnyStatementId } from '../../spec/catalogue.ts';
import type { Check } from '../../verdict/verdict.ts';
import type { Observed } from '../observer.ts';
import type { Tracer } from '../tracer.ts';
import type { Client } from './client.ts';

/** Ends a scenario whose verdict is known. Not an error of ours: the runner catches it. */
export class Stopped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Stopped';
  }
}

/** Ends a scenario that cannot judge this target. */
export class Skipped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Skipped';
  }
}

/** What demands an answer. */
const owed = {
  puback: ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
  pubrec: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
  pubcomp: ['MQTT-4.3.3-2'],
  suback: ['MQTT-3.8.4-1'],
} as const satisfies Readonly<Record<string, readonly AnyStatementId[]>>;

export interface RecorderOptions {
  readonly tracer: Tracer;
  readonly checks: Check[];
  /** Verdict of a check that fails. */
  readonly onFailure: 'fail' | 'warn' | 'observed';
  /** Whether answers that are kept back are violations: at level 3 no text says so. */
  readonly judgesAnswers: boolean;
  /** What the statements of a check count as in this run: at level 3 other ids, and weaker verdicts. */
  readonly inThisRun: (check: Check) => Check;
  /** Exchanges messages on uninvolved connections; what was wrong with that, in words. */
  readonly witness: () => Promise<string | undefined>;
  /** Ends when a target that reorders topics has had its time. */
  readonly quietPeriod: () => Promise<void>;
}

export class Recorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** `by`: the packet that decided it; by default the last thing that happened. */
  add(check: Check, client?: Pick<Client, 'name'>, by?: Observed): void {
    const { tracer, checks, inThisRun } = this.#options;
    const counted = { ...inThisRun(check), ...(client === undefined ? {} : { connection: client.name }) };
    tracer.markDecisive(by);
    const traceIndex = tracer.decisiveIndex();
    checks.push(traceIndex === undefined ? counted : { ...counted, traceIndex });
    const text =
      counted.verdict === 'pass'
        ? `as expected: ${counted.expected}`
        : `expected ${counted.expected}; got ${counted.got}`;
    tracer.note(text, { verdict: counted.verdict, ...(client === undefined ? {} : { connection: client.name }) });
  }

  passed(statements: readonly AnyStatementId[], expected: string, client?: Pick<Client, 'name'>): void {
    const verdict = this.#options.onFailure === 'observed' ? 'observed' : 'pass';
    this.add({ verdict, statements, expected, got: 'as expected' }, client);
  }

  /** A `must` that fails ends the scenario; `should` and `may` go on. */
  failed(
    statements: readonly AnyStatementId[],
    { by, ...seen }: Pick<Check, 'expected' | 'got' | 'missing'> & { readonly by?: Observed | undefined },
    client?: Pick<Client, 'name'>,
  ): void {
    // What a target may do, it may also leave: such a sentence is never broken.
    const broken = statements.filter((id) => !id.startsWith('MAY-'));
    const { onFailure: verdict } = this.#options;
    this.add(
      { verdict, statements: verdict === 'fail' && broken.length > 0 ? broken : statements, ...seen },
      client,
      by,
    );
    if (this.#options.onFailure === 'fail') throw new Stopped(`expected ${seen.expected}; got ${seen.got}`);
  }

  /** An answer that every such packet is owed did not come, though its connection is served; whatever the scenario is about. */
  keptBack(answer: keyof typeof owed, client: Pick<Client, 'name'>): void {
    if (!this.#options.judgesAnswers) return;
    const name = answer.toUpperCase();
    this.failed(
      owed[answer],
      { expected: name, got: `no ${name}, though PINGREQ is answered`, missing: [name] },
      client,
    );
  }

  /** Of several things that break at once, the first is told. */
  inconclusive(reason: string): never {
    const { checks } = this.#options;
    if (checks.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'fail')) throw new Stopped(reason);
    this.add({ verdict: 'inconclusive', statements: [], expected: 'the conditions of this scenario', got: reason });
    throw new Stopped(reason);
  }

  note(text: string, client?: Pick<Client, 'name'>): void {
    this.#options.tracer.note(text, client === undefined ? {} : { connection: client.name });
  }

  /** For targets that deliver different topics in any order. */
  quietPeriod(): Promise<void> {
    return this.#options.quietPeriod();
  }

  /** After a hostile input: was anybody else disturbed? */
  async checkWitness(): Promise<void> {
    const disturbance = await this.#options.witness();
    if (disturbance === undefined) return;
    this.add({
      verdict: 'warn', // SHOULD NOT
      statements: ['SHOULD-NOT-4.8-a'],
      expected: 'an uninvolved connection goes on undisturbed',
      got: disturbance,
    });
  }
}
