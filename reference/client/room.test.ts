// Publishing at QoS 0 resolves when there is room, and when the payload may be changed: over real sockets.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { connect } from './index.ts';
import { Room } from './room.ts';
import { startSilentServer } from './sample-server.ts';

const lengths = [1, 1_000, 16_383, 16_384, 20_000, 65_000, 65_536, 70_000, 1_200_000];

describe('a payload at QoS 0 may be changed once publish has resolved', () => {
  test.each(lengths)('%i bytes, each awaited', async (length) => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const came: string[] = [];
    await client.subscribe('a', { onMessage: ({ payload }) => void came.push(`${payload[0]} ${payload.at(-1)}`) });
    const payload = new Uint8Array(length);
    for (let i = 1; i <= 5; i++) {
      await client.publish('a', payload.fill(i));
      payload.fill(0);
    }
    await client.ping();
    expect(came).toEqual(['1 1', '2 2', '3 3', '4 4', '5 5']);
  });

  test('also behind others that are not awaited', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const came: number[] = [];
    await client.subscribe('a', { onMessage: ({ payload }) => void came.push(payload[0] as number) });
    const payload = new Uint8Array(20_000).fill(1);
    for (let i = 0; i < 100; i++) void client.publish('a', payload);
    await client.publish('a', 'x');
    await client.publish('a', payload);
    payload.fill(0);
    await client.ping();
    expect(came).toEqual([...new Array(100).fill(1), 'x'.charCodeAt(0), 1]);
  });

  test('also where it waited for a connection', async () => {
    await using server = await startSilentServer();
    await using client = await connect(server.address, { reconnect: { firstDelayMs: 1, jitter: 0 } });
    const lost = new Promise<void>((done) => client.on('disconnected', () => done()));
    server.cut();
    await lost;
    const payload = new Uint8Array(20_000).fill(0xab);
    await client.publish('a', payload);
    payload.fill(0);
    const wanted = 'ab'.repeat(20_000);
    while (server.came().length < wanted.length) await nextTurn();
    expect(server.came().endsWith(wanted)).toBe(true);
  });
});

test('who waits for room is let go when the connection is lost', async () => {
  await using server = await startSilentServer();
  const client = await connect(server.address, { reconnect: false });
  server.pause();
  const waiting = Array.from({ length: 200 }, () => client.publish('a', new Uint8Array(1_000_000)));
  let resolved = false;
  const all = Promise.all(waiting).then(() => {
    resolved = true;
  });
  for (let i = 0; i < 20; i++) await nextTurn();
  expect(resolved).toBe(false);
  server.cut();
  await all;
  await client.end();
});

test('there is room below a limit, and for what must leave when nothing is left', async () => {
  const room = new Room();
  expect(room.isThere(0)).toBe(false);
  const first = room.wanted(false);
  expect(room.isThere(1_048_577)).toBe(false);
  expect(room.isThere(1_048_576)).toBe(true);
  expect(room.wanted(true)).toBe(first);
  expect(room.isThere(1)).toBe(false);
  expect(room.isThere(0)).toBe(true);
  room.release();
  await first;
  void room.wanted(false);
  expect(room.isThere(1)).toBe(true);
});
