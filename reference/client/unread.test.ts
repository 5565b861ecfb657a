// What was not read stops the stream, and nothing that whoever reads has to wait for.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { connect } from './index.ts';

describe('a subscription', () => {
  test('is granted behind all that a kept session has for it', { timeout: 10_000 }, async () => {
    await using broker = await startBroker({ port: 0 });
    const options = { clientId: 'returns', cleanSession: false, maxUnreadMessages: 5 } as const;
    const before = await connect(broker.address, options);
    await before.subscribe('a', { qos: 1 });
    await before.end();
    await using publisher = await connect(broker.address);
    const payload = 'x'.repeat(10_000);
    await Promise.all(Array.from({ length: 50 }, () => publisher.publish('a', payload, { qos: 1 })));
    await using client = await connect(broker.address, options);
    const subscription = await client.subscribe('a', { qos: 1 });
    // Here the stream is stopped.
    expect(subscription.queuedMessages).toBeGreaterThanOrEqual(5);
  });

  test('that nobody reads can be ended, and what has come can still be read', { timeout: 10_000 }, async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address, { maxUnreadMessages: 2 });
    await using publisher = await connect(broker.address);
    const subscription = await client.subscribe('a', { qos: 1 });
    for (const text of ['1', '2', '3']) await publisher.publish('a', text, { qos: 1 });
    while (subscription.queuedMessages < 2) await turn();
    await subscription.unsubscribe();
    const read: string[] = [];
    for await (const { text } of subscription) read.push(text);
    expect(read.slice(0, 2)).toEqual(['1', '2']);
  });
});
