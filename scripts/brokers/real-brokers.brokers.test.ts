// The suite against brokers that we did not write: it comes to an end, and accuses nobody of anything that is not in the notes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Report, runConformance } from '../../conformance/index.ts';
import { type BrokerName, startRealBroker } from './start.ts';

const known = (name: BrokerName): string =>
  readFileSync(join(import.meta.dirname, `../../reports/brokers/${name}.md`), 'utf8');

/** mosca does not survive a topic of 30,000 levels: all the rest has been judged before. */
const brokers = [
  ['mosquitto', 'finished'],
  ['aedes', 'finished'],
  ['rabbitmq', 'finished'],
  ['ejabberd', 'finished'],
  ['activemq', 'finished'],
  ['mosca', 'target lost'],
] as const satisfies readonly (readonly [BrokerName, string])[];

interface Accusation {
  readonly id: string;
  readonly statements: readonly string[];
  readonly got: string;
}

/** What the notes do not explain. What shows only now and then is no accusation yet. */
function unexplained({ scenarios }: Report, notes: string): Accusation[] {
  return scenarios
    .filter(({ verdict, stability }) => verdict === 'fail' && (stability?.same ?? 1) === (stability?.runs ?? 1))
    .flatMap(({ id, checks }) =>
      checks.filter(({ verdict }) => verdict === 'fail').map(({ statements, got }) => ({ id, statements, got })),
    )
    .filter(({ statements }) => !statements.every((id) => notes.includes(`## ${id}\n`)));
}

describe.each(brokers)('%s', (name, ends) => {
  test('is accused of nothing but what the notes explain', async () => {
    const notes = known(name);
    let left: Accusation[];
    {
      await using broker = await startRealBroker(name);
      // What fails is played again at a fresh broker below: once is enough here.
      const report = await runConformance({ target: broker.address, repeatFailures: 0 });
      expect(report.run.endedBy).toBe(ends);
      expect(report.scenarios.filter(({ verdict }) => verdict === 'error')).toEqual([]);
      expect(report.summary.scenarios.pass).toBeGreaterThan(200);
      left = unexplained(report, notes);
    }
    if (left.length === 0) return;
    // A deviation that is a matter of chance may be new to the notes: the rest has to show at a fresh broker too, each time.
    await using fresh = await startRealBroker(name);
    const only = left.map(({ id }) => id);
    const again = await runConformance({ target: fresh.address, only, repeatFailures: 9 });
    expect(unexplained(again, notes)).toEqual([]);
  });
});
