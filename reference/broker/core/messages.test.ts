import { describe, expect, test } from 'vitest';
import type { Qos } from '../../message.ts';
import { hex, publish, SampleBroker } from './sample-broker.ts';

const qualities: readonly Qos[] = [0, 1, 2];
const pairs = qualities.flatMap((published) => qualities.map((granted) => [published, granted] as const));

describe('a message', () => {
  test.each(pairs)(
    'published at QoS %i to a subscription of QoS %i comes at the lower of both',
    (published, granted) => {
      const broker = new SampleBroker();
      const subscriber = broker.subscriber('s', { t: granted });
      broker.client('p').sends(publish('t', 'x', { qos: published, packetId: 9 }));
      const qos = Math.min(published, granted);
      expect(subscriber.told()).toEqual([`publish ${qos === 0 ? '' : '1 '}t x qos ${qos}`]);
    },
  );

  test.each([
    [0, []],
    [1, ['puback 9']],
    [2, ['pubrec 9']],
  ] as const)('at QoS %i is answered by %j', (qos, told) => {
    expect(
      new SampleBroker()
        .client('p')
        .sends(publish('t', 'x', { qos, packetId: 9 }))
        .told(),
    ).toEqual(told);
  });

  test('comes once to overlapping filters, at the highest QoS granted, in either order', () => {
    const broker = new SampleBroker();
    const one = broker.subscriber('one', { 'a/b': 0, 'a/#': 2, '+/b': 1 });
    const two = broker.subscriber('two', { '+/b': 1, 'a/#': 2, 'a/b': 0 });
    broker.client('p').sends(publish('a/b', 'x', { qos: 2 }));
    expect([one.told(), two.told()]).toEqual([['publish 1 a/b x qos 2'], ['publish 1 a/b x qos 2']]);
  });

  test('has a DUP of its own, whatever the publisher says', () => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { t: 1 });
    broker.client('p').sends(publish('t', 'x', { qos: 1, dup: true }));
    expect(subscriber.told()).toEqual(['publish 1 t x qos 1']);
  });

  test('waits behind the window of its subscriber, in order', () => {
    const broker = new SampleBroker({ limits: { maxInFlight: 2 } });
    const subscriber = broker.subscriber('s', { t: 1 });
    const publisher = broker.client('p');
    for (const [i, text] of ['a', 'b', 'c', 'd'].entries())
      publisher.sends(publish('t', text, { qos: 1, packetId: i + 1 }));
    expect(subscriber.told()).toEqual(['publish 1 t a qos 1', 'publish 2 t b qos 1']);
    subscriber.sends({ type: 'puback', packetId: 1 }, { type: 'puback', packetId: 2 });
    expect(subscriber.told()).toEqual(['publish 3 t c qos 1', 'publish 4 t d qos 1']);
  });

  test('that comes again between PUBLISH and PUBREL is delivered once', () => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { t: 0 });
    const publisher = broker.client('p');
    publisher.sends(publish('t', 'once', { qos: 2 }), publish('t', 'once', { qos: 2, dup: true }));
    publisher.sends({ type: 'pubrel', packetId: 1 }, { type: 'pubrel', packetId: 1 });
    expect(publisher.told()).toEqual(['pubrec 1', 'pubrec 1', 'pubcomp 1', 'pubcomp 1']);
    expect(subscriber.told()).toEqual(['publish t once qos 0']);
  });

  test.each(['$SYS/broker/version', '$other/topic'])('on %s is acknowledged, and goes to nobody', (topicName) => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { [topicName]: 0, '#': 0, '+/+': 0 });
    const publisher = broker.client('p').sends(publish(topicName, 'x', { qos: 1, retain: true }));
    expect([publisher.told(), subscriber.told()]).toEqual([['puback 1'], []]);
    expect(broker.core.retainedMessages).toBe(0);
  });

  test('of QoS 0 is dropped for a client that reads too slowly, and those of QoS 1 and acknowledgements are not', () => {
    const broker = new SampleBroker({ limits: { maxBufferedBytes: 1_000 } });
    const slow = broker.subscriber('s', { t: 1 });
    slow.bufferedBytes = 1_001;
    const publisher = broker.client('p').sends(publish('t', 'lost'), publish('t', 'kept', { qos: 1 }));
    slow.sends({ type: 'pingreq' });
    expect(slow.told()).toEqual(['publish 1 t kept qos 1', 'pingresp']);
    expect(broker.core.counters).toMatchObject({ messagesDelivered: 1, messagesDropped: 1 });
    slow.bufferedBytes = 1_000;
    publisher.sends(publish('t', 'again'));
    expect(slow.told()).toEqual(['publish t again qos 0']);
  });

  test('is not looked for among the retained for a client that has no room for it', () => {
    const broker = new SampleBroker({ limits: { maxBufferedBytes: 1_000 } });
    broker.client('p').sends(publish('t', 'kept', { qos: 1, retain: true }));
    const slow = broker.client('s');
    slow.bufferedBytes = 1_001;
    slow.subscribe({ t: 1 });
    expect(slow.told()).toEqual([]);
    slow.bufferedBytes = 0;
    slow.subscribe({ t: 1 });
    expect(slow.told()).toEqual(['publish 1 t kept qos 1 retain']);
  });

  test('is counted as delivered where somebody gets it', () => {
    const broker = new SampleBroker();
    broker.subscriber('away', { t: 0 }, { cleanSession: false }).cut();
    broker.subscriber('here', { t: 0 });
    broker.client('p').sends(publish('t', 'x'));
    expect(broker.core.counters).toMatchObject({ messagesPublished: 1, messagesDelivered: 1, messagesDropped: 0 });
  });
});

describe('a retained message', () => {
  test.each(pairs)('of QoS %i comes to a new subscription of QoS %i at the lower of both', (published, granted) => {
    const broker = new SampleBroker();
    broker.client('p').sends(publish('t', 'kept', { qos: published, retain: true }));
    const qos = Math.min(published, granted);
    const told = broker.subscriber('s', { t: granted }).told();
    expect(told).toEqual([`publish ${qos === 0 ? '' : '1 '}t kept qos ${qos} retain`]);
  });

  test('comes live without RETAIN', () => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { t: 0 });
    broker.client('p').sends(publish('t', 'live', { retain: true }));
    expect(subscriber.told()).toEqual(['publish t live qos 0']);
  });

  test('comes behind the SUBACK, and again with every SUBSCRIBE', () => {
    const broker = new SampleBroker();
    broker.client('p').sends(publish('t', 'kept', { retain: true }));
    const subscriber = broker.client('s');
    for (const packetId of [1, 2]) {
      subscriber.sends({ type: 'subscribe', packetId, subscriptions: [{ topicFilter: 't', qos: 0 }] });
      expect(subscriber.told()).toEqual([`suback ${packetId} [0]`, 'publish t kept qos 0 retain']);
    }
  });

  test('is replaced by the next, also of QoS 0, and deleted by an empty one, which comes live', () => {
    const broker = new SampleBroker();
    const live = broker.subscriber('live', { t: 0 });
    const publisher = broker.client('p');
    publisher.sends(publish('t', 'one', { qos: 2, retain: true }), publish('t', 'two', { retain: true }));
    expect(broker.subscriber('a', { t: 0 }).told()).toEqual(['publish t two qos 0 retain']);
    publisher.sends(publish('t', '', { retain: true }));
    expect(broker.subscriber('b', { t: 0 }).told()).toEqual([]);
    expect(live.told()).toEqual(['publish t one qos 0', 'publish t two qos 0', 'publish t  qos 0']);
  });

  test('outlives the session of its publisher', () => {
    const broker = new SampleBroker();
    broker.client('p').sends(publish('t', 'kept', { retain: true }), { type: 'disconnect' });
    expect(broker.subscriber('s', { '#': 0 }).told()).toEqual(['publish t kept qos 0 retain']);
  });
});

describe('SUBSCRIBE and UNSUBSCRIBE', () => {
  test('get one code a filter, in order', () => {
    expect(new SampleBroker().client('s').subscribe({ a: 2, b: 0, 'c/+': 1 })).toEqual([2, 0, 1]);
  });

  test.each([
    ['a filter that is none', '82 0d 0001 0001 61 00 0004 622f2378 00'],
    ['reserved bits of a QoS byte', '82 0a 0001 0001 61 00 0001 62 04'],
    ['no filter at all', '82 02 0001'],
    ['wrong flags', '80 06 0001 0001 61 00'],
  ])('%s closes, and no subscription of that packet takes effect', (_what, text) => {
    const broker = new SampleBroker();
    const client = broker.client('s', { cleanSession: false }).sends(hex(text));
    expect([client.told(), client.closed, broker.core.subscriptions]).toEqual([[], true, 0]);
  });

  test('an identical filter replaces the subscription: one copy, at the new QoS', () => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { t: 0 });
    subscriber.subscribe({ t: 1 });
    broker.client('p').sends(publish('t', 'x', { qos: 2 }));
    expect([subscriber.told(), broker.core.subscriptions]).toEqual([['publish 1 t x qos 1'], 1]);
  });

  test('UNSUBSCRIBE deletes the filters that are identical, and is acknowledged always', () => {
    const broker = new SampleBroker();
    const subscriber = broker.subscriber('s', { 'a/b': 0, 'a/+': 0 });
    subscriber.sends({ type: 'unsubscribe', packetId: 4, topicFilters: ['a/b', 'unknown', 'a/#'] });
    broker.client('p').sends(publish('a/b', 'x'));
    expect(subscriber.told()).toEqual(['unsuback 4', 'publish a/b x qos 0']);
    expect(broker.core.subscriptions).toBe(1);
  });

  test('level 3 tolerates DUP in SUBSCRIBE, UNSUBSCRIBE and PUBREL, level 4 does not', () => {
    const packets = ['8a 06 0001 0001 61 00', 'aa 05 0002 0001 61', '6a 02 0007'];
    const broker = new SampleBroker();
    const old = broker.client('old', { protocolLevel: 3 });
    for (const packet of packets) old.sends(hex(packet));
    expect(old.told()).toEqual(['suback 1 [0]', 'unsuback 2', 'pubcomp 7']);
    expect(packets.map((packet, i) => broker.client(`new${i}`).sends(hex(packet)).closed)).toEqual([true, true, true]);
  });

  test('acknowledgements that answer nothing are let pass', () => {
    const client = new SampleBroker().client('c').sends(hex('40 02 0009'), hex('70 02 0009'), { type: 'pingreq' });
    expect([client.told(), client.closed]).toEqual([['pingresp'], false]);
  });
});
