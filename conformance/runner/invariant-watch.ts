// Holds the invariants against every connection of a run, and makes results of them. In: what passes. Out: one result an invariant.
import { invariants } from '../invariants/all.ts';
import type { Invariant } from '../invariants/invariant.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import type { Watcher } from '../wire/connection.ts';
import { describePacket } from '../wire/describe.ts';
import type { ObservedPacket, ObservedType } from '../wire/observer.ts';
import { maxTraceBytes } from '../wire/trace.ts';
import { Tally } from './tally.ts';

interface Held {
  readonly invariant: Invariant;
  readonly tally: Tally;
}

export class InvariantWatch {
  readonly #tallies: readonly Held[];
  /** Places, in `#tallies`, of those that have to see a packet of a type. */
  readonly #hearing = new Map<ObservedType, readonly number[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#tallies = invariants.map((invariant) => ({ invariant, tally: new Tally(invariant) }));
  }

  /** Watches a new connection of a scenario. */
  watcher(scenarioId: string, connection: string): Watcher {
    const rules = this.#tallies.map(({ invariant, tally }) => ({ tally, rule: invariant.watch() }));
    const listening = rules.filter(({ rule }) => rule.sent !== undefined);
    const hear = ({ tally, rule }: (typeof rules)[number], observed: ObservedPacket): void => {
      const { applies, problem } = rule.received(observed);
      if (applies) tally.saw();
      if (problem !== undefined) this.#violated(tally, { scenarioId, connection, observed, problem });
    };
    return {
      sent: (bytes, packet) => {
        for (const { rule } of listening) rule.sent?.(packet, bytes);
      },
      received: (observed) => {
        if (observed.findings.length > 0) {
          for (const one of rules) hear(one, observed);
          return;
        }
        for (const place of this.#whoHears(observed.packet.type)) {
          const one = rules[place];
          if (one !== undefined) hear(one, observed);
        }
      },
      ended: () => {},
    };
  }

  /** One result an invariant: skipped where no packet came that could have broken it. */
  results(protocol: Protocol): ScenarioResult[] {
    return this.#tallies.map(({ tally }) => tally.result(protocol, 'the target sent no such packet'));
  }

  #whoHears(type: ObservedType): readonly number[] {
    const known = this.#hearing.get(type);
    if (known !== undefined) return known;
    const places = [...this.#tallies.keys()].filter((place) => {
      const hears = this.#tallies[place]?.invariant.hears;
      return hears === undefined || hears.includes(type);
    });
    this.#hearing.set(type, places);
    return places;
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
