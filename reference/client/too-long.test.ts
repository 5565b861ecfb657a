// What is too long for a packet (section 2.2.3) is refused before anything of it is kept: with a connection, without one, and on the disk.
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import { checkPublishLength } from './core/packet-length.ts';
import { connect } from './index.ts';
import { startSilentServer } from './sample-server.ts';

const topicBytes = 3;
const most = 268_435_455;
/** Whose pages nobody touches. */
const tooLong = Buffer.alloc(most - topicBytes + 1);

describe('what is too long for a packet', () => {
  test.each([
    [0, most - topicBytes],
    [1, most - topicBytes - 2],
    [2, most - topicBytes - 2],
  ])('at QoS %i is a payload of more than %i bytes on a short topic', (qos, length) => {
    const payload = (bytes: number): Uint8Array => ({ length: bytes }) as Uint8Array;
    expect(() => checkPublishLength('a', payload(length), qos)).not.toThrow();
    expect(() => checkPublishLength('a', payload(length + 1), qos)).toThrow(RangeError);
  });

  test.each([0, 1, 2] as const)('at QoS %i harms nothing: the client goes on, and so does its session', async (qos) => {
    const committed = new Map<string, Uint8Array>();
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address, {
      clientId: 'me',
      cleanSession: false,
      data: openMemoryStore(committed),
    });
    await expect(client.publish('a', tooLong, { qos })).rejects.toThrow(
      'the message for a: a Remaining Length of 26843545',
    );
    expect(client.pendingMessages).toBe(0);
    await client.publish('a', 'next', { qos });
    await client.ping();
    await client.end();
    expect([...committed.keys()]).toEqual(['client']);
  });

  test.each([0, 1, 2] as const)(
    'at QoS %i is not kept for the next connection either',
    { timeout: 10_000 },
    async (qos) => {
      await using server = await startSilentServer();
      await using client = await connect(server.address, { reconnect: { firstDelayMs: 1, jitter: 0 } });
      const again = new Promise((connected) => client.on('connected', connected));
      const lost = new Promise((disconnected) => client.on('disconnected', disconnected));
      server.cut();
      await lost;
      await expect(client.publish('a', tooLong, { qos })).rejects.toThrow(RangeError);
      const next = client.publish('a', 'next');
      await again;
      await next;
      expect(client.isConnected).toBe(true);
    },
  );

  test('of Topic Filters is asked of nobody', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const tooMany = new Array<string>(4_096).fill('a'.repeat(65_535));
    await expect(client.subscribe(tooMany)).rejects.toThrow('SUBSCRIBE of 4096 Topic Filters: a Remaining Length of');
    await expect(client.unsubscribe(tooMany)).rejects.toThrow('UNSUBSCRIBE of 4096 Topic Filters');
    await client.subscribe('b');
    await client.unsubscribe('b');
    expect(client.isConnected).toBe(true);
  });

  test('of a will is known before anybody is dialled', async () => {
    const will = { topicName: 'a', message: Buffer.alloc(65_536) };
    await expect(connect('mqtt://127.0.0.1:1', { will })).rejects.toThrow('will.message: expected at most 65535 bytes');
  });
});
