import { describe, expect, test } from 'vitest';
import { encode } from '../../reference/codec/encode.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { clientInvariants } from '../invariants/all.ts';
import schema from '../reporters/report.schema.json' with { type: 'json' };
import { breachesOf, type Schema } from '../reporters/schema-check.ts';
import { puback, pubcomp, publish, pubrec, pubrel, subscribe } from '../wire/packets.ts';
import { field, hex, connect as rawConnect, packet as rawPacket, uint16 } from '../wire/raw.ts';
import { capturedFixtures } from './captured.ts';
import type { Fixture, FixtureEvent } from './fixture.ts';
import { judgeReport } from './judge-report.ts';
import { Judgement } from './judgement.ts';
import { parseFixture } from './parse-fixture.ts';
import { writeFixture } from './write-fixture.ts';

interface Verdict {
  readonly failed: string[];
  readonly statements: string[];
  readonly exitCode: number;
}

function judge({ events }: Fixture): Verdict {
  const judgement = new Judgement();
  for (const event of events) judgement.take(event);
  const source = { address: 'a test', version: '0', startedAt: new Date(0), durationMs: 0, remarks: ['a remark'] };
  const report = judgeReport(judgement, source);
  expect(breachesOf(schema as Schema, report)).toEqual([]);
  const failed = report.scenarios.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  const statements = report.statements.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  return { failed, statements, exitCode: report.run.exitCode };
}

type Line = readonly ['>' | '<', Packet | Uint8Array, atMs?: number];

/** A conversation on one connection. */
function conversation(...lines: readonly Line[]): Fixture {
  const start = { connection: 'c', atMs: 0 } as const;
  const events = lines.map(([arrow, what, atMs = 0]): FixtureEvent => {
    const bytes = what instanceof Uint8Array ? what : encode(what);
    return { ...start, atMs, by: arrow === '>' ? 'client' : 'server', kind: 'bytes', bytes };
  });
  return { head: { title: 'a test' }, events: [{ ...start, by: 'client', kind: 'open' }, ...events] };
}

const connect: Packet = { type: 'connect', protocolLevel: 4, clientId: 'c', cleanSession: true, keepAlive: 10 };
const accepted: Packet = { type: 'connack', returnCode: 0, sessionPresent: false };
const connected: readonly Line[] = [
  ['>', connect],
  ['<', accepted],
];
const once = publish({ topicName: 'a', payload: 'once', qos: 2, packetId: 7 });
const first = publish({ topicName: 'a', payload: 'first', qos: 1, packetId: 1 });
const second = publish({ topicName: 'a', payload: 'second', qos: 1, packetId: 2 });
const twice = [
  publish({ topicName: 'a', payload: '1', qos: 2, packetId: 1 }),
  publish({ topicName: 'a', payload: '2', qos: 2, packetId: 2 }),
] as const;

/** What captured implementations do wrong, each shown by reports/brokers too. */
const deviations: Readonly<Record<string, readonly string[]>> = {
  // RabbitMQ answers QoS 2 by PUBACK.
  'rabbitmq/qos-2-granted-1': ['MQTT-3.3.4-1'],
};

describe('captured implementations', () => {
  test.each(capturedFixtures())('$name: nobody is accused but for what is known', ({ name, fixture }) => {
    expect(judge(fixture).statements).toEqual(deviations[name] ?? []);
  });
});

describe('a captured conversation that was changed', () => {
  const text = writeFixture(
    capturedFixtures().find(({ name }) => name === 'paho-c/qos-2')?.fixture ?? { head: { title: '' }, events: [] },
  );
  test.each([
    ['flags of SUBSCRIBE', '> 82', '> 80', 'client-packets-have-their-reserved-flags'],
    ['identifier of PUBREC', /(sub > 50 02) 0001/, '$1 0009', 'client-answers-fit-the-publish'],
    ['flags of PUBREL', /(sub <) 62/, '$1 60', 'every-packet-has-its-reserved-flags'],
    ['CONNACK return code', /(sub < 20 02 00) 00/, '$1 09', 'every-connack-has-a-listed-return-code'],
    ['identifier of SUBACK', /(sub < 90 03) 0001/, '$1 0005', 'subscribe-answers-bear-their-identifier'],
    ['kind of the answer', /(pub <) 50 02/, '$1 40 02', 'publish-answers-fit-their-qos'],
    ['number of codes', /(sub < 90) 03 0001 02/, '$1 04 0001 02 02', 'every-suback-has-a-code-for-each-filter'],
    ['session of a clean one', /(sub < 20 02) 00 00/, '$1 01 00', 'no-clean-session-is-present'],
    ['QoS granted', /(sub < 90 03 0001) 02/, '$1 03', 'every-suback-has-listed-return-codes'],
  ])('%s: is found', (_what, from, to, id) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    const { failed, exitCode } = judge(parseFixture(changed, 'changed.txt'));
    expect(failed).toContain(id);
    expect(exitCode).toBe(1);
  });
});

/** For each invariant of clients a conversation that breaks it, and the statement that is blamed. */
const breaches: Readonly<Record<string, readonly [Fixture, statement: string]>> = {
  'client-packets-have-their-reserved-flags': [conversation(...connected, ['>', hex('C1 00')]), 'MQTT-2.2.2-1'],
  'client-packets-may-travel-to-a-server': [conversation(...connected, ['>', hex('D0 00')]), 'MQTT-4.8.0-1'],
  'client-requests-have-identifiers': [
    conversation(...connected, ['>', rawPacket(0x82, uint16(0), field('a'), 0)]),
    'MQTT-2.3.1-1',
  ],
  'client-connect-has-the-fields-of-its-flags': [
    conversation(['>', rawConnect({ flags: 0x82, payload: [field('c')] })]),
    'MQTT-3.1.2-19',
  ],
  'client-connect-has-consistent-flags': [
    conversation(['>', rawConnect({ flags: 0x0a, payload: [field('c')] })]),
    'MQTT-3.1.2-13',
  ],
  'client-without-id-asks-for-a-clean-session': [
    conversation(['>', rawConnect({ flags: 0, payload: [field('')] })]),
    'MQTT-3.1.3-7',
  ],
  'client-connect-text-is-well-formed': [
    conversation(['>', rawConnect({ payload: [field(hex('C0 80'))] })]),
    'MQTT-3.1.3-4',
  ],
  'client-text-is-well-formed': [conversation(...connected, ['>', rawPacket(0x30, field('a\0b'))]), 'MQTT-1.5.3-2'],
  'client-publishes-at-qos-0-have-dup-0': [
    conversation(...connected, ['>', rawPacket(0x38, field('a'))]),
    'MQTT-3.3.1-2',
  ],
  'client-publishes-have-no-qos-3': [
    conversation(...connected, ['>', rawPacket(0x36, field('a'), uint16(1))]),
    'MQTT-3.3.1-4',
  ],
  'client-publishes-begin-with-a-topic-name': [conversation(...connected, ['>', hex('30 01 00')]), 'MQTT-3.3.2-1'],
  'client-topic-names-hold-no-wildcard': [
    conversation(...connected, ['>', rawPacket(0x30, field('a/+'))]),
    'MQTT-3.3.2-2',
  ],
  'client-topics-have-characters': [conversation(...connected, ['>', rawPacket(0x30, field(''))]), 'MQTT-4.7.3-1'],
  'client-filters-are-well-formed': [
    conversation(...connected, ['>', rawPacket(0x82, uint16(1), field('a/#/b'), 0)]),
    'MQTT-4.7.1-2',
  ],
  'client-subscribes-have-filters': [conversation(...connected, ['>', hex('82 02 0001')]), 'MQTT-3.8.3-3'],
  'client-unsubscribes-have-filters': [conversation(...connected, ['>', hex('A2 02 0001')]), 'MQTT-3.10.3-2'],
  'client-begins-with-connect': [conversation(['>', hex('C0 00')]), 'MQTT-3.1.0-1'],
  'client-connects-once': [conversation(...connected, ['>', connect]), 'MQTT-3.1.0-1'],
  'client-is-silent-after-disconnect': [
    conversation(...connected, ['>', { type: 'disconnect' }], ['>', { type: 'pingreq' }]),
    'MQTT-3.14.4-2',
  ],
  'client-identifiers-are-free': [
    conversation(...connected, ['>', first], ['>', subscribe(1, { topicFilter: 'a', qos: 0 })]),
    'MQTT-2.3.1-2',
  ],
  'client-dup-tells-resends-at-qos-1': [conversation(...connected, ['>', first], ['>', first]), 'MQTT-3.3.1-1'],
  'client-dup-tells-resends-at-qos-2': [
    conversation(...connected, ['>', publish({ topicName: 'a', qos: 2, packetId: 1, dup: true })]),
    'MQTT-4.3.3-1',
  ],
  'client-answers-fit-the-publish': [conversation(...connected, ['<', once], ['>', puback(7)]), 'MQTT-3.3.4-1'],
  'client-pubrel-follows-pubrec': [conversation(...connected, ['>', once], ['>', pubrel(7)]), 'MQTT-4.3.3-1'],
  'client-pubcomp-follows-pubrel': [
    conversation(...connected, ['<', once], ['>', pubrec(7)], ['>', pubcomp(7)]),
    'MQTT-4.3.3-2',
  ],
  'client-sends-no-publish-after-pubrec': [
    conversation(
      ...connected,
      ['>', once],
      ['<', pubrec(7)],
      ['>', publish({ topicName: 'a', payload: 'once', qos: 2, packetId: 7, dup: true })],
    ),
    'MQTT-4.3.3-1',
  ],
  'client-pubacks-are-in-order': [
    conversation(...connected, ['<', first], ['<', second], ['>', puback(2)], ['>', puback(1)]),
    'MQTT-4.6.0-2',
  ],
  'client-pubrecs-are-in-order': [
    conversation(...connected, ['<', twice[0]], ['<', twice[1]], ['>', pubrec(2)], ['>', pubrec(1)]),
    'MQTT-4.6.0-3',
  ],
  'client-pubrels-are-in-order': [
    conversation(
      ...connected,
      ['>', twice[0]],
      ['>', twice[1]],
      ['<', pubrec(1)],
      ['<', pubrec(2)],
      ['>', pubrel(2)],
      ['>', pubrel(1)],
    ),
    'MQTT-4.6.0-4',
  ],
  'client-is-heard-within-its-keep-alive': [
    conversation(...connected, ['>', { type: 'pingreq' }, 15_001]),
    'MQTT-3.1.2-23',
  ],
};

describe('every invariant of clients', () => {
  test.each(clientInvariants.map(({ id }) => id))('%s can be broken', (id) => {
    const breach = breaches[id];
    const { failed, statements } = judge(breach?.[0] ?? conversation());
    expect(failed).toContain(id);
    expect(statements).toContain(breach?.[1]);
  });

  test('client-is-heard-within-its-keep-alive accuses nobody who is a little late', () => {
    expect(judge(conversation(...connected, ['>', { type: 'pingreq' }, 15_000])).failed).toEqual([]);
  });
});

describe('what is not judged', () => {
  test('MQTT 3.1: there is no verdict', () => {
    const level3 = capturedFixtures().find(({ name }) => name === 'mosquitto/level-3-qos-2')?.fixture;
    expect(judge(level3 ?? conversation()).exitCode).toBe(3);
  });

  test('a packet that the end of the connection cuts off', () => {
    const cut = conversation(...connected, ['>', hex('30 05 00')]);
    const end = { connection: 'c', by: 'client', atMs: 0, kind: 'rst' } as const;
    expect(judge({ ...cut, events: [...cut.events, end] }).failed).toEqual([]);
  });
});

test('a violation is told as soon as it is seen, with who did it', () => {
  const told: string[] = [];
  const judgement = new Judgement(({ by, invariant }) => told.push(`${by}: ${invariant}`));
  for (const event of conversation(['>', connect], ['<', { type: 'pingresp' }], ['>', hex('C1 00')]).events)
    judgement.take(event);
  expect(told).toEqual(['server: connack-is-the-first-packet', 'client: client-packets-have-their-reserved-flags']);
});
