// Holds every connection of a client against the invariants. In: what passes. Out: one result an invariant.
import type { ClientInvariant } from '../invariants/client-invariant.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { Observer } from '../wire/observer.ts';
import type { PeerWatcher } from '../wire/serve/peer.ts';
import { Tally } from './tally.ts';

export class ClientWatch {
  readonly #judges: readonly { readonly invariant: ClientInvariant; readonly tally: Tally }[];

  constructor(invariants: readonly ClientInvariant[]) {
    this.#judges = invariants.map((invariant) => ({ invariant, tally: new Tally(invariant) }));
  }

  /** Watches a new connection of a scenario. */
  watcher(scenarioId: string, connection: string): PeerWatcher {
    const rules = this.#judges.map((judge) => ({ judge, rule: judge.invariant.watch() }));
    const fromTester = new Observer(({ packet }) => {
      for (const { rule } of rules) rule.received?.(packet);
    });
    return {
      sent: (bytes) => fromTester.push(bytes),
      received: (observed, atMs) => {
        for (const { judge, rule } of rules) {
          const { applies, problem, statements } = rule.sent({ ...observed, atMs });
          if (applies) judge.tally.saw();
          if (problem === undefined) continue;
          const { bytes } = observed;
          const entry = {
            kind: 'received',
            at: atMs,
            connection,
            length: bytes.length,
            hex: Buffer.from(bytes.subarray(0, 256)).toString('hex'),
            summary: `in ${scenarioId}`,
            findings: [problem],
          } as const;
          judge.tally.violated(problem, () => [entry], statements ?? judge.invariant.cites);
        }
      },
    };
  }

  results(): ScenarioResult[] {
    return this.#judges.map(({ tally }) => tally.result('3.1.1', 'the client sent no such packet'));
  }
}
