// The edge: the broker over TCP.
import { connect as dial, Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { Framer } from '../codec/framer.ts';
import type { Packet } from '../codec/packet.ts';
import { bytes, connect, publish } from './core/sample-broker.ts';
import { type Broker, type BrokerOptions, startBroker } from './index.ts';

const running: Broker[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await Promise.all(running.splice(0).map((broker) => broker.stop()));
});

async function start(options: BrokerOptions = {}): Promise<Broker> {
  const broker = await startBroker({ port: 0, ...options });
  running.push(broker);
  return broker;
}

class Client {
  readonly socket: Socket;
  readonly got: Packet[] = [];
  readonly closed: Promise<void>;
  #look: () => void = () => {};
  readonly #framer = new Framer();

  constructor({ port }: Broker) {
    this.socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk, (frame) => this.got.push(decode(new Uint8Array(frame), { sentBy: 'server' })));
      this.#look();
    });
    this.socket.on('error', () => {});
    this.socket.once('end', () => this.socket.end());
    this.closed = new Promise((done) => this.socket.once('close', () => done()));
    clients.push(this);
  }

  sends(...packets: readonly Packet[]): this {
    this.socket.write(Buffer.concat(packets.map((packet) => encode(packet))));
    return this;
  }

  /** Resolves when so many packets have come in all. */
  has(count: number): Promise<readonly Packet[]> {
    return new Promise((done) => {
      this.#look = () => {
        if (this.got.length >= count) done(this.got);
      };
      this.#look();
    });
  }
}

async function connected(broker: Broker, clientId: string, more: Parameters<typeof connect>[1] = {}): Promise<Client> {
  const client = new Client(broker).sends(connect(clientId, more));
  await client.has(1);
  return client;
}

async function subscriber(broker: Broker, clientId: string, topicFilter: string): Promise<Client> {
  const client = await connected(broker, clientId);
  client.sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter, qos: 0 }] });
  await client.has(2);
  return client;
}

describe('a broker', () => {
  test('tells where it listens', async () => {
    const broker = await start();
    expect(broker.address).toBe(`mqtt://127.0.0.1:${broker.port}`);
  });

  test('rejects where the port is in use', async () => {
    const { port } = await start();
    await expect(startBroker({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('serves packets that come byte by byte', async () => {
    const client = await connected(await start(), 'c');
    for (const byte of encode({ type: 'subscribe', packetId: 9, subscriptions: [{ topicFilter: 'a', qos: 2 }] }))
      client.socket.write(Uint8Array.of(byte));
    expect((await client.has(2))[1]).toEqual({ type: 'suback', packetId: 9, returnCodes: [2] });
  });

  test('answers what came before the FIN of a peer that still reads', async () => {
    const client = new Client(await start());
    client.socket.end(Buffer.concat([connect('c'), { type: 'pingreq' } as const].map((packet) => encode(packet))));
    await client.closed;
    expect(client.got.map(({ type }) => type)).toEqual(['connack', 'pingresp']);
  });

  test('writes to a subscriber once for all that a turn brings', async () => {
    const broker = await start();
    const watcher = await subscriber(broker, 'w', 't');
    let segments = 0;
    watcher.socket.on('data', () => segments++);
    for (let i = 0; i < 500; i++) broker.publish({ topicName: 't', payload: bytes('x'), qos: 0, retain: false });
    await watcher.has(502);
    expect(segments).toBe(1);
  });

  test('looks after the Keep Alive of a client whose authentication took its time', async () => {
    const clock = new VirtualClock();
    const broker = await start({ clock, authenticate: () => Promise.resolve('accepted') });
    const client = await connected(broker, 'c', { keepAlive: 2 });
    clock.advance(2_999);
    await client.sends({ type: 'pingreq' }).has(2);
    clock.advance(2_999);
    await client.sends({ type: 'pingreq' }).has(3);
    clock.advance(3_000);
    await client.closed;
    expect(client.got).toHaveLength(3);
  });

  test('drops QoS 0 for a client that does not read, counts that, and serves others', async () => {
    const broker = await start({ maxBufferedBytes: 100_000 });
    const slow = await subscriber(broker, 'slow', 'big');
    slow.socket.pause();
    const payload = new Uint8Array(1 << 20);
    for (let i = 0; i < 50; i++) broker.publish({ topicName: 'big', payload, qos: 0, retain: false });
    expect(broker.counters.messagesDropped).toBeGreaterThan(40);
    const other = await connected(broker, 'other');
    expect((await other.sends({ type: 'pingreq' }).has(2))[1]).toEqual({ type: 'pingresp' });
  });

  test('serves who takes everything, however little may wait for a client', async () => {
    const broker = await start({ pauseAboveBytes: 0, maxBufferedBytes: 0 });
    broker.publish({ topicName: 'kept/0', payload: bytes('old'), qos: 0, retain: true });
    broker.publish({ topicName: 'kept/1', payload: bytes('new'), qos: 1, retain: true });
    const watcher = await subscriber(broker, 'w', 'kept/+');
    expect(await watcher.has(4)).toHaveLength(4);
  });

  test('survives clients that break off in the middle of everything', async () => {
    const broker = await start();
    const breaking = Array.from({ length: 20 }, (_, i) => new Client(broker).sends(connect(`c${i}`)));
    await Promise.all(breaking.map((client) => client.has(1)));
    for (const client of breaking) {
      client.sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '#', qos: 0 }] });
      client.socket.resetAndDestroy();
      broker.publish({ topicName: 't', payload: new Uint8Array(100_000), qos: 0, retain: false });
    }
    const after = await connected(broker, 'after');
    expect(after.got[0]).toMatchObject({ type: 'connack', returnCode: 0 });
  });

  test('goes on where a connection could not be accepted', async () => {
    const listeners: Server[] = [];
    const { listen } = Server.prototype;
    Server.prototype.listen = function (this: Server, ...given: Parameters<typeof listen>) {
      listeners.push(this);
      return listen.apply(this, given);
    } as typeof listen;
    const broker = await start();
    Server.prototype.listen = listen;
    listeners[0]?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect((await connected(broker, 'c')).got).toHaveLength(1);
  });

  test('lets the program that embeds it publish, to Topic Names alone', async () => {
    const broker = await start();
    const watcher = await subscriber(broker, 'w', 'a/+');
    broker.publish({ topicName: 'a/b', payload: bytes('hello'), qos: 1, retain: false });
    expect((await watcher.has(3))[2]).toEqual(publish('a/b', 'hello'));
    expect(() => broker.publish({ topicName: 'a/+', payload: bytes(''), qos: 0, retain: false })).toThrow(TypeError);
  });
});

describe('a broker that stops', () => {
  const will = { topicName: 'will', message: bytes('gone'), qos: 0, retain: false } as const;

  test('publishes the wills to those who watch, whoever came first, and closes everything', async () => {
    const broker = await start();
    const before = await subscriber(broker, 'before', 'will');
    const victim = await connected(broker, 'victim', { will });
    const after = await subscriber(broker, 'after', 'will');
    await broker.stop();
    await Promise.all([before, victim, after].map(({ closed }) => closed));
    expect(before.got.slice(2)).toEqual([publish('will', 'gone')]);
    expect(after.got.slice(2)).toEqual([publish('will', 'gone')]);
  });

  test('can be stopped twice, also while it is being used', async () => {
    await using broker = await startBroker({ port: 0 });
    const client = await connected(broker, 'c');
    client.sends({ type: 'pingreq' });
    await Promise.all([broker.stop(), broker.stop()]);
    await client.closed;
    await expect(startBroker({ port: broker.port }).then((again) => again.stop())).resolves.toBeUndefined();
  });
});
