// Holds the invariants against every connection of a run, and makes results of them. In: what passes. Out: one result an invariant.
import { invariants } from '../invariants/all.ts';
import type { Invariant } from '../invariants/invariant.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import type { Watcher } from '../wire/connection.ts';
import { describePacket } from '../wire/describe.ts';
import type { ObservedPacket } from '../wire/observer.ts';
import { maxTraceBytes, type Trace } from '../wire/trace.ts';

interface Tally {
  readonly invariant: Invariant;
  seen: number;
  violations: number;
  firstProblem: string;
  trace: Trace;
}

export class InvariantWatch {
  readonly #tallies: readonly Tally[];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#tallies = invariants.map((invariant) => ({ invariant, seen: 0, violations: 0, firstProblem: '', trace: [] }));
  }

  /** Watches a new connection of a scenario. */
  watcher(scenarioId: string, connection: string): Watcher {
    const rules = this.#tallies.map((tally) => ({ tally, rule: tally.invariant.watch() }));
    return {
      sent: (bytes, packet) => {
        for (const { rule } of rules) rule.sent?.(packet, bytes);
      },
      received: (observed) => {
        for (const { tally, rule } of rules) {
          const { applies, problem } = rule.received(observed);
          if (applies) tally.seen++;
          if (problem !== undefined) this.#violated(tally, { scenarioId, connection, observed, problem });
        }
      },
      ended: () => {},
    };
  }

  /** One result an invariant: skipped where no packet came that could have broken it. */
  results(protocol: Protocol): ScenarioResult[] {
    return this.#tallies.map(({ invariant, seen, violations, firstProblem, trace }): ScenarioResult => {
      const { id, title, section, cites } = invariant;
      const common = { id, title, section, protocol, cites, trace, startedAt: 0, durationMs: 0 };
      if (violations === 0 && seen === 0) {
        return { ...common, verdict: 'skipped', reason: 'the target sent no such packet', checks: [] };
      }
      const expected = `${title} (${seen} packets)`;
      if (violations === 0) {
        return {
          ...common,
          verdict: 'pass',
          checks: [{ verdict: 'pass', statements: cites, expected, got: 'as expected' }],
        };
      }
      const got = `${violations} of ${seen}; the first: ${firstProblem}`;
      return {
        ...common,
        verdict: 'fail',
        checks: [{ verdict: 'fail', statements: cites, expected, got, traceIndex: 1 }],
      };
    });
  }

  #violated(
    tally: Tally,
    {
      scenarioId,
      connection,
      observed,
      problem,
    }: { scenarioId: string; connection: string; observed: ObservedPacket; problem: string },
  ): void {
    if (tally.violations++ > 0) return;
    const at = this.#now();
    const { bytes, packet } = observed;
    tally.firstProblem = problem;
    tally.trace = [
      { kind: 'note', at, connection, text: `in scenario ${scenarioId}` },
      {
        kind: 'received',
        at,
        connection,
        length: bytes.length,
        hex: Buffer.from(bytes.subarray(0, maxTraceBytes)).toString('hex'),
        summary: describePacket(packet),
        findings: [problem],
      },
    ];
  }
}
