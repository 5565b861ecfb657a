// What the standard leaves to a server's policy.
import { expect, test } from 'vitest';
import { connectRules } from '../../reference/broker/core/rules/connect.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import { type BrokerOptions, startBroker } from '../../reference/broker/index.ts';
import type { Connect, Packet } from '../../reference/codec/packet.ts';
import type { Message } from '../../reference/message.ts';
import { reading, writing } from '../faults/bend.ts';
import { runConformance } from '../index.ts';
import type { Protocol } from '../verdict/verdict.ts';
import { playedAt } from './sample-run.ts';

/** Numbers its messages in another way: 1, 2, 3 … become these. The other way round when they are acknowledged. */
function numbering(numberOf: (packetId: number) => number) {
  const numbers = Array.from({ length: 65_535 }, (_, i) => numberOf(i + 1));
  const back = new Map(numbers.map((number, i) => [number, i + 1]));
  const { parts } = reading((packet) =>
    packet.type === 'puback' || packet.type === 'pubrec' || packet.type === 'pubcomp'
      ? { ...packet, packetId: back.get(packet.packetId) ?? packet.packetId }
      : packet,
  );
  const numbered = (packetId: number): number => numbers[packetId - 1] ?? packetId;
  const outgoing = (packet: Packet): readonly Packet[] => {
    if (packet.type === 'pubrel') return [{ ...packet, packetId: numbered(packet.packetId) }];
    if (packet.type !== 'publish' || packet.qos === 0) return [packet];
    return [{ ...packet, packetId: numbered(packet.packetId) }];
  };
  return { parts: { ...parts, outgoing } };
}

/** What a server may do in one way or another; none of them is prescribed. */
const ways: readonly (readonly [what: string, options: () => BrokerOptions])[] = [
  ['sends retained messages ahead of the SUBACK', () => ({ rules: { subscribe: { subackComesFirst: () => false } } })],
  [
    'sends a copy for each overlapping subscription',
    () => ({ rules: { publish: { matchesServed: (matches) => matches } } }),
  ],
  ['has odd packet identifiers first', () => numbering((packetId) => ((packetId * 2 - 2) % 65_535) + 1)],
  ['has descending packet identifiers', () => numbering((packetId) => 65_536 - packetId)],
  // A prime scatters them: none comes twice.
  ['has packet identifiers in no order', () => numbering((packetId) => ((packetId * 30_011) % 65_535) + 1)],
  ['keeps one message in flight', () => ({ maxInFlight: 1 })],
];

/** The return code of a CONNECT that a policy refuses. */
const refusing = (isRefused: (connect: Connect) => boolean): BrokerOptions => ({
  rules: {
    connect: {
      refusesClientId: (connect) => connectRules.refusesClientId(connect) ?? (isRefused(connect) ? 5 : undefined),
    },
  },
});

/** What operators forbid, and why scenarios are skipped then: each of them leaves no violation behind. */
const forbidding: readonly (readonly [what: string, options: BrokerOptions, skipped: string, atLeast: number])[] = [
  [
    'passes on nothing from user names that it does not know',
    { authorize: ({ kind, userName }) => kind !== 'publish' || userName === undefined },
    'the target passes on nothing from clients that it does not know',
    1,
  ],
  [
    'passes on nothing to user names that it does not know',
    { authorize: ({ kind, userName }) => kind !== 'receive' || userName === undefined, authorizesDeliveries: true },
    'the target passes on nothing to clients that it does not know',
    1,
  ],
  ['refuses wills', refusing(({ will }) => will !== undefined), 'the target refuses wills', 50],
  [
    'refuses wills that are to be retained',
    refusing(({ will }) => will?.retain === true),
    'the target refuses wills with Will Retain 1',
    10,
  ],
  [
    'refuses filters that begin with a wildcard',
    { authorize: ({ kind, topic }) => kind !== 'subscribe' || !/^[#+]/.test(topic) },
    'the target refuses the subscription "#"',
    3,
  ],
];

const news = {
  type: 'publish',
  topicName: '$broker/news',
  payload: Buffer.from('hello'),
  qos: 0,
  dup: false,
  retain: false,
} as const;

async function accusations(port: number, protocols: readonly Protocol[] = ['3.1.1', '3.1']) {
  const report = await playedAt(port, protocols);
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

test('who lets in neither users that it does not know nor long client ids, as operators let it, is judged by none of them', async () => {
  const options = refusing(({ userName, clientId }) => userName !== undefined || clientId.length > 23);
  await using broker = await startBroker({ port: 0, ...options });
  const only = ['rules-for-whoever-it-is'];
  const { scenarios } = await runConformance({ target: `127.0.0.1:${broker.port}`, only, protocols: ['3.1.1'] });
  expect(scenarios.find(({ id }) => id === only[0])?.verdict).toBe('observed');
});

test('who passes on no topics of more than 8 levels, as operators let it, is judged by none', {
  timeout: 60_000,
}, async () => {
  const delivers = ({ topicName }: Message): boolean => topicName.split('/').length <= 8;
  const retainedAfter = (message: Message, before: Message | undefined): Message | undefined =>
    delivers(message) ? publishRules.retainedAfter(message, before) : before;
  await using broker = await startBroker({ port: 0, rules: { publish: { delivers, retainedAfter } } });
  const only = ['wildcards-at-the-first-level', 'retained-for-wildcards-at-the-first-level'];
  const { scenarios } = await runConformance({ target: `127.0.0.1:${broker.port}`, only, protocols: ['3.1.1'] });
  expect(scenarios.filter(({ id }) => only.includes(id)).map(({ verdict }) => verdict)).toEqual(['skipped', 'skipped']);
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
    const skipped = report.scenarios.filter(({ reason = '' }) => reason.includes('does not take packets of'));
    expect(skipped.length).toBeGreaterThan(20);
  },
);

test('who drops payloads above 65,536 bytes and acknowledges them, as operators let it, is accused of nothing', {
  timeout: 180_000,
}, async () => {
  const delivers = ({ payload }: Message): boolean => payload.length <= 65_536;
  const retainedAfter = (message: Message, before: Message | undefined): Message | undefined =>
    delivers(message) ? publishRules.retainedAfter(message, before) : before;
  await using broker = await startBroker({ port: 0, rules: { publish: { delivers, retainedAfter } } });
  const { report, accused } = await accusations(broker.port);
  expect(accused).toEqual([]);
  const skipped = report.scenarios.filter(({ reason = '' }) => reason.includes('does not take packets of'));
  expect(skipped.length).toBeGreaterThan(10);
});

test.each(forbidding)(
  'who %s, as operators let it, is accused of nothing',
  {
    timeout: 180_000,
  },
  async (_, options, why, atLeast) => {
    await using broker = await startBroker({ port: 0, ...options });
    const { report, accused } = await accusations(broker.port, ['3.1.1']);
    expect(accused).toEqual([]);
    expect(report.scenarios.filter(({ reason }) => reason === why).length).toBeGreaterThanOrEqual(atLeast);
  },
);

test.each(ways)('who %s, as anybody may, is accused of nothing', { timeout: 180_000 }, async (_, options) => {
  await using broker = await startBroker({ port: 0, ...options() });
  expect((await accusations(broker.port)).accused).toEqual([]);
});
