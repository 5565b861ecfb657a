import { describe, expect, test } from 'vitest';
import { bytes, type ConnectFields, connect, hex, publish, SampleBroker } from './sample-broker.ts';

const level3: ConnectFields = { protocolLevel: 3 };

describe('CONNECT', () => {
  test.each([
    ['a level of MQTT that is not served', '10 0c 0004 4d515454 05 02 0000 0000', ['connack 1']],
    ['a level of MQIsdp that is not served', '10 0e 0006 4d5149736470 06 02 0000 0000', ['connack 1']],
    ['another protocol', '10 0c 0004 4d515458 04 02 0000 0000', []],
    ['a reserved flag that is set', '10 0c 0004 4d515454 04 03 0000 0000', []],
    ['a field that is missing', '10 0a 0004 4d515454 04 02 0000', []],
    ['a packet that is no CONNECT', 'c0 00', []],
  ])('%s is answered as the standard says, and closed', (_what, text, told) => {
    const client = new SampleBroker().dial().sends(hex(text));
    expect([client.told(), client.closed]).toEqual([told, true]);
  });

  test.each([
    ['an empty id with CleanSession 0', '', { cleanSession: false }],
    ['an empty id at level 3', '', level3],
    ['24 characters at level 3', 'x'.repeat(24), level3],
  ])('%s gets return code 2', (_what, clientId, more) => {
    const client = new SampleBroker().dial().sends(connect(clientId, more));
    expect([client.told(), client.closed]).toEqual([['connack 2'], true]);
  });

  test('counts characters of an id at level 3, not UTF-16 units', () => {
    expect(
      new SampleBroker()
        .dial()
        .sends(connect('𝄞'.repeat(23), level3))
        .told(),
    ).toEqual(['connack 0']);
  });

  test('an empty id with CleanSession 1 gets an id that nobody else has', () => {
    const ids: string[] = [];
    const broker = new SampleBroker({ events: { connected: ({ clientId }) => ids.push(clientId) } });
    for (let i = 0; i < 3; i++) expect(broker.dial().sends(connect('')).told()).toEqual(['connack 0']);
    expect(new Set(ids).size).toBe(3);
  });

  test('packets behind a refused one are not processed', () => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { t: 0 });
    broker.dial().sends(connect('', { cleanSession: false }), publish('t', 'smuggled'));
    expect(watcher.told()).toEqual([]);
  });

  test('packets behind an accepted one are', () => {
    const client = new SampleBroker().dial().sends(connect('c'), { type: 'pingreq' });
    expect(client.told()).toEqual(['connack 0', 'pingresp']);
  });

  test('a second one ends the connection, and the will is due', () => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { will: 0 });
    const will = { topicName: 'will', message: bytes('gone'), qos: 0, retain: false } as const;
    const client = broker.client('c', { will }).sends(connect('c', { will }));
    expect([client.told(), client.closed, watcher.told()]).toEqual([[], true, ['publish will gone qos 0']]);
  });

  test.each(['', 'a/#', '+'])(
    'a will topic %j closes without CONNACK, and leaves the session of the id alone',
    (topicName) => {
      const broker = new SampleBroker();
      const owner = broker.client('c');
      const will = { topicName, message: bytes(''), qos: 0, retain: false } as const;
      const client = broker.dial().sends(connect('c', { will }));
      expect([client.told(), client.closed, owner.closed]).toEqual([[], true, false]);
    },
  );
});

describe('a session', () => {
  const stored: ConnectFields = { cleanSession: false };

  test('is present for CleanSession 0 where one is stored, and only there', () => {
    const broker = new SampleBroker();
    const answer = (more: ConnectFields): string[] => {
      const client = broker.dial().sends(connect('c', more));
      const told = client.told();
      client.sends({ type: 'disconnect' });
      return told;
    };
    expect(answer(stored)).toEqual(['connack 0']);
    expect(answer(stored)).toEqual(['connack 0 session present']);
    expect(answer({})).toEqual(['connack 0']);
    expect(answer(stored)).toEqual(['connack 0']);
  });

  test('is never shown at level 3, but is there', () => {
    const broker = new SampleBroker();
    broker.subscriber('c', { t: 1 }, { ...level3, ...stored }).sends({ type: 'disconnect' });
    broker.client('p').sends(publish('t', 'kept', { qos: 1 }));
    const back = broker.dial().sends(connect('c', { ...level3, ...stored }));
    expect(back.told()).toEqual(['connack 0', 'publish 1 t kept qos 1']);
  });

  test('keeps QoS 1 and 2 for a client that is away, in order, behind CONNACK, and not QoS 0', () => {
    const broker = new SampleBroker();
    broker.subscriber('c', { t: 2 }, stored).cut();
    broker
      .client('p')
      .sends(publish('t', 'a', { qos: 1 }), publish('t', 'b'), publish('t', 'c', { qos: 2, packetId: 2 }));
    expect(broker.dial().sends(connect('c', stored)).told()).toEqual([
      'connack 0 session present',
      'publish 1 t a qos 1',
      'publish 2 t c qos 2',
    ]);
  });

  test('of CleanSession 1 leaves nothing behind', () => {
    const broker = new SampleBroker();
    broker.subscriber('c', { t: 1, u: 1 }).cut();
    expect([broker.core.sessions, broker.core.subscriptions]).toEqual([0, 0]);
  });

  test('sends again at every resume what was not acknowledged', () => {
    const broker = new SampleBroker();
    const first = broker.subscriber('c', { t: 2 }, stored);
    const publisher = broker.client('p');
    for (const [i, text] of ['a', 'b', 'c'].entries()) publisher.sends(publish('t', text, { qos: 2, packetId: i + 1 }));
    first.sends({ type: 'pubrec', packetId: 2 });
    for (let resume = 0; resume < 3; resume++) {
      const back = broker.dial().sends(connect('c', stored));
      expect(back.told()).toEqual([
        'connack 0 session present',
        'publish 1 t a qos 2 dup',
        'pubrel 2',
        'publish 3 t c qos 2 dup',
      ]);
    }
  });

  test('knows over a reconnect which QoS 2 messages it has', () => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { t: 0 });
    const first = broker.client('p', stored).sends(publish('t', 'once', { qos: 2, packetId: 5 }));
    first.cut();
    const again = broker.client('p', stored).sends(publish('t', 'once', { qos: 2, packetId: 5, dup: true }));
    expect([again.told(), watcher.told()]).toEqual([['pubrec 5'], ['publish t once qos 0']]);
  });
});

describe('a client id that is taken over', () => {
  test('is left to the newer connection; the session goes with it', () => {
    const broker = new SampleBroker();
    const older = broker.subscriber('c', { t: 1 }, { cleanSession: false });
    const newer = broker.dial().sends(connect('c', { cleanSession: false }));
    broker.client('p').sends(publish('t', 'x', { qos: 1 }));
    expect([older.closed, older.told()]).toEqual([true, []]);
    expect([newer.closed, newer.told()]).toEqual([false, ['connack 0 session present', 'publish 1 t x qos 1']]);
  });

  test('has the will of the older connection published, and keeps its own', () => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { '+': 0 });
    const will = (topicName: string) => ({ topicName, message: bytes('gone'), qos: 0, retain: false }) as const;
    broker.client('c', { will: will('old') });
    const newer = broker.client('c', { will: will('new') });
    expect(watcher.told()).toEqual(['publish old gone qos 0']);
    newer.cut();
    expect(watcher.told()).toEqual(['publish new gone qos 0']);
  });
});

describe('a will', () => {
  const will = { topicName: 'will', message: bytes('gone'), qos: 1, retain: true } as const;
  const ends: Readonly<Record<string, (broker: SampleBroker) => void>> = {
    'the peer ends the connection': (broker) => broker.client('c', { will }).cut(),
    'Keep Alive is over': (broker) => {
      broker.client('c', { will, keepAlive: 2 });
      broker.advance(3_000);
    },
    'a packet is malformed': (broker) => broker.client('c', { will }).sends(hex('f0 00')),
    'DISCONNECT is malformed': (broker) => broker.client('c', { will }).sends(hex('e1 00')),
    'a packet is not for clients to send': (broker) => broker.client('c', { will }).sends(hex('d0 00')),
    'a topic is no Topic Name': (broker) => broker.client('c', { will }).sends(hex('30 05 0003 612f23')),
    'a filter is no Topic Filter': (broker) =>
      broker
        .client('c', { will })
        .sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'a#', qos: 0 }] }),
    'the client id is taken over': (broker) => broker.client('c', { will }) && broker.client('c'),
  };

  test.each(Object.keys(ends))('is published, and retained, when %s', (how) => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { will: 1 });
    ends[how]?.(broker);
    expect(watcher.told()).toEqual(['publish 1 will gone qos 1']);
    const late = broker.subscriber('late', { will: 0 });
    expect(late.told()).toEqual(['publish will gone qos 0 retain']);
  });

  test('is not published after DISCONNECT, and what comes behind that is not read', () => {
    const broker = new SampleBroker();
    const watcher = broker.subscriber('w', { '#': 0 });
    const client = broker.client('c', { will }).sends({ type: 'disconnect' }, publish('t', 'too late'));
    client.cut();
    expect([client.closed, watcher.told()]).toEqual([true, []]);
  });
});

describe('Keep Alive', () => {
  test('ends at one and a half intervals, and any packet begins it anew', () => {
    const broker = new SampleBroker();
    const client = broker.subscriber('c', { t: 0 }, { keepAlive: 10 });
    broker.advance(14_999);
    client.sends(publish('x', ''));
    broker.advance(14_999);
    expect(client.closed).toBe(false);
    broker.advance(1);
    expect(client.closed).toBe(true);
  });

  test('is not begun anew by what the broker sends, nor by part of a packet', () => {
    const broker = new SampleBroker();
    const client = broker.subscriber('c', { t: 0 }, { keepAlive: 10 });
    broker.advance(14_999);
    broker.client('p').sends(publish('t', 'x'));
    client.sends(hex('c0'));
    broker.advance(1);
    expect([client.told(), client.closed]).toEqual([['publish t x qos 0'], true]);
  });
});
