// What a client waits for: by whom it is ended, and what is told meanwhile. At a server that answers CONNECT alone.
import { describe, expect, test } from 'vitest';
import { type Client, connect } from './index.ts';
import { startSilentServer } from './sample-server.ts';

type Waits = readonly [what: string, packet: string, wait: (client: Client, signal: AbortSignal) => Promise<unknown>];

const waits: readonly Waits[] = [
  ['PUBACK', '32060001', (client, signal) => client.publish('a', 'x', { qos: 1, signal })],
  ['PUBCOMP', '34060001', (client, signal) => client.publish('a', 'x', { qos: 2, signal })],
  ['SUBACK', '8206', (client, signal) => client.subscribe('a', { signal })],
  ['UNSUBACK', 'a205', (client, signal) => client.unsubscribe('a', { signal })],
  ['PINGRESP', 'c000', (client, signal) => client.ping({ signal })],
  [
    'the end of what is under way',
    '32060001',
    (client, signal) => {
      client.publish('a', 'x', { qos: 1 }).catch(() => {}); // ends with the client
      return client.end({ settle: true, signal });
    },
  ],
];

describe('who waits', () => {
  test.each(waits)('for %s, which does not come, is let go by a signal', async (_what, packet, wait) => {
    await using server = await startSilentServer();
    await using client = await connect(server.address);
    const giveUp = new AbortController();
    const waiting = wait(client, giveUp.signal);
    const over = expect(waiting).rejects.toThrow('enough');
    while (!server.came().includes(packet)) await new Promise((next) => setImmediate(next));
    giveUp.abort(new Error('enough'));
    await over;
    expect(client.isConnected).toBe(true);
  });

  test.each(waits.slice(0, 5))('for %s does not begin where the signal is aborted already', async (_, packet, wait) => {
    await using server = await startSilentServer();
    await using client = await connect(server.address);
    await expect(wait(client, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    // DISCONNECT shows that all before it has come.
    await client.end();
    while (!server.came().endsWith('e000')) await new Promise((next) => setImmediate(next));
    expect(server.came()).not.toContain(packet);
  });

  test('also for a connection that cannot be made', async () => {
    await using server = await startSilentServer();
    const never = connect(server.address, { signal: AbortSignal.abort(new Error('too late')) });
    await expect(never).rejects.toThrow('too late');
  });
});

test('a client tells that it has lost its connection, that it tries again, that it is connected again, and its end', async () => {
  await using server = await startSilentServer();
  const client = await connect(server.address, { reconnect: { firstDelayMs: 1, jitter: 0 } });
  const told: unknown[] = [];
  const again = new Promise<void>((done) => client.on('connected', () => done()));
  client
    .on('connected', (event) => told.push(event))
    .on('disconnected', ({ reason }) => told.push(reason))
    .on('reconnecting', (event) => told.push(event))
    .on('ended', ({ reason }) => told.push(`ended: ${reason}`));
  server.cut();
  await again;
  await client.end();
  expect(told).toEqual([
    'closed by server',
    { attempt: 1, delayMs: 1 },
    { sessionPresent: false },
    'ended',
    'ended: ended',
  ]);
});

test('a client whose last connection is lost says so to who waits', async () => {
  await using server = await startSilentServer();
  await using client = await connect(server.address, { reconnect: false });
  const published = expect(client.publish('a', 'x', { qos: 1 })).rejects.toThrow(
    'the client has ended (the server closed the connection): connect again',
  );
  while (!server.came().includes('32060001')) await new Promise((next) => setImmediate(next));
  server.cut();
  await published;
});

test('a client that is ended by who hears of its lost connection does not say that it tries again', async () => {
  await using server = await startSilentServer();
  const client = await connect(server.address);
  const told: string[] = [];
  const ended = new Promise<void>((done) => client.on('ended', () => done()));
  client.on('reconnecting', () => told.push('reconnecting'));
  client.on('disconnected', ({ reason }) => {
    told.push(reason);
    client.end().catch(() => {});
  });
  server.cut();
  await ended;
  expect(told).toEqual(['closed by server']);
});
