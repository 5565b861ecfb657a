// Outcomes → scenario → statement → exit code. Pure: events in, verdicts out.
import type { AnyStatementId } from '../spec/catalogue.ts';
import type { Trace } from '../wire/trace.ts';

/** Verdict of a scenario: see "What the verdicts mean" in the README. */
export type Verdict = 'pass' | 'fail' | 'warn' | 'observed' | 'skipped' | 'inconclusive' | 'error';

/** Verdict of a statement: one of a scenario's, or why it has none. */
export type StatementVerdict = Verdict | 'not applicable' | 'not observable';

export type Protocol = '3.1' | '3.1.1';

/** One thing that a scenario looked at: what was demanded, what was accepted, what came. */
export interface Check {
  readonly verdict: 'pass' | 'fail' | 'warn' | 'observed' | 'inconclusive';
  /** The statements that this check speaks for. */
  readonly statements: readonly AnyStatementId[];
  /** What was expected: the set of accepted outcomes, in words. */
  readonly expected: string;
  /** What came instead, or what was seen. */
  readonly got: string;
  /** Index into the scenario's trace of the deciding entry. */
  readonly traceIndex?: number;
  /** The connection that it looked at. */
  readonly connection?: string;
  /** What should have come up to the deciding entry and did not, in words. */
  readonly missing?: readonly string[];
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  /** Folder of the scenario, e.g. `3.3-publish`. */
  readonly section: string;
  readonly protocol: Protocol;
  readonly verdict: Verdict;
  readonly cites: readonly AnyStatementId[];
  /** Why it was skipped, inconclusive or broke. */
  readonly reason?: string;
  readonly checks: readonly Check[];
  readonly trace: Trace;
  /** Milliseconds since the run began. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** How often a scenario that failed gave the same verdict when it was run again alone: `{ runs: 3, same: 3 }` is stable. */
  readonly stability?: { readonly runs: number; readonly same: number };
}

export interface StatementResult {
  readonly id: AnyStatementId;
  readonly verdict: StatementVerdict;
  /** Ids of the scenarios that judged it in this run. */
  readonly scenarios: readonly string[];
  /** Why there is no verdict, where there is none. */
  readonly reason?: string;
}
