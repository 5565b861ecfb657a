import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { inspect } from '../../reference/codec/inspect.ts';
import { selfSigned } from '../../reference/transport/sample-certificates.ts';
import { describePacket } from '../wire/describe.ts';
import type { FixtureEvent } from './fixture.ts';
import { type RecordingProxy, startProxy } from './proxy.ts';
import { Recording, withoutPassword } from './recording.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ port: 0 });
});
afterAll(() => broker.stop());

/** A proxy before the broker, what it recorded, and the next moment at which so many connections are over. */
async function recorder(
  port = broker.port,
  scheme: 'mqtt' | 'mqtts' = 'mqtt',
): Promise<{
  proxy: RecordingProxy;
  events: FixtureEvent[];
  refused: string[];
  over: (ends: number) => Promise<void>;
}> {
  const events: FixtureEvent[] = [];
  const refused: string[] = [];
  const changed = new EventTarget();
  const recording = new Recording({
    now: () => performance.now(),
    emit: (event) => {
      events.push(event);
      changed.dispatchEvent(new Event('event'));
    },
  });
  const proxy = await startProxy({
    port: 0,
    target: { scheme, host: '127.0.0.1', port, path: '' },
    opened: () => recording.open(),
    unreachable: (code) => refused.push(code),
  });
  const over = async (ends: number): Promise<void> => {
    while (events.filter(({ kind }) => kind === 'fin' || kind === 'rst').length < ends) await once(changed, 'event');
  };
  return { proxy, events, refused, over };
}

const words = (events: readonly FixtureEvent[]): string[] =>
  events.map((event) => {
    const { packet } = event.kind === 'bytes' ? inspect(event.bytes) : {};
    return `${event.connection} ${event.by} ${packet === undefined ? event.kind : packet.type}`;
  });

describe('a recording', () => {
  test('holds what a client and a broker say, in order, with the ends of the connection', async () => {
    const { proxy, events, over } = await recorder();
    await using _closed = proxy;
    const client = await connectAsync(`mqtt://127.0.0.1:${proxy.port}`, { clientId: 'pub', protocolVersion: 4 });
    await client.publishAsync('a/b', 'once', { qos: 2 });
    await client.endAsync();
    await over(2);
    expect(words(events).slice(0, 8)).toEqual([
      'pub client open',
      'pub client connect',
      'pub server connack',
      'pub client publish',
      'pub server pubrec',
      'pub client pubrel',
      'pub server pubcomp',
      'pub client disconnect',
    ]);
    expect(
      events
        .filter(({ kind }) => kind === 'fin')
        .map(({ by }) => by)
        .sort(),
    ).toEqual(['client', 'server']);
  });

  test('gives a client that comes again another name, and writes no password', async () => {
    const { proxy, events, over } = await recorder();
    await using _closed = proxy;
    for (const time of [1, 2]) {
      const options = { clientId: 'again', username: 'user', password: 'secret', protocolVersion: 4 } as const;
      const client = await connectAsync(`mqtt://127.0.0.1:${proxy.port}`, options);
      await client.endAsync();
      await over(time * 2);
    }
    expect(new Set(events.map(({ connection }) => connection))).toEqual(new Set(['again', 'again-2']));
    const sent = Buffer.concat(events.map((event) => (event.kind === 'bytes' ? event.bytes : new Uint8Array())));
    expect(sent.includes('secret')).toBe(false);
    expect(sent.includes('******')).toBe(true);
  });

  test('keeps bytes that are no packet, and a connection without a CONNECT', async () => {
    const { proxy, events, over } = await recorder();
    await using _closed = proxy;
    const socket = connectTcp(proxy.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x7f));
    await over(2);
    expect(words(events).slice(0, 2)).toEqual(['c1 client open', 'c1 client bytes']);
  });

  test('is made of a target that speaks TLS, too', async () => {
    await using secure = await startBroker({ listeners: [{ kind: 'tls', port: 0, tls: selfSigned }] });
    const { proxy, events, over } = await recorder(secure.port, 'mqtts');
    await using _closed = proxy;
    const client = await connectAsync(`mqtt://127.0.0.1:${proxy.port}`, { clientId: 'plain', protocolVersion: 4 });
    await client.endAsync();
    await over(2);
    expect(words(events).slice(0, 3)).toEqual(['plain client open', 'plain client connect', 'plain server connack']);
  });

  test('ends a client whose target is not there, and says why', async () => {
    const { proxy, refused } = await recorder(1);
    await using _closed = proxy;
    const socket = connectTcp(proxy.port, '127.0.0.1');
    socket.on('error', () => {});
    await new Promise((done) => socket.once('close', done));
    expect(refused).toEqual(['ECONNREFUSED']);
  });
});

test('a CONNECT is as long without its password as with it', () => {
  const connect = Buffer.from('101300044d51545404c2003c0001610001750002 7077'.replace(' ', ''), 'hex');
  const masked = withoutPassword(connect);
  expect(describePacket(inspect(masked).packet ?? { type: 'pingreq' })).toContain('user name "u"');
  expect(Buffer.from(masked).toString('hex')).toBe('101300044d51545404c2003c00016100017500022a2a');
});
