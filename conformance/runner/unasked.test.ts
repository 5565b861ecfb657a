import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { writing } from '../faults/bend.ts';
import { serverScenarios } from '../scenarios/all.ts';
import { run } from './run.ts';

const news = {
  type: 'publish',
  topicName: '$broker/news',
  payload: Buffer.from('hello'),
  qos: 0,
  dup: false,
  retain: false,
} as const;

test('who sends each client a message on a topic of its own, as anybody may, is accused of nothing', {
  timeout: 180_000,
}, async () => {
  const greets = writing('connack', (packet) => (packet.returnCode === 0 ? [packet, news] : undefined));
  await using broker = await startBroker({ port: 0, ...greets });
  const report = await run({
    address: { scheme: 'mqtt', host: '127.0.0.1', port: broker.port, path: '' },
    scenarios: serverScenarios.filter(({ scenario }) => !scenario.timed),
    protocols: ['3.1.1', '3.1'],
    repeatFailures: 0,
    timeoutMs: 700,
    seed: 1,
    version: 'test',
    shownOptions: {},
    emit: () => {},
    interrupted: new AbortController().signal,
  });
  const accused = report.scenarios.filter(({ verdict }) => ['fail', 'warn', 'inconclusive'].includes(verdict));
  expect(accused.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  const told = report.scenarios.find(({ id }) => id === 'no-unasked-deliveries');
  expect(told?.checks.map(({ got }) => got)).toContain('the target assigns subscriptions of its own');
});
