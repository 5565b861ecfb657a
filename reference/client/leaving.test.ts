// How a subscription is left: by its end, by the loop over its messages, and by signals for either.
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { connect } from './index.ts';
import { startSilentServer } from './sample-server.ts';

/** A subscription to `a`, who publishes there, and what the broker was asked to end. */
async function subscribed(maxUnreadMessages = 1_000) {
  const broker = await startBroker({ port: 0 });
  const unsubscribed: string[] = [];
  broker.on('unsubscribed', ({ topicFilter }) => void unsubscribed.push(topicFilter));
  const client = await connect(broker.address, { maxUnreadMessages });
  const publisher = await connect(broker.address);
  const subscription = await client.subscribe('a', { qos: 1 });
  const disposed = async (): Promise<void> => {
    await client.end();
    await publisher.end();
    await broker.stop();
  };
  const publish = (text: string): Promise<void> => publisher.publish('a', text, { qos: 1 });
  return { client, publish, subscription, unsubscribed, [Symbol.asyncDispose]: disposed };
}

describe('a loop over the messages of a subscription', () => {
  test('ends the subscription when it is left', async () => {
    await using bench = await subscribed();
    const { client, publish, subscription, unsubscribed } = bench;
    await publish('x');
    for await (const { text } of subscription.messages()) {
      expect(text).toBe('x');
      break;
    }
    await client.ping();
    expect(unsubscribed).toEqual(['a']);
  });

  test('throws the reason of its signal, and ends the subscription', { timeout: 10_000 }, async () => {
    await using bench = await subscribed();
    const { client, publish, subscription, unsubscribed } = bench;
    const giveUp = new AbortController();
    const read: string[] = [];
    const loop = (async () => {
      for await (const { text } of subscription.messages({ signal: giveUp.signal }))
        if (read.push(text) === 2) setImmediate(() => giveUp.abort(new Error('enough')));
    })();
    await Promise.all([publish('x'), publish('y'), expect(loop).rejects.toThrow('enough')]);
    await client.ping();
    expect({ read, unsubscribed }).toEqual({ read: ['x', 'y'], unsubscribed: ['a'] });
    await expect(subscription.messages().next()).rejects.toThrow('enough');
  });

  test('reads nothing where its signal is aborted already, and ends the subscription', async () => {
    await using bench = await subscribed();
    const { client, publish, subscription, unsubscribed } = bench;
    await publish('unread');
    await client.ping();
    expect(subscription.queuedMessages).toBe(1);
    const messages = subscription.messages({ signal: AbortSignal.abort(new Error('too late')) });
    await expect(messages.next()).rejects.toThrow('too late');
    await client.ping();
    expect(unsubscribed).toEqual(['a']);
  });

  test('whose signal is aborted stops the stream no longer by what was not read', { timeout: 10_000 }, async () => {
    await using bench = await subscribed(1);
    const { client, publish, subscription } = bench;
    const giveUp = new AbortController();
    const messages = subscription.messages({ signal: giveUp.signal });
    await publish('unread');
    while (subscription.queuedMessages === 0) await new Promise((next) => setImmediate(next));
    giveUp.abort(new Error('enough'));
    // PINGRESP is read again.
    await client.ping();
    await expect(messages.next()).rejects.toThrow('enough');
  });

  test('lets go of its signal when it is over', async () => {
    await using bench = await subscribed();
    const { publish, subscription } = bench;
    const { signal } = new AbortController();
    await publish('x');
    const first = subscription.messages({ signal });
    const second = subscription.messages({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    await first.return?.();
    expect(await second.next()).toEqual({ value: undefined, done: true });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the end of a subscription', () => {
  test('is waited for no longer than a signal says', { timeout: 10_000 }, async () => {
    await using server = await startSilentServer({ suback: '9003000100' });
    await using client = await connect(server.address);
    const subscription = await client.subscribe('a');
    const giveUp = new AbortController();
    const over = expect(subscription.unsubscribe({ signal: giveUp.signal })).rejects.toThrow('enough');
    while (!server.came().includes('a205')) await new Promise((next) => setImmediate(next));
    giveUp.abort(new Error('enough'));
    await over;
    expect(client.isConnected).toBe(true);
  });

  test('does not begin where the signal is aborted already', async () => {
    await using bench = await subscribed();
    const { client, publish, subscription, unsubscribed } = bench;
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(subscription.unsubscribe({ signal })).rejects.toThrow('too late');
    await client.ping();
    await publish('still wanted');
    expect((await subscription.messages().next()).value?.text).toBe('still wanted');
    expect(unsubscribed).toEqual([]);
  });

  test('by a callback is the end for the others too that were to take the same message', async () => {
    await using bench = await subscribed();
    const { client, publish } = bench;
    const taken: string[] = [];
    const take = (message: { readonly text: string }): void => {
      taken.push(message.text);
      for (const one of both) one.unsubscribe().catch(() => {});
    };
    const both = [await client.subscribe('+', { onMessage: take }), await client.subscribe('#', { onMessage: take })];
    await publish('once');
    await client.ping();
    expect(taken).toEqual(['once']);
  });

  test('of one of its filters before SUBACK leaves the others', async () => {
    await using bench = await subscribed();
    const { client, publish } = bench;
    const subscribing = client.subscribe(['b', 'a']);
    await client.unsubscribe('b');
    const subscription = await subscribing;
    expect(subscription.grants).toEqual([{ topicFilter: 'a', qos: 1 }]);
    await publish('still wanted');
    expect((await subscription.messages().next()).value?.text).toBe('still wanted');
  });

  test('of all of its filters before SUBACK leaves nothing', async () => {
    await using bench = await subscribed();
    const { client } = bench;
    const subscribing = client.subscribe(['b', 'c']);
    await client.unsubscribe(['b', 'c']);
    const subscription = await subscribing;
    expect(subscription.grants).toEqual([]);
    expect(await subscription.messages().next()).toEqual({ value: undefined, done: true });
  });

  test('by a server that grants one of its filters no more is the end of all that one loop reads', async () => {
    let isOpen = true;
    await using broker = await startBroker({
      port: 0,
      authorize: ({ topic }) => topic !== 'secret' || isOpen,
    });
    const unsubscribed: string[] = [];
    broker.on('unsubscribed', ({ topicFilter }) => void unsubscribed.push(topicFilter));
    const options = { clientId: 'one', reconnect: { firstDelayMs: 1, jitter: 0 } } as const;
    await using client = await connect(broker.address, options);
    const subscription = await client.subscribe(['secret', 'open']);
    isOpen = false;
    // Takes its place, and loses it again.
    await using _other = await connect(broker.address, { ...options, reconnect: false });
    await expect(subscription.messages().next()).rejects.toThrow('refused to subscribe to secret');
    await client.ping();
    expect(unsubscribed).toEqual(['open']);
  });
});
