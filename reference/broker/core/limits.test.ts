// What a client may ask for at most, and what slow clients cost others: with time that stands still and without sockets.
import { describe, expect, test } from 'vitest';
import { bytes, connect, publish, SampleBroker } from './sample-broker.ts';

describe('subscriptions of a client', () => {
  test('are refused above the limit, one by one, and replaced as before', () => {
    const client = new SampleBroker({ limits: { maxSubscriptions: 2 } }).client('c');
    expect(client.subscribe({ a: 0, b: 1, c: 2 })).toEqual([0, 1, 0x80]);
    expect(client.subscribe({ a: 2 })).toEqual([2]);
    client.sends({ type: 'unsubscribe', packetId: 2, topicFilters: ['a'] });
    expect(client.subscribe({ c: 2, d: 0 })).toEqual([2, 0x80]);
  });

  test('count for each ten of their levels', () => {
    const client = new SampleBroker({ limits: { maxSubscriptions: 3 } }).client('c');
    const ofLevels = (levels: number, name: string): string => Array.from({ length: levels }, () => name).join('/');
    expect(client.subscribe({ [ofLevels(21, 'a')]: 0, b: 0 })).toEqual([0, 0x80]);
  });

  test('are not counted across clients', () => {
    const broker = new SampleBroker({ limits: { maxSubscriptions: 1 } });
    expect([broker.client('a').subscribe({ a: 0 }), broker.client('b').subscribe({ a: 0 })]).toEqual([[0], [0]]);
  });
});

describe('topics of too many levels', () => {
  const limits = { maxTopicLevels: 3 };

  test('are refused as filters', () => {
    expect(new SampleBroker({ limits }).client('c').subscribe({ 'a/b/c': 0, 'a/b/c/#': 0, '///': 0 })).toEqual([
      0, 0x80, 0x80,
    ]);
  });

  test.each([0, 1, 2] as const)('end the connection of who publishes to them at QoS %i', (qos) => {
    const broker = new SampleBroker({ limits });
    const watcher = broker.subscriber('w', { '#': 0 });
    const publisher = broker.client('p').sends(publish('a/b/c', 'x', { qos }), publish('a/b/c/d', 'y', { qos }));
    expect([publisher.closed, watcher.told()]).toEqual([true, ['publish a/b/c x qos 0']]);
  });

  test('let nobody in who has one for a will', () => {
    const broker = new SampleBroker({ limits });
    const will = { message: new Uint8Array(1), qos: 0, retain: true } as const;
    const [good, bad] = ['a/b/c', 'a/b/c/d'].map((topicName) =>
      broker.dial().sends(connect(topicName, { will: { ...will, topicName } })),
    );
    expect([good?.told(), bad?.told(), bad?.closed]).toEqual([['connack 0'], [], true]);
  });
});

describe('sessions', () => {
  test('above the limit are not kept for anybody new; who has one comes back to it, and others need none', () => {
    const broker = new SampleBroker({ limits: { maxSessions: 2 } });
    const kept = { cleanSession: false };
    for (const clientId of ['a', 'b']) broker.client(clientId, kept).cut();
    const answers = [connect('c', kept), connect('a', kept), connect('c')].map((one) =>
      broker.dial().sends(one).told(),
    );
    expect(answers).toEqual([['connack 3'], ['connack 0 session present'], ['connack 0']]);
    broker.client('b').cut();
    expect(broker.dial().sends(connect('d', kept)).told()).toEqual(['connack 3']);
    broker.client('c').cut();
    expect(broker.dial().sends(connect('d', kept)).told()).toEqual(['connack 0']);
  });
});

describe('retained messages', () => {
  test('above the limit are delivered and not retained; those that are there can be replaced and deleted', () => {
    const broker = new SampleBroker({ limits: { maxRetainedMessages: 1 } });
    const watcher = broker.subscriber('w', { '#': 0 });
    const publisher = broker.client('p');
    const retain = { retain: true };
    publisher.sends(publish('a', '1', retain), publish('b', '2', retain), publish('a', '3', retain));
    expect(watcher.told()).toEqual(['publish a 1 qos 0', 'publish b 2 qos 0', 'publish a 3 qos 0']);
    expect(broker.subscriber('later', { '#': 0 }).told()).toEqual(['publish a 3 qos 0 retain']);
    publisher.sends(publish('a', '', retain), publish('b', '4', retain));
    expect(broker.subscriber('last', { '#': 0 }).told()).toEqual(['publish b 4 qos 0 retain']);
  });

  test('have their room for themselves: $SYS takes none of it', () => {
    const broker = new SampleBroker({ limits: { maxRetainedMessages: 1, maxRetainedBytes: 4 } });
    for (const text of ['1', '2'])
      broker.core.router.publish({ topicName: '$SYS/broker/uptime', payload: bytes(text), qos: 0, retain: true });
    broker.client('p').sends(publish('a', 'one', { retain: true }));
    expect(broker.subscriber('later', { '#': 0 }).told()).toEqual(['publish a one qos 0 retain']);
    expect(broker.subscriber('sys', { '$SYS/#': 0 }).told()).toEqual(['publish $SYS/broker/uptime 2 qos 0 retain']);
  });

  test('are bounded in bytes, too', () => {
    const broker = new SampleBroker({ limits: { maxRetainedBytes: 10 } });
    broker.client('p').sends(publish('a', '123456789', { retain: true }), publish('b', '', { retain: true }));
    broker.client('q').sends(publish('c', '1', { retain: true }));
    expect(broker.subscriber('later', { '#': 0 }).told()).toEqual(['publish a 123456789 qos 0 retain']);
  });
});

describe('messages that wait for a client', () => {
  test('are bounded in bytes: what is beyond is dropped, and comes again when there is room', () => {
    const broker = new SampleBroker({ limits: { maxQueuedBytes: 20 } });
    broker.subscriber('s', { t: 1 }, { cleanSession: false }).cut();
    const publisher = broker.client('p');
    for (let i = 0; i < 5; i++) publisher.sends(publish('t', `message ${i}`, { qos: 1, packetId: i + 1 }));
    expect(broker.core.counters.messagesDropped).toBe(2);
    const back = broker.dial().sends(connect('s', { cleanSession: false }));
    expect(back.told().slice(1)).toEqual([0, 1, 2].map((i) => `publish ${i + 1} t message ${i} qos 1`));
    back.sends({ type: 'puback', packetId: 1 }, { type: 'puback', packetId: 2 });
    publisher.sends(publish('t', 'again', { qos: 1 }));
    expect(back.told()).toEqual(['publish 4 t again qos 1']);
  });

  test('of QoS 1 are begun only when a slow client has taken what was sent before', () => {
    const broker = new SampleBroker({ limits: { pauseAboveBytes: 1_000 } });
    const slow = broker.subscriber('s', { t: 1 });
    slow.bufferedBytes = 1_001;
    broker.client('p').sends(publish('t', '1', { qos: 1 }), publish('t', '2', { qos: 1, packetId: 2 }));
    expect(slow.told()).toEqual([]);
    slow.bufferedBytes = 0;
    slow.connection.drained();
    broker.core.flush();
    expect(slow.told()).toEqual(['publish 1 t 1 qos 1', 'publish 2 t 2 qos 1']);
  });
});

describe('who publishes to a client that does not keep up', () => {
  const limits = { pauseAboveBytes: 1_000, maxPauseMs: 500, maxBufferedBytes: 10_000 };

  function situation() {
    const broker = new SampleBroker({ limits });
    const [slow, publisher, other] = [broker.subscriber('s', { t: 0 }), broker.client('p'), broker.client('o')];
    slow.bufferedBytes = 1_001;
    publisher.sends(publish('t', 'x'));
    return { broker, slow, publisher, other };
  }

  test('is not read from until that client has caught up; others are', () => {
    const { slow, publisher, other } = situation();
    expect([publisher.isPaused, other.isPaused, slow.isPaused]).toEqual([true, false, false]);
    slow.bufferedBytes = 0;
    slow.connection.drained();
    expect(publisher.isPaused).toBe(false);
  });

  test('is read from again after a time, and from then on not stopped by that client', () => {
    const { broker, publisher } = situation();
    broker.advance(499);
    expect(publisher.isPaused).toBe(true);
    broker.advance(1);
    expect(publisher.isPaused).toBe(false);
    publisher.sends(publish('t', 'y'));
    expect(publisher.isPaused).toBe(false);
  });

  test('is read from again when that client is gone', () => {
    const { slow, publisher } = situation();
    slow.cut();
    expect(publisher.isPaused).toBe(false);
  });

  test('does not lose its connection by Keep Alive while it is not read from', () => {
    const broker = new SampleBroker({ limits: { ...limits, maxPauseMs: 5_000 } });
    const slow = broker.subscriber('s', { t: 0 });
    const publisher = broker.client('p', { keepAlive: 1 });
    slow.bufferedBytes = 1_001;
    publisher.sends(publish('t', 'x'));
    broker.advance(4_999);
    broker.advance(1);
    expect([publisher.isPaused, publisher.closed]).toEqual([false, false]);
    broker.advance(1_500);
    expect(publisher.closed).toBe(true);
  });
});

describe('who has more retained messages to acknowledge than are sent to it at a time', () => {
  test('is read from: it would wait for itself', () => {
    const broker = new SampleBroker({ limits: { maxInFlight: 1 } });
    const publisher = broker.client('p');
    for (const topic of ['t/1', 't/2', 't/3', 't/4'])
      publisher.sends(publish(topic, 'kept', { qos: 1, packetId: 1, retain: true }));
    const client = broker.client('s').sends({
      type: 'subscribe',
      packetId: 1,
      subscriptions: [{ topicFilter: 't/#', qos: 1 }],
    });
    expect(client.isPaused).toBe(false);
    // Others wait for it.
    publisher.sends(publish('t/5', 'live'));
    expect(publisher.isPaused).toBe(true);
  });
});

describe('who asks and takes no answer', () => {
  const pings = Uint8Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 0xc0 : 0));

  test('is not read from until it has taken what waits', () => {
    const client = new SampleBroker({ limits: { maxBufferedBytes: 1_000 } }).client('c', { keepAlive: 1 });
    client.bufferedBytes = 1_001;
    for (let round = 0; round < 2; round++) client.sends(pings);
    expect(client.isPaused).toBe(false);
    for (let round = 0; round < 4; round++) client.sends(pings);
    expect(client.isPaused).toBe(true);
    client.connection.drained();
    expect(client.isPaused).toBe(true);
    client.bufferedBytes = 0;
    client.connection.drained();
    expect(client.isPaused).toBe(false);
  });

  test('is somebody else than who takes all answers, or is slow to take what others publish', () => {
    const broker = new SampleBroker({ limits: { maxBufferedBytes: 1_000 } });
    const [quick, slow] = [broker.client('q'), broker.client('s')];
    slow.bufferedBytes = 1_001;
    for (let round = 0; round < 100; round++) quick.sends(pings);
    for (let round = 0; round < 100; round++) slow.sends(Uint8Array.of(0xc0, 0));
    expect([quick.isPaused, slow.isPaused]).toEqual([false, false]);
  });
});

describe.each([
  ['by the short way', {}],
  ['by the long way', { authorizesDeliveries: true }],
])('before a client is let in, %s,', (_way, options) => {
  test('no packet may be larger than the largest CONNECT, and nothing of it is waited for', () => {
    const client = new SampleBroker(options).dial();
    // Fixed header of a CONNECT of 327,703 bytes: one more than five fields of 65,535 bytes need.
    client.sends(Uint8Array.of(0x10, 0x93, 0x80, 0x14));
    expect(client.closed).toBe(true);
  });

  test('the largest CONNECT is read, and behind it larger packets, also in one segment', () => {
    const text = 'x'.repeat(65_535);
    const will = { topicName: text, message: bytes(text), qos: 0, retain: false } as const;
    const broker = new SampleBroker(options);
    const watcher = broker.subscriber('w', { t: 0 });
    const [largest, larger] = [
      connect(text, { will, userName: text, password: bytes(text) }),
      publish('t', 'y'.repeat(400_000)),
    ];
    const client = broker.dial().sends(largest, larger);
    client.sends(larger);
    expect([client.told(), watcher.taken().length]).toEqual([['connack 0'], 2]);
  });
});

test('a SUBSCRIBE of more than a megabyte ends its connection: it would keep others waiting', () => {
  const client = new SampleBroker({ limits: { maxPacketBytes: 10_000_000 } }).client('c');
  const one = Buffer.from([0, 1, 0x61, 0]);
  const body = Buffer.concat([Buffer.from([0, 1]), ...Array.from({ length: 300_000 }, () => one)]);
  client.sends(Buffer.concat([Buffer.from([0x82, 0x82, 0x9f, 0x49]), body]));
  expect(client.closed).toBe(true);
});
