// The suite in the tests of your broker, with vitest: one test for each statement that was judged.
import { startBroker } from 'mqttspec/broker';
import { type Report, runConformance } from 'mqttspec/conformance';
import { beforeAll, expect, test } from 'vitest';

let report: Report;
beforeAll(async () => {
  // Here the reference broker stands in for yours.
  await using broker = await startBroker({ port: 0 });
  report = await runConformance({ target: broker.address, only: ['3.12', '3.14'] });
}, 60_000);

test('nothing is violated', () => {
  const violated = report.statements.filter(({ verdict }) => verdict === 'fail');
  expect(violated.map(({ id, scenarios }) => `${id}: see ${scenarios.join(', ')}`)).toEqual([]);
});

test('PINGREQ is answered', () => {
  expect(report.statements.find(({ id }) => id === 'MQTT-3.12.4-1')?.verdict).toBe('pass');
});
