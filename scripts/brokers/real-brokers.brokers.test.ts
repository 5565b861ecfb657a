// The suite against brokers that we did not write: it comes to an end, and accuses nobody of anything that is not in the notes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runConformance } from '../../conformance/index.ts';
import { type BrokerName, startRealBroker } from './start.ts';

const known = (name: BrokerName): string =>
  readFileSync(join(import.meta.dirname, `../../reports/brokers/${name}.md`), 'utf8');

describe.each<BrokerName>(['mosquitto', 'aedes'])('%s', (name) => {
  test('is accused of nothing but what the notes explain', async () => {
    await using broker = await startRealBroker(name);
    const report = await runConformance({ target: broker.address, repeatFailures: 0 });
    expect(report.run.endedBy).toBe('finished');
    expect(report.scenarios.filter(({ verdict }) => verdict === 'error')).toEqual([]);
    const notes = known(name);
    const unexplained = report.scenarios.filter(
      ({ verdict, id }) => verdict === 'fail' && !notes.includes(`\`${id}\``),
    );
    expect(
      unexplained.map(({ id, checks }) => `${id}: ${checks.find(({ verdict }) => verdict === 'fail')?.got}`),
    ).toEqual([]);
    expect(report.summary.scenarios.pass).toBeGreaterThan(300);
  });
});
