// A message at QoS 2 that comes again is the same message only with DUP 1, under its identifier, ahead of PUBREL (section 4.3.3).
import { expect, test } from 'vitest';
import { type Match, publishRules } from '../../reference/broker/core/rules/publish.ts';
import { startBroker } from '../../reference/broker/index.ts';
import type { Message } from '../../reference/message.ts';
import type { SessionRules } from '../../reference/session/session-rules.ts';
import { writing } from '../faults/bend.ts';
import { runConformance } from '../index.ts';

const only = [
  'messages-beyond-the-window-qos-2',
  'acknowledged-in-reverse-qos-2',
  'order-of-resent-queued-and-live-qos-2',
];

test.each([
  ['with DUP 1', { dup: true }, 'pass'],
  ['with DUP 0', { dup: false }, 'fail'],
  ['with another payload', { dup: true, payload: Buffer.from('other') }, 'fail'],
])('messages that come twice, the second time %s', { timeout: 60_000 }, async (_, second, verdict) => {
  const twice = writing('publish', (packet) => (packet.qos === 0 ? undefined : [packet, { ...packet, ...second }]));
  await using broker = await startBroker({ port: 0, ...twice });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${broker.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(only.map(() => verdict));
});

const alreadyTaken = ['session-resumed-after-cut', 'will-published-once', 'cut-in-unsubscribe'];

test('messages at QoS 1 that come twice are no surplus where a check has taken them already', {
  timeout: 60_000,
}, async () => {
  const far = 30_000;
  const twice = writing('publish', (packet) =>
    packet.qos === 1 ? [packet, { ...packet, packetId: packet.packetId + far }] : undefined,
  );
  await using broker = await startBroker({ port: 0, ...twice });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${broker.port}`,
    only: alreadyTaken,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  const verdictOf = (id: string): string | undefined => scenarios.find((one) => one.id === id)?.verdict;
  expect(alreadyTaken.map(verdictOf)).toEqual(alreadyTaken.map(() => 'pass'));
});

const undecidedByCopies = [
  'resubscribe-keeps-what-is-in-flight-qos-1',
  'publish-resent-at-every-resume-qos-1',
  'only-unacknowledged-resent',
  'order-of-resent-with-gaps-qos-1',
];

/** Hands each message at QoS 1 over twice, under an identifier each, as it may (MAY-3.3.1.1-a); by `again` what is resent is changed. */
function handingOverTwice(again: Partial<SessionRules> = {}) {
  let published = 0;
  return {
    rules: {
      session: again,
      publish: {
        retainedAfter: (message: Message, before: Message | undefined) => {
          published = message.qos;
          return publishRules.retainedAfter(message, before);
        },
        matchesServed: (matches: readonly Match[]) =>
          publishRules
            .matchesServed(matches)
            .flatMap((match) => (Math.min(published, match.granted) === 1 ? [match, match] : [match])),
      },
    },
  };
}

test.each([
  ['is not accused of the copies that were not acknowledged', {}, 'pass'],
  [
    'is accused of what comes again although it was acknowledged',
    { acknowledges: (ack: string, entry: unknown) => entry !== undefined && ack !== 'puback' },
    'fail',
  ],
])('who hands over each message at QoS 1 twice %s', { timeout: 60_000 }, async (_, again, verdict) => {
  await using broker = await startBroker({ port: 0, ...handingOverTwice(again) });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${broker.port}`,
    only: undecidedByCopies,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  const verdictOf = (id: string): string | undefined => scenarios.find((one) => one.id === id)?.verdict;
  expect(undecidedByCopies.map(verdictOf)).toEqual(undecidedByCopies.map(() => verdict));
});
