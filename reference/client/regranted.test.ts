// What the server grants may change while a subscription lasts: after a reconnect, and by others who subscribe to the same filter.
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { connect, type SubscribeRefused } from './index.ts';
import { startSilentServer } from './sample-server.ts';

const reconnect = { firstDelayMs: 1, jitter: 0 } as const;

describe('after a reconnect without its session', () => {
  test.each(['callback', 'loop'])(
    'a subscription for a %s has what is granted now, and the client tells what is refused',
    {
      timeout: 10_000,
    },
    async (form) => {
      // SUBSCRIBE 1 is granted at QoS 2; of SUBSCRIBE 2 the first filter at QoS 1, the second not.
      await using server = await startSilentServer({ subacks: ['900400010202', '900400020180'] });
      await using client = await connect(server.address, { reconnect });
      const refused = new Promise<SubscribeRefused>((done) => client.on('refused', done));
      const onMessage = form === 'callback' ? { onMessage: () => {} } : {};
      const subscription = await client.subscribe(['open', 'secret'], { qos: 2, ...onMessage });
      expect(subscription.grants.map(({ qos }) => qos)).toEqual([2, 2]);
      server.cut();
      const { topicFilters, returnCodes } = await refused;
      expect({ topicFilters, returnCodes }).toEqual({ topicFilters: ['secret'], returnCodes: [1, 0x80] });
      expect(subscription.grants).toEqual([{ topicFilter: 'open', qos: 1 }]);
      expect(subscription.qos).toBe(1);
    },
  );
});

test('a loop that ends by a refusal leaves nothing at its signal', { timeout: 10_000 }, async () => {
  await using server = await startSilentServer({ subacks: ['9003000102', '9003000280'] });
  await using client = await connect(server.address, { reconnect });
  const { signal } = new AbortController();
  const messages = (await client.subscribe('secret', { qos: 2 })).messages({ signal });
  const next = messages.next();
  server.cut();
  await expect(next).rejects.toThrow('secret');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('a server that refuses some of the filters', () => {
  const choosy = {
    port: 0,
    authorize: ({ topic }: { readonly topic: string }) => !topic.startsWith('secret'),
  } as const;

  test('is taken at its word where part of them is wanted too', async () => {
    await using broker = await startBroker(choosy);
    await using client = await connect(broker.address);
    const refused: (readonly string[])[] = [];
    client.on('refused', ({ topicFilters }) => void refused.push(topicFilters));
    const taken: string[] = [];
    const onMessage = ({ text }: { readonly text: string }): void => void taken.push(text);
    const subscription = await client.subscribe(['secret', '+', 'secret/too'], { qos: 1, partly: true, onMessage });
    expect(refused).toEqual([['secret', 'secret/too']]);
    expect(subscription.grants).toEqual([{ topicFilter: '+', qos: 1 }]);
    await client.publish('a', 'once', { qos: 1 });
    await client.ping();
    expect(taken).toEqual(['once']);
  });

  test('rejects where it refuses all of them', async () => {
    await using broker = await startBroker(choosy);
    await using client = await connect(broker.address);
    const both = client.subscribe(['secret', 'secret/too'], { partly: true });
    await expect(both).rejects.toThrow('refused to subscribe to secret, secret/too');
  });
});

describe('another subscription to the same filter', () => {
  test('changes what the first one is granted, since it replaces it (MQTT-3.8.4-3)', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const first = await client.subscribe(['a', 'b'], { qos: 0 });
    const second = await client.subscribe('b', { qos: 2 });
    expect(second.qos).toBe(2);
    expect(first.grants).toEqual([
      { topicFilter: 'a', qos: 0 },
      { topicFilter: 'b', qos: 2 },
    ]);
  });
});
