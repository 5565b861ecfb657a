// The suite in the tests of your broker, with node:test: a subtest for each scenario, as it ends.
// Run it: node --import tsx --test examples/conformance-in-node-test.ts
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker } from 'mqttspec/broker';
import { runConformance, type ScenarioResult } from 'mqttspec/conformance';

test('the broker follows the standard', async (context) => {
  // Here the reference broker stands in for yours.
  await using broker = await startBroker({ port: 0 });
  const results: ScenarioResult[] = [];
  const report = await runConformance({
    target: broker.address,
    only: ['3.12'],
    onEvent: (event) => {
      if (event.type === 'scenario:end') results.push(event.result);
    },
  });
  for (const { id, title, verdict, reason } of results)
    await context.test(`${id}: ${title}`, () => assert.notEqual(verdict, 'fail', reason));
  assert.equal(report.run.exitCode, 0);
});
