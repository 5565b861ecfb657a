// Holds the invariants against every connection of a run, and makes results of them. In: what passes. Out: one result an invariant.
import { invariants } from '../invariants/all.ts';
import type { ConversationRule, Invariant, SentType } from '../invariants/invariant.ts';
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

/** Places, in the list of invariants, of those that a kind of packet concerns. */
class Places<Kind> {
  readonly #concerned: (kind: Kind) => readonly boolean[];
  readonly #known = new Map<Kind, readonly number[]>();

  constructor(concerned: (kind: Kind) => readonly boolean[]) {
    this.#concerned = concerned;
  }

  of(kind: Kind): readonly number[] {
    const known =
      this.#known.get(kind) ?? this.#concerned(kind).flatMap((isConcerned, place) => (isConcerned ? [place] : []));
    this.#known.set(kind, known);
    return known;
  }
}

export class InvariantWatch {
  readonly #tallies: readonly Held[];
  /** Those that have to see a packet of the target. */
  readonly #hearing: Places<ObservedType>;
  /** Those that have to be told what the tester sends. */
  readonly #listening: Places<SentType>;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#tallies = invariants.map((invariant) => ({ invariant, tally: new Tally(invariant) }));
    this.#hearing = new Places((type) => invariants.map(({ hears }) => hears === undefined || hears.includes(type)));
    this.#listening = new Places((type) => invariants.map(({ listensTo }) => listensTo?.includes(type) === true));
  }

  /** Watches a new connection of a scenario. Rules are made when there is something for them: most connections concern few. */
  watcher(scenarioId: string, connection: string): Watcher {
    const rules: ConversationRule[] = [];
    const ruleAt = (place: number, { invariant }: Held): ConversationRule => {
      const rule = rules[place] ?? invariant.watch();
      rules[place] = rule;
      return rule;
    };
    const hear = (place: number, observed: ObservedPacket): void => {
      const held = this.#tallies[place];
      if (held === undefined) return;
      const { applies, problem } = ruleAt(place, held).received(observed);
      if (applies) held.tally.saw();
      if (problem !== undefined) this.#violated(held.tally, { scenarioId, connection, observed, problem });
    };
    return {
      sent: (bytes, packet) => {
        for (const place of this.#listening.of(packet?.type ?? 'raw')) {
          const held = this.#tallies[place];
          if (held !== undefined) ruleAt(place, held).sent?.(packet, bytes);
        }
      },
      received: (observed) => {
        const isFlawed = observed.findings.length > 0;
        for (const place of isFlawed ? this.#tallies.keys() : this.#hearing.of(observed.packet.type))
          hear(place, observed);
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
