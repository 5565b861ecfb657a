// What a client sends in a turn of the event loop leaves together, over real sockets.
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { connect } from './index.ts';
import { startSilentServer } from './sample-server.ts';

test('what callbacks and promises of a turn publish leaves in one write', async () => {
  await using server = await startSilentServer();
  await using client = await connect(server.address);
  await nextTurn();
  const write = vi.spyOn(Socket.prototype, 'write');
  void client.publish('a', 'at once');
  process.nextTick(() => void client.publish('a', 'in a tick'));
  await client.publish('a', 'awaited');
  await client.publish('a', 'awaited too');
  void client.publish('a', 'at QoS 1', { qos: 1 }).catch(() => {});
  await nextTurn();
  expect(write).toHaveBeenCalledTimes(1);
  write.mockRestore();
});

test('payloads stay as they are while others are read', async () => {
  await using broker = await startBroker({ port: 0 });
  await using client = await connect(broker.address);
  const payloads: Uint8Array[] = [];
  await client.subscribe('a', { qos: 1, onMessage: ({ payload }) => void payloads.push(payload) });
  const sent = [1, 3, 40, 5_000, 70_000, 2, 200_000, 7].map((length, i) => new Uint8Array(length).fill(i));
  for (const payload of sent) await client.publish('a', payload, { qos: 1 });
  await Promise.all(sent.map((payload) => client.publish('a', payload, { qos: 1 })));
  await client.ping();
  const text = (payload: Uint8Array): string => Buffer.from(payload).toString('base64');
  expect(payloads.map(text)).toEqual([...sent, ...sent].map(text));
});

test('what a paused client has not read comes when it reads on', async () => {
  await using broker = await startBroker({ port: 0 });
  await using client = await connect(broker.address, { maxUnreadMessages: 2 });
  await using publisher = await connect(broker.address);
  const subscription = await client.subscribe('a', { qos: 1 });
  const sent = Array.from({ length: 500 }, (_, i) => `${i}`.padEnd(1_000, '.'));
  await Promise.all(sent.map((text) => publisher.publish('a', text, { qos: 1 })));
  const came: string[] = [];
  for await (const { text } of subscription) {
    if (came.push(text) === sent.length) break;
    if (came.length % 50 === 0) await nextTurn();
  }
  expect(came).toEqual(sent);
});
