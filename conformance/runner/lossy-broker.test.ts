import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { writing } from '../faults/bend.ts';
import { randomFrom } from './random.ts';
import { playedAt } from './sample-run.ts';

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

/** Loses QoS 0 messages by chance. */
function losesByChance(seed: number) {
  const random = randomFrom(seed);
  return writing('publish', ({ qos }) => (qos === 0 && random() < 0.25 ? [] : undefined));
}

/** Loses every so many-th QoS 0 message of a topic: of two subscribers it may be the messages of the same one each time. */
function losesInPattern(each: number) {
  const counts = new Map<string, number>();
  return writing('publish', ({ qos, topicName }) => {
    if (qos !== 0) return undefined;
    const count = counts.get(topicName) ?? 0;
    counts.set(topicName, count + 1);
    return count % each === 0 ? [] : undefined;
  });
}

test.each([
  ['now and then, and sends others again with DUP 1', losesSomeAndRepeatsOthers],
  ['one of two, in a pattern', () => losesInPattern(2)],
  ['one of four, in a pattern', () => losesInPattern(4)],
  ['one of four, by chance', () => losesByChance(1)],
])('who loses QoS 0 messages, as anybody may, is accused of nothing: %s', { timeout: 240_000 }, async (_, loses) => {
  await using broker = await startBroker({ port: 0, ...loses() });
  const report = await playedAt(broker.port, ['3.1.1']);
  const accused = report.scenarios.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  expect(accused.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
});
