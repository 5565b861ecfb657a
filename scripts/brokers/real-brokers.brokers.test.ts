// The suite against brokers that we did not write: it comes to an end, and accuses nobody of anything that is not in the notes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runConformance } from '../../conformance/index.ts';
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

describe.each(brokers)('%s', (name, ends) => {
  test('is accused of nothing but what the notes explain', async () => {
    await using broker = await startRealBroker(name);
    const report = await runConformance({ target: broker.address });
    expect(report.run.endedBy).toBe(ends);
    expect(report.scenarios.filter(({ verdict }) => verdict === 'error')).toEqual([]);
    const notes = known(name);
    const accused = report.scenarios.flatMap(({ verdict, id, checks, stability }) => {
      // What shows only now and then is no accusation yet.
      if (verdict !== 'fail' || (stability !== undefined && stability.same < stability.runs)) return [];
      return checks.filter((check) => check.verdict === 'fail').map(({ statements, got }) => ({ id, statements, got }));
    });
    const unexplained = accused.filter(({ statements }) => !statements.every((id) => notes.includes(`## ${id}\n`)));
    expect(unexplained).toEqual([]);
    expect(report.summary.scenarios.pass).toBeGreaterThan(200);
  });
});
