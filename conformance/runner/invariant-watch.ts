// Holds the invariants against every connection of a run, and makes results of them. In: what passes. Out: one result an invariant.
import { invariants } from '../invariants/all.ts';
import type { Invariant } from '../invariants/invariant.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import type { Watcher } from '../wire/connection.ts';
import { describePacket } from '../wire/describe.ts';
import type { ObservedPacket } from '../wire/observer.ts';
import { maxTraceBytes } from '../wire/trace.ts';
import { Tally } from './tally.ts';

export class InvariantWatch {
  readonly #tallies: readonly { readonly invariant: Invariant; readonly tally: Tally }[];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#tallies = invariants.map((invariant) => ({ invariant, tally: new Tally(invariant) }));
  }

  /** Watches a new connection of a scenario. */
  watcher(scenarioId: string, connection: string): Watcher {
    const rules = this.#tallies.map(({ invariant, tally }) => ({ tally, rule: invariant.watch() }));
    return {
      sent: (bytes, packet) => {
        for (const { rule } of rules) rule.sent?.(packet, bytes);
      },
      received: (observed) => {
        for (const { tally, rule } of rules) {
          const { applies, problem } = rule.received(observed);
          if (applies) tally.saw();
          if (problem !== undefined) this.#violated(tally, { scenarioId, connection, observed, problem });
        }
      },
      ended: () => {},
    };
  }

  /** One result an invariant: skipped where no packet came that could have broken it. */
  results(protocol: Protocol): ScenarioResult[] {
    return this.#tallies.map(({ tally }) => tally.result(protocol, 'the target sent no such packet'));
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
    const at = this.#now();
    const { bytes, packet } = observed;
    tally.violated(problem, () => [
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
    ]);
  }
}
