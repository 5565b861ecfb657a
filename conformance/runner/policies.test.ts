// What the standard leaves to a server's policy.
import { expect, test } from 'vitest';
import { connectRules } from '../../reference/broker/core/rules/connect.ts';
import { startBroker } from '../../reference/broker/index.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { writing } from '../faults/bend.ts';
import { playedOnce } from './sample-run.ts';

const news = {
  type: 'publish',
  topicName: '$broker/news',
  payload: Buffer.from('hello'),
  qos: 0,
  dup: false,
  retain: false,
} as const;

async function accusations(port: number) {
  const report = await playedOnce(port, ['3.1.1', '3.1']);
  const accused = report.scenarios.filter(({ verdict }) => ['fail', 'warn', 'inconclusive'].includes(verdict));
  return { report, accused: accused.map(({ id, reason }) => `${id}: ${reason}`) };
}

test('who sends each client a message on a topic of its own, as anybody may, is accused of nothing', {
  timeout: 180_000,
}, async () => {
  const greets = writing('connack', (packet) => (packet.returnCode === 0 ? [packet, news] : undefined));
  await using broker = await startBroker({ port: 0, ...greets });
  const { report, accused } = await accusations(broker.port);
  expect(accused).toEqual([]);
  const told = report.scenarios.find(({ id }) => id === 'no-unasked-deliveries');
  expect(told?.checks.map(({ got }) => got)).toContain('the target assigns subscriptions of its own');
});

test('who refuses CleanSession 0 by a return code, as a policy may, is accused of nothing', {
  timeout: 180_000,
}, async () => {
  const refusesClientId = (connect: Connect) =>
    connectRules.refusesClientId(connect) ?? (connect.cleanSession ? undefined : 5);
  await using broker = await startBroker({ port: 0, rules: { connect: { refusesClientId } } });
  const { report, accused } = await accusations(broker.port);
  expect(accused).toEqual([]);
  const skipped = report.scenarios.filter(({ reason }) => reason === 'the target refuses CleanSession 0');
  expect(skipped.length).toBeGreaterThan(100);
});

test.each([4_096, 65_536])(
  'who ends connections upon packets above %i bytes, as operators let it, is accused of nothing',
  {
    timeout: 180_000,
  },
  async (maxPacketBytes) => {
    await using broker = await startBroker({ port: 0, maxPacketBytes });
    const { report, accused } = await accusations(broker.port);
    expect(accused).toEqual([]);
    const skipped = report.scenarios.filter(({ reason = '' }) => reason.includes('ends connections upon'));
    expect(skipped.length).toBeGreaterThan(20);
  },
);
