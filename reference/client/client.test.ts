// The client at the broker that stands beside it, over real sockets.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { selfSigned } from '../transport/sample-certificates.ts';
import type { ReceivedMessage } from './core/received-message.ts';
import { ClientEnded, type ClientOptions, ConnectRefused, connect, SubscribeRefused } from './index.ts';

/** The first messages of an iteration. */
async function first(count: number, messages: AsyncIterable<ReceivedMessage>): Promise<ReceivedMessage[]> {
  const read: ReceivedMessage[] = [];
  for await (const message of messages) if (read.push(message) === count) break;
  return read;
}

const texts = (messages: readonly ReceivedMessage[]): string[] => messages.map(({ text }) => text);

describe('a client', () => {
  test.each([0, 1, 2] as const)('publishes and receives at QoS %i, in order', async (qos) => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const subscription = await client.subscribe('a/+', { qos });
    expect(subscription.grants).toEqual([{ topicFilter: 'a/+', qos }]);
    const sent = Array.from({ length: 2_000 }, (_, i) => `${i}`);
    const reading = first(sent.length, subscription);
    await Promise.all(sent.map((text) => client.publish('a/b', text, { qos })));
    const messages = await reading;
    expect(texts(messages)).toEqual(sent);
    expect(messages.every((message) => message.qos === qos && !message.retain && !message.dup)).toBe(true);
    expect(client.pendingMessages).toBe(0);
  });

  test('hands messages to a callback', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const came: string[] = [];
    await client.subscribe('a', { qos: 1, onMessage: ({ text }) => void came.push(text) });
    await client.publish('a', 'one', { qos: 1 });
    await client.publish('a', new Uint8Array([0x74, 0x77, 0x6f]), { qos: 1 });
    await client.ping();
    expect(came).toEqual(['one', 'two']);
  });

  test('learns what is retained', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    await client.publish('kept', 'before', { qos: 1, retain: true });
    const [message] = await first(1, await client.subscribe('kept'));
    expect(message).toMatchObject({ text: 'before', retain: true, qos: 0 });
  });

  test('is told by the server that a subscription is refused', async () => {
    await using broker = await startBroker({
      port: 0,
      authorize: ({ kind, topic }) => kind !== 'subscribe' || topic !== 'secret',
    });
    await using client = await connect(broker.address);
    await expect(client.subscribe('secret')).rejects.toThrow(SubscribeRefused);
    await expect(client.subscribe(['open', 'secret'])).rejects.toMatchObject({ returnCodes: [0, 0x80] });
    const subscription = await client.subscribe('open');
    await client.publish('open', 'still works');
    expect(texts(await first(1, subscription))).toEqual(['still works']);
  });

  test('gets no message any more of what it has unsubscribed', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const came: string[] = [];
    const onMessage = ({ text }: ReceivedMessage): void => void came.push(text);
    const one = await client.subscribe('a', { onMessage });
    await client.subscribe('b', { onMessage });
    await one.unsubscribe();
    await client.publish('a', 'unwanted');
    await client.publish('b', 'wanted');
    await client.ping();
    await client.unsubscribe('b');
    await client.publish('b', 'unwanted');
    await client.ping();
    expect(came).toEqual(['wanted']);
  });

  test('ends an iteration behind the last message when its subscription ends', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const subscription = await client.subscribe('a');
    await client.publish('a', 'last');
    await client.ping();
    await subscription.unsubscribe();
    const read: string[] = [];
    for await (const { text } of subscription) read.push(text);
    expect(read).toEqual(['last']);
  });

  test('learns that it is refused', async () => {
    await using broker = await startBroker({ port: 0, authenticate: () => 'not authorized' });
    await expect(connect(broker.address)).rejects.toThrow(ConnectRefused);
  });

  test('sends its user name and password, of the address or of the options', async () => {
    const seen: unknown[] = [];
    await using broker = await startBroker({
      port: 0,
      authenticate: ({ userName, password }) => {
        seen.push([userName, new TextDecoder().decode(password)]);
        return 'accepted';
      },
    });
    await (await connect(`mqtt://me:pass%20word@127.0.0.1:${broker.port}`)).end();
    await (await connect(broker.address, { userName: 'you', password: 'word' })).end();
    expect(seen).toEqual([
      ['me', 'pass word'],
      ['you', 'word'],
    ]);
  });

  test('knows what the first CONNACK said of its session, before anybody could listen, and what the last one said', async () => {
    const options = { clientId: 'kept', cleanSession: false, reconnect: { firstDelayMs: 1, jitter: 0 } } as const;
    await using broker = await startBroker({ port: 0 });
    const first = await connect(broker.address, options);
    expect(first.sessionPresent).toBe(false);
    await using other = await connect(broker.address, options);
    expect(other.sessionPresent).toBe(true);
    // Both have one Client Identifier: the first one takes it back (MQTT-3.1.4-2).
    const again = await new Promise((connected) => first.on('connected', connected));
    expect(again).toEqual({ sessionPresent: true });
    expect(first.sessionPresent).toBe(true);
    await first.end();
  });

  test('says why it can reach nobody', async () => {
    const broker = await startBroker({ port: 0 });
    await broker.stop();
    await expect(connect(broker.address)).rejects.toThrow(
      `cannot reach mqtt://127.0.0.1:${broker.port}: connection refused. Is the server running, and at this port?`,
    );
  });

  test('does nothing any more once it has ended', async () => {
    await using broker = await startBroker({ port: 0 });
    const client = await connect(broker.address);
    const subscription = await client.subscribe('a');
    await client.end();
    await client.end();
    await expect(client.publish('a', 'x')).rejects.toThrow(ClientEnded);
    await expect(client.publish('a', 'x', { qos: 1 })).rejects.toThrow(ClientEnded);
    await expect(client.subscribe('a')).rejects.toThrow(ClientEnded);
    await expect(client.ping()).rejects.toThrow('not connected');
    await expect(first(1, subscription)).resolves.toEqual([]);
  });

  test('stops reading where nobody reads its messages, and loses none', async () => {
    await using broker = await startBroker({ port: 0 });
    await using publisher = await connect(broker.address);
    await using reader = await connect(broker.address, { maxUnreadMessages: 10 });
    const subscription = await reader.subscribe('a', { qos: 1 });
    const payload = new Uint8Array(10_000);
    const count = 2_000;
    for (let i = 0; i < count; i++) await publisher.publish('a', payload, { qos: 1 });
    expect(subscription.queuedMessages).toBeLessThan(1_000);
    expect(await first(count, subscription)).toHaveLength(count);
  });

  test.each(['tcp', 'tls', 'ws', 'wss', 'unix'] as const)('talks over %s', async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'mqttspec-'));
    const path = join(folder, 'mqtt.sock');
    const secure = kind === 'tls' || kind === 'wss';
    const listener =
      kind === 'unix'
        ? ({ kind, path } as const)
        : kind === 'tls' || kind === 'wss'
          ? ({ kind, port: 0, tls: selfSigned } as const)
          : ({ kind, port: 0 } as const);
    await using broker = await startBroker({ listeners: [listener] });
    const options: ClientOptions = secure ? { tls: { ca: selfSigned.cert } } : {};
    await using client = await connect(broker.address, options);
    const subscription = await client.subscribe('a', { qos: 2 });
    const long = 'x'.repeat(300_000);
    await client.publish('a', long, { qos: 2 });
    expect(texts(await first(1, subscription))).toEqual([long]);
    rmSync(folder, { recursive: true });
  });

  test('waits for nobody who says nothing when it gives up connecting', async () => {
    const held: Socket[] = [];
    const silent = createServer({ pauseOnConnect: true }, (socket) => void held.push(socket.on('error', () => {})));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const giveUp = new AbortController();
    const opened = once(silent, 'connection').then(() => giveUp.abort(new Error('enough')));
    const began = performance.now();
    await expect(connect(`mqtt://127.0.0.1:${port}`, { signal: giveUp.signal })).rejects.toThrow('enough');
    await opened;
    await expect(connect(`mqtt://127.0.0.1:${port}`, { connectTimeoutMs: 50 })).rejects.toMatchObject({
      reason: 'no CONNACK',
    });
    // A stream that nobody breaks off is waited for: 5 s each.
    expect(performance.now() - began).toBeLessThan(4_500);
    for (const socket of held) socket.destroy();
    await new Promise((done) => silent.close(done));
  });

  test('acknowledges also where the server does not answer what is published meanwhile', async () => {
    const [connack, suback, publish] = ['20020000', '9003000101', '3206000161000178'];
    let acknowledged = (): void => {};
    const puback = new Promise<void>((done) => (acknowledged = done));
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          if (chunk[0] === 0x10) socket.write(connack, 'hex');
          if (chunk[0] === 0x82) socket.write(`${suback}${publish}`, 'hex');
          if (chunk.toString('hex').endsWith('40020001')) acknowledged();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // No other deadline is near.
    const options = { connectTimeoutMs: 600_000, keepAlive: 0 };
    const client = await connect(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
    const onMessage = (): void => void client.publish('b', 'x', { qos: 1 }).catch(() => {});
    await client.subscribe('a', { qos: 1, onMessage });
    await puback;
    await client.end();
    await new Promise((done) => server.close(done));
  });

  test('trusts no certificate that it does not know', async () => {
    await using broker = await startBroker({ listeners: [{ kind: 'tls', port: 0, tls: selfSigned }] });
    await expect(connect(broker.address)).rejects.toThrow('self-signed certificate');
  });
});
