// The core with a virtual clock and without sockets.
import { describe, expect, test } from 'vitest';
import { decode } from '../../codec/decode.ts';
import { encode } from '../../codec/encode.ts';
import { Framer } from '../../codec/framer.ts';
import type { Connect, Packet } from '../../codec/packet.ts';
import { BrokerCore } from './broker-core.ts';
import { Connection } from './connection.ts';
import { defaultParts } from './parts.ts';
import { rulesWith } from './rules/rules.ts';

const limits = {
  maxPacketBytes: 100_000,
  maxConnections: 10,
  connectTimeoutMs: 5_000,
  maxInFlight: 10,
  maxQueuedMessages: 100,
};

function newCore(authenticate: BrokerCore['authenticate'] = () => 'accepted'): BrokerCore {
  return new BrokerCore({
    rules: rulesWith(),
    parts: defaultParts,
    limits,
    authenticate,
    events: {},
    random: Math.random,
  });
}

/** A client without a network. */
class Peer {
  readonly got: Packet[] = [];
  closed = false;
  readonly connection: Connection;
  readonly #core: BrokerCore;
  readonly #framer = new Framer();

  constructor(core: BrokerCore, now = 0) {
    this.#core = core;
    const port = {
      remoteAddress: 'test',
      write: (bytes: Uint8Array) => this.#framer.push(new Uint8Array(bytes), (frame) => this.got.push(decode(frame))),
      close: () => {
        this.closed = true;
      },
    };
    this.connection = new Connection(core, { port, now });
  }

  sends(packet: Packet, now = 0): this {
    this.connection.receive(encode(packet), now);
    this.#core.flush();
    return this;
  }
}

const connect = (clientId: string, more: Partial<Connect> = {}): Connect =>
  ({ type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 0, clientId, ...more }) as Connect;

describe('a connection', () => {
  test('ends one and a half Keep Alive after the last packet, and not earlier', () => {
    const core = newCore();
    const peer = new Peer(core).sends(connect('a', { keepAlive: 10 }), 1_000);
    expect(peer.connection.deadline()).toBe(16_000);
    peer.sends({ type: 'pingreq' }, 15_000);
    peer.connection.tick(29_999);
    expect(peer.closed).toBe(false);
    peer.connection.tick(30_000);
    core.flush();
    expect(peer.closed).toBe(true);
  });

  test('never ends for a Keep Alive of 0', () => {
    const peer = new Peer(newCore()).sends(connect('a'));
    expect(peer.connection.deadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('ends when no CONNECT comes in time', () => {
    const core = newCore();
    const peer = new Peer(core, 100);
    peer.connection.tick(5_099);
    expect(peer.closed).toBe(false);
    peer.connection.tick(5_100);
    core.flush();
    expect(peer.closed).toBe(true);
  });

  test.each([
    ['bad user name or password', 4],
    ['not authorized', 5],
    ['unavailable', 3],
  ] as const)('that is "%s" gets return code %i and is closed', (outcome, returnCode) => {
    const peer = new Peer(newCore(() => outcome)).sends(connect('a'));
    expect(peer.got).toEqual([{ type: 'connack', returnCode, sessionPresent: false }]);
    expect(peer.closed).toBe(true);
  });

  test('waits for an authentication that takes its time, and then serves what came meanwhile', async () => {
    let accept: (outcome: 'accepted') => void = () => {};
    const peer = new Peer(newCore(() => new Promise((done) => (accept = done))))
      .sends(connect('a'))
      .sends({ type: 'pingreq' });
    expect(peer.got).toEqual([]);
    accept('accepted');
    await Promise.resolve();
    await Promise.resolve();
    expect(peer.got.map(({ type }) => type)).toEqual(['connack', 'pingresp']);
  });

  test('beyond the limit gets return code 3', () => {
    const core = newCore();
    core.connections = 11;
    expect(new Peer(core).sends(connect('a')).got).toMatchObject([{ returnCode: 3 }]);
  });
});

describe('the core', () => {
  test('publishes the will of a client that is taken over, and not of one that disconnects', () => {
    const core = newCore();
    const watcher = new Peer(core)
      .sends(connect('watcher'))
      .sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'will', qos: 0 }] });
    const will = { topicName: 'will', message: Uint8Array.of(1), qos: 0, retain: false } as const;
    new Peer(core).sends(connect('a', { will }));
    new Peer(core).sends(connect('a', { will })).sends({ type: 'disconnect' });
    expect(watcher.got.filter(({ type }) => type === 'publish')).toHaveLength(1);
  });

  test('queues up to its limit for a client that is away', () => {
    const core = newCore();
    new Peer(core)
      .sends(connect('a', { cleanSession: false }))
      .sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 't', qos: 1 }] })
      .sends({ type: 'disconnect' });
    const publisher = new Peer(core).sends(connect('p'));
    for (let i = 1; i <= 150; i++)
      publisher.sends({
        type: 'publish',
        qos: 1,
        packetId: i,
        dup: false,
        retain: false,
        topicName: 't',
        payload: Uint8Array.of(i),
      });
    expect(core.counters.messagesDropped).toBe(50);
    const back = new Peer(core).sends(connect('a', { cleanSession: false }));
    expect(back.got[0]).toMatchObject({ type: 'connack', sessionPresent: true });
    expect(back.got.filter(({ type }) => type === 'publish')).toHaveLength(limits.maxInFlight);
  });
});
