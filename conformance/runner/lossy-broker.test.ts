import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { writing } from '../faults/bend.ts';
import { playedOnce } from './sample-run.ts';

/** Loses every third QoS 0 message of a topic, beginning with the first; sends all others again at once (section 4.4). */
function losesSomeAndRepeatsOthers() {
  const counts = new Map<string, number>();
  return writing('publish', (packet) => {
    const { qos, topicName } = packet;
    if (qos !== 0) return [packet, { ...packet, dup: true }];
    const count = counts.get(topicName) ?? 0;
    counts.set(topicName, count + 1);
    return count % 3 === 0 ? [] : undefined;
  });
}

test('who loses a QoS 0 message now and then, and sends others again with DUP 1, as anybody may, is accused of nothing', {
  timeout: 180_000,
}, async () => {
  await using broker = await startBroker({ port: 0, ...losesSomeAndRepeatsOthers() });
  const report = await playedOnce(broker.port, ['3.1.1']);
  const accused = report.scenarios.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  expect(accused.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
});
