import { describe, expect, test } from 'vitest';
import type { ReceivedMessage } from './received-message.ts';
import { publish, SampleClient } from './sample-client.ts';

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
const clean = { connect: { cleanSession: true } } as const;

describe('messages that are sent', () => {
  test('settle when their QoS says so', async () => {
    const client = new SampleClient().connect();
    client.publish('a', 'zero').publish('a', 'one', 1).publish('a', 'two', 2);
    await settle();
    expect(client.happened()).toEqual(['zero done']);
    client.serves({ type: 'puback', packetId: 1 }, { type: 'pubrec', packetId: 2 });
    await settle();
    expect(client.happened()).toEqual(['one done']);
    client.serves({ type: 'pubcomp', packetId: 2 });
    await settle();
    expect(client.happened()).toEqual(['two done']);
  });

  test('go again with DUP, the same identifiers and in the old order; PUBREL in place of what PUBREC answered', () => {
    const client = new SampleClient().connect();
    for (const [text, qos] of [
      ['a', 1],
      ['b', 2],
      ['c', 2],
      ['d', 1],
    ] as const)
      client.publish('t', text, qos);
    client.sent();
    client.serves({ type: 'pubrec', packetId: 3 }, { type: 'puback', packetId: 1 });
    client.breaks().publish('t', 'e', 1).publish('t', 'f').passes(100).open();
    client.sent();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.sent()).toEqual([
      'publish 2 t=b qos 2 dup',
      'pubrel 3',
      'publish 4 t=d qos 1 dup',
      'publish 5 t=e qos 1',
      'publish  t=f qos 0',
    ]);
  });

  test('go again also where the server has lost a session that was to be kept', () => {
    const client = new SampleClient().connect().publish('t', 'a', 1).breaks().passes(100).open();
    client.sent();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['publish 1 t=a qos 1 dup']);
  });

  test('of a clean session go as new ones at QoS 1, and at QoS 2 say that nobody knows', async () => {
    const client = new SampleClient(clean).connect().publish('t', 'a', 1).publish('t', 'b', 2).breaks();
    client.publish('t', 'c', 2).passes(100).open();
    client.sent();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['publish 3 t=a qos 1', 'publish 4 t=c qos 2']);
    client.happened();
    await settle();
    expect(client.happened()).toEqual(['b: FateUnknown']);
  });

  test('of a clean session go as new ones however few may wait', async () => {
    const client = new SampleClient({ ...clean, maxQueuedMessages: 1, maxInFlight: 3 }).connect();
    for (const text of ['a', 'b', 'c', 'd']) client.publish('t', text, 1);
    client.breaks().passes(100).open();
    client.sent();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['publish 4 t=a qos 1', 'publish 5 t=b qos 1', 'publish 6 t=c qos 1']);
    client.serves({ type: 'puback', packetId: 4 });
    expect(client.sent()).toEqual(['publish 7 t=d qos 1']);
  });

  test.each([
    [1, 0],
    [0, 1],
  ] as const)('wait in a queue with one limit, of QoS %i and %i', (first, second) => {
    const client = new SampleClient({ maxQueuedMessages: 2 }).connect().breaks();
    client.publish('t', 'a', first).publish('t', 'b', second);
    expect(() => client.publish('t', 'c', first)).toThrow('2 messages wait');
    expect(() => client.publish('t', 'c', second)).toThrow('2 messages wait');
    client.passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.sent().slice(1).sort()).toEqual([
      `publish  t=${first === 0 ? 'a' : 'b'} qos 0`,
      `publish 1 t=${first === 1 ? 'a' : 'b'} qos 1`,
    ]);
    client.publish('t', 'c', first).publish('t', 'd', second).publish('t', 'e', 1);
    expect(client.sent()).toHaveLength(3);
  });

  test('are given up when the client ends', async () => {
    const client = new SampleClient({ maxInFlight: 1 }).connect();
    client.publish('t', 'a', 1).publish('t', 'b', 1).subscribe('t');
    client.core.end();
    client.happened();
    await settle();
    expect(client.happened()).toEqual(['a: ClientEnded', 'b: ClientEnded']);
  });

  test('and acknowledged are told', async () => {
    const client = new SampleClient().connect().publish('t', 'a', 1);
    const idle = new Promise<void>((done) => client.core.outbox.whenIdle(done)).then(() => client.log.push('idle'));
    client.serves({ type: 'puback', packetId: 1 });
    await idle;
    expect(client.happened()).toEqual(['a done', 'idle']);
  });

  test('keep nobody waiting for them once the client is over', async () => {
    const client = new SampleClient({ reconnects: false }).connect().publish('t', 'a', 1);
    const idle = new Promise<void>((done) => client.core.outbox.whenIdle(done)).then(() => client.log.push('idle'));
    client.breaks();
    await idle;
    expect(client.happened()).toEqual(['disconnected: broken', 'ended', 'a: ClientEnded', 'idle']);
  });
});

describe('requests', () => {
  test('wait in a queue with a limit, and those beyond it leave nothing behind', () => {
    const client = new SampleClient({ maxQueuedMessages: 2 }).connect();
    const taker = client.taker();
    client.subscribe('old', 1, taker).sent();
    client.serves({ type: 'suback', packetId: 1, returnCodes: [1] });
    client.breaks().subscribe('a', 1);
    const nobody = { done: () => {}, failed: () => {} };
    client.core.topics.unsubscribeAll(['b'], nobody);
    expect(() => client.subscribe('c')).toThrow('2 requests wait');
    expect(() => client.core.topics.unsubscribeAll(['a', 'old'], nobody)).toThrow('2 requests wait');
    client.core.topics.unsubscribe(['old'], taker, nobody);
    client.passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['connect me', 'subscribe 2 a:1', 'unsubscribe 3 b', 'unsubscribe 4 old']);
    client.subscribe('c').subscribe('d').subscribe('e');
    expect(client.sent()).toHaveLength(3);
  });
});

describe('messages that are received', () => {
  test('are acknowledged as their QoS demands, in the order in which they came, wanted or not', () => {
    const client = new SampleClient().connect();
    client.serves(publish('a', '1', 1, 5), publish('a', '2', 2, 6), publish('a', '3'), publish('a', '4', 1, 7));
    expect(client.sent()).toEqual(['puback 5', 'pubrec 6', 'puback 7']);
    client.serves({ type: 'pubrel', packetId: 6 });
    expect(client.sent()).toEqual(['pubcomp 6']);
  });

  test('at QoS 2 come once, whatever is repeated, also over a reconnect', () => {
    const client = new SampleClient().connect().subscribe('#', 2);
    client.sent();
    client.serves(publish('a', 'once', 2, 9), publish('a', 'once', 2, 9, true));
    expect(client.happened()).toEqual(['message a=once']);
    expect(client.sent()).toEqual(['pubrec 9', 'pubrec 9']);
    client.breaks().passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    client.happened();
    client.serves(publish('a', 'once', 2, 9, true), { type: 'pubrel', packetId: 9 }, publish('a', 'new', 2, 9));
    expect(client.happened()).toEqual(['message a=new']);
    expect(client.sent().slice(2)).toEqual(['pubrec 9', 'pubcomp 9', 'pubrec 9']);
  });

  test('at QoS 2 are new once the server has lost the session', () => {
    const client = new SampleClient().connect().subscribe('#', 2);
    client.sent();
    client.serves(publish('a', 'one', 2, 9));
    client.breaks().passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    client.happened();
    client.serves(publish('a', 'two', 2, 9));
    expect(client.happened()).toEqual(['message a=two']);
  });

  test('at QoS 1 come again if the server sends them again', () => {
    const client = new SampleClient().connect().subscribe('#', 1);
    client.sent();
    client.serves(publish('a', 'x', 1, 9), publish('a', 'x', 1, 9, true));
    expect(client.happened()).toEqual(['message a=x', 'message a=x']);
    expect(client.sent()).toEqual(['puback 9', 'puback 9']);
  });

  test('that match no subscription go to whoever takes those', () => {
    const unclaimed: string[] = [];
    const client = new SampleClient({ unclaimed: { take: ({ text }) => void unclaimed.push(text) } });
    client.connect().subscribe('a').sent();
    client.serves(publish('a', 'claimed'), publish('b', 'not'));
    expect(unclaimed).toEqual(['not']);
  });

  test('are read from one byte at a time as from one chunk', () => {
    const wire = '30 03 0001 61 34 06 0001 61 0009 78 62 02 0009';
    const client = new SampleClient().connect().subscribe('#');
    client.sent();
    for (const byte of wire.replaceAll(' ', '').match(/../g) ?? []) client.serves(byte);
    expect(client.happened()).toEqual(['message a=', 'message a=x']);
    expect(client.sent()).toEqual(['pubrec 9', 'pubcomp 9']);
  });
});

describe('manual acknowledgement', () => {
  const held = () => {
    const messages: ReceivedMessage[] = [];
    const client = new SampleClient({
      manualAcknowledgement: true,
      unclaimed: { take: (message) => void messages.push(message) },
    }).connect();
    return { client, messages };
  };

  test('lets acknowledgements go in order, once each', () => {
    const { client, messages } = held();
    client.serves(publish('a', '1', 1, 5), publish('a', '2', 2, 6), publish('a', '3'));
    expect(client.sent()).toEqual([]);
    messages[1]?.acknowledge();
    expect(client.sent()).toEqual([]);
    messages[0]?.acknowledge();
    messages[0]?.acknowledge();
    messages[2]?.acknowledge();
    expect(client.sent()).toEqual(['puback 5', 'pubrec 6']);
  });

  test('has acknowledged what nobody takes, which else would hold up all behind it', () => {
    const client = new SampleClient({ manualAcknowledgement: true }).connect();
    client.serves(publish('a', '1', 1, 5), publish('a', '2', 2, 6));
    expect(client.sent()).toEqual(['puback 5', 'pubrec 6']);
  });

  test('gets a QoS 1 message again that was not acknowledged, a QoS 2 message not', () => {
    const { client, messages } = held();
    client.serves(publish('a', '1', 1, 5), publish('a', '2', 2, 6));
    client.breaks().passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    client.serves(publish('a', '1', 1, 5, true), publish('a', '2', 2, 6, true));
    client.sent();
    expect(messages.map(({ text }) => text)).toEqual(['1', '2', '1']);
    for (const message of messages.slice(1)) message.acknowledge();
    expect(client.sent()).toEqual(['puback 5', 'pubrec 6']);
  });
});

describe('backpressure', () => {
  test('stops reading while anybody is full', () => {
    const client = new SampleClient().connect();
    client.core.full();
    client.core.full();
    expect(client.isReading).toBe(false);
    client.core.drained(0);
    expect(client.isReading).toBe(false);
    client.core.drained(0);
    expect(client.isReading).toBe(true);
  });

  test('holds for the next connection too, but for its CONNACK', () => {
    const client = new SampleClient().connect().breaks();
    client.core.full();
    client.passes(100).open();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.happened()).toContain('connected, session present');
    expect(client.isReading).toBe(false);
    client.core.drained(client.clock.now());
    expect(client.isReading).toBe(true);
  });
});

describe('Packet Identifiers', () => {
  test('are shared by all packets that need one', () => {
    const client = new SampleClient().connect().subscribe('a').publish('t', 'x', 1).subscribe('b').publish('t', 'y', 2);
    expect(client.sent()).toEqual(['subscribe 1 a:0', 'publish 2 t=x qos 1', 'subscribe 3 b:0', 'publish 4 t=y qos 2']);
  });
});
