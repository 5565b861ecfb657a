// What the core does for access: user names, owners of sessions, deliveries, and events that tell of them.
import { describe, expect, test } from 'vitest';
import type { AuthenticationOutcome, Intention } from './access.ts';
import type { BrokerEvents } from './events.ts';
import { bytes, type ConnectFields, connect, publish, SampleBroker } from './sample-broker.ts';

/** Everything that a broker tells, in order. */
function recorded() {
  const log: unknown[] = [];
  const names = ['connected', 'disconnected', 'subscribed', 'unsubscribed', 'refused', 'denied', 'closed'] as const;
  const events: BrokerEvents = Object.fromEntries(
    names.map((name) => [name, (event: object) => log.push([name, event])]),
  );
  return { events, log };
}

const durable = { cleanSession: false } as const;
/** What a CONNECT is answered by. */
const answer = (broker: SampleBroker, clientId: string, more: ConnectFields): string =>
  broker.dial().sends(connect(clientId, more)).told().join();
const as = (userName: string) => ({ userName, ...durable });

describe('authentication', () => {
  test('may let a client in under another user name, or under none', () => {
    const asked: Intention[] = [];
    let outcome: AuthenticationOutcome = { acceptedAs: 'certified' };
    const authorize = (intention: Intention): boolean => asked.push(intention) > 0;
    const broker = new SampleBroker({ authenticate: () => outcome, authorize });
    broker.client('a', { userName: 'claimed', password: bytes('x') }).sends(publish('t', 'x'));
    outcome = { acceptedAs: undefined };
    broker.client('b', { userName: 'claimed' }).sends(publish('t', 'x'));
    expect(asked.map(({ userName }) => userName)).toEqual(['certified', undefined]);
  });

  test('may reject the client id alone', () => {
    const client = new SampleBroker({ authenticate: () => 'identifier rejected' }).dial().sends(connect('c'));
    expect([client.told(), client.closed]).toEqual([['connack 2'], true]);
  });
});

test('what authorize answers has to be true, or nothing is allowed', () => {
  for (const answer of [undefined, null, 1, 'yes', Promise.resolve(true)]) {
    const broker = new SampleBroker({ authorize: () => answer as never });
    expect(broker.client('c').subscribe({ t: 0 })).toEqual([0x80]);
  }
});

describe('what waits for a client', () => {
  const reads = (allowed: Record<string, string>) => ({
    authorizesDeliveries: true,
    authorize: ({ kind, userName = '', topic }: Intention) => kind !== 'receive' || allowed[userName] === topic,
  });

  test('is not for another user who brings its client id and may not read it', () => {
    const broker = new SampleBroker(reads({ alice: 't', bob: 'other' }));
    broker.subscriber('c', { '#': 1 }, as('alice')).cut();
    broker.client('p').sends(publish('t', 'for alice', { qos: 1, packetId: 1 }));
    expect(answer(broker, 'c', as('bob'))).toBe('connack 0 session present');
    expect(answer(broker, 'c', as('alice'))).toBe('connack 0 session present');
  });

  test('is for its user who comes again, unless the permission was taken away', () => {
    const allowed = { alice: 't' };
    const broker = new SampleBroker(reads(allowed));
    const waiting = (): string => {
      broker.subscriber('c', { '#': 1 }, as('alice')).cut();
      broker.client('p').sends(publish('t', 'x', { qos: 1, packetId: 1 }));
      return answer(broker, 'c', as('alice'));
    };
    expect(waiting()).toBe('connack 0 session present,publish 1 t x qos 1');
    allowed.alice = 'other';
    expect(answer(broker, 'c', as('alice'))).toBe('connack 0 session present');
  });
});

test('what waits for clients that are connected is given up, too, when permissions change', () => {
  let mayRead = true;
  const broker = new SampleBroker({
    authorizesDeliveries: true,
    authorize: ({ kind }) => kind !== 'receive' || mayRead,
    limits: { maxInFlight: 1 },
  });
  const waiting = [1, 2].map((at) => broker.subscriber(`c${at}`, { '#': 1 }, durable));
  waiting[1]?.cut();
  const packetIds = Array.from({ length: 6_000 }, (_, at) => at + 1);
  broker.client('p').sends(...packetIds.map((packetId) => publish('t', 'x', { qos: 1, packetId })));
  mayRead = false;
  broker.core.permissionsChanged();
  expect(waiting[0]?.told()).toHaveLength(1);
  expect(waiting[0]?.sends({ type: 'puback', packetId: 1 }).told()).toEqual([]);
  expect(answer(broker, 'c2', durable)).toBe('connack 0 session present');
});

describe('a session with an owner', () => {
  test('is nobody else’s: neither session nor connection are disturbed', () => {
    const broker = new SampleBroker({ sessionsHaveOwners: true });
    const owner = broker.subscriber('c', { t: 1 }, as('alice'));
    for (const more of [as('bob'), durable, { userName: 'bob', cleanSession: true }])
      expect(answer(broker, 'c', more)).toEqual('connack 2');
    broker.client('p').sends(publish('t', 'still there'));
    expect(owner.told()).toEqual(['publish t still there qos 0']);
  });

  test('is kept for its owner who is away', () => {
    const broker = new SampleBroker({ sessionsHaveOwners: true });
    broker.client('c', as('alice')).cut();
    expect(answer(broker, 'c', as('bob'))).toEqual('connack 2');
    expect(answer(broker, 'c', as('alice'))).toEqual('connack 0 session present');
  });

  test('goes to the first user where an anonymous client had it, who inherits nothing', () => {
    const broker = new SampleBroker({ sessionsHaveOwners: true });
    broker.subscriber('c', { '#': 1 }, durable).cut();
    const first = broker.dial().sends(connect('c', as('alice')));
    broker.client('p').sends(publish('t', 'x'));
    expect(first.told()).toEqual(['connack 0']);
    expect(answer(broker, 'c', durable)).toEqual('connack 2');
  });

  test('goes to whoever brings its client id, unless asked for', () => {
    const broker = new SampleBroker();
    broker.client('c', as('alice')).cut();
    expect(answer(broker, 'c', as('bob'))).toEqual('connack 0 session present');
  });
});

describe('deliveries', () => {
  const secretive = ({ kind, topic, userName }: Intention): boolean =>
    kind !== 'receive' || topic !== 'secret' || userName === 'alice';

  test('are authorized where asked for, live, queued and retained', () => {
    const broker = new SampleBroker({ authorizesDeliveries: true, authorize: secretive });
    const [alice, bob] = [
      broker.subscriber('a', { '#': 1 }, as('alice')),
      broker.subscriber('b', { '#': 1 }, as('bob')),
    ];
    broker.subscriber('away', { '#': 1 }, as('bob')).cut();
    broker.client('p').sends(publish('secret', 'x', { qos: 1, retain: true }), publish('open', 'x'));
    expect(alice.told()).toEqual(['publish 1 secret x qos 1', 'publish open x qos 0']);
    expect(bob.told()).toEqual(['publish open x qos 0']);
    expect(answer(broker, 'away', as('bob'))).toEqual('connack 0 session present');
    bob.subscribe({ '#': 0 });
    expect(bob.told()).toEqual([]);
  });

  test('are not, unless asked for', () => {
    const broker = new SampleBroker({ authorize: secretive });
    const bob = broker.subscriber('b', { '#': 0 });
    broker.client('p').sends(publish('secret', 'x'));
    expect(bob.told()).toEqual(['publish secret x qos 0']);
  });
});

describe('events', () => {
  const remoteAddress = '192.0.2.1';
  const c = { connectionId: 0, remoteAddress, clientId: 'c', userName: 'u' };

  test('tell of a client’s life', () => {
    const { events, log } = recorded();
    const client = new SampleBroker({ events }).client('c', { userName: 'u' });
    client.subscribe({ 'a/+': 1 });
    client.sends({ type: 'unsubscribe', packetId: 2, topicFilters: ['a/+', 'nothing'] }, { type: 'disconnect' });
    expect(log).toEqual([
      ['connected', { ...c, sessionPresent: false }],
      ['subscribed', { ...c, topicFilter: 'a/+', qos: 1 }],
      ['unsubscribed', { ...c, topicFilter: 'a/+' }],
      ['disconnected', { ...c, reason: 'disconnect', detail: undefined }],
    ]);
  });

  test('say what was wrong with a packet', () => {
    const { events, log } = recorded();
    new SampleBroker({ events }).client('c', { userName: 'u' }).sends(Uint8Array.of(0xc1, 0));

    expect(log[1]).toEqual([
      'disconnected',
      expect.objectContaining({ detail: expect.stringMatching(/^MQTT-2\.2\.2-/) }),
    ]);
  });

  test('tell of refusals, denials, and of connections that never were let in', () => {
    const { events, log } = recorded();
    const broker = new SampleBroker({
      events,
      authenticate: ({ userName }) => (userName === 'u' ? 'accepted' : 'not authorized'),
      authorize: () => false,
    });
    broker.dial().sends(connect('d'));
    broker.dial().sends({ type: 'pingreq' });
    broker.client('c', { userName: 'u' }).sends(publish('t', 'x')).subscribe({ f: 0 });
    const peer = { connectionId: 0, remoteAddress };
    expect(log).toEqual([
      ['refused', { ...peer, clientId: 'd', userName: undefined, returnCode: 5 }],
      ['closed', { ...peer, reason: 'not authorized', detail: undefined }],
      ['closed', { ...peer, reason: 'protocol violation', detail: undefined }],
      ['connected', { ...c, sessionPresent: false }],
      ['denied', { ...c, kind: 'publish', topic: 't' }],
      ['denied', { ...c, kind: 'subscribe', topic: 'f' }],
    ]);
  });
});

test('tell of denials also where somebody begins to listen later', () => {
  const told: string[] = [];
  const events: { -readonly [Name in keyof BrokerEvents]: BrokerEvents[Name] } = {};
  const broker = new SampleBroker({ events, authorize: () => false });
  events.denied = ({ topic }) => told.push(topic);
  broker.client('c').sends(publish('t', 'x'));
  expect(told).toEqual(['t']);
});

test('a will that its client may not publish is not published when the broker stops, either', () => {
  const will = { topicName: 'secret', message: bytes('gone'), qos: 0, retain: false } as const;
  const broker = new SampleBroker({ authorize: ({ kind }) => kind !== 'publish' });
  const watcher = broker.subscriber('w', { '#': 0 });
  broker.client('c', { will }).connection.publishWill('broker stopped');
  broker.core.flush();
  expect(watcher.told()).toEqual([]);
});
