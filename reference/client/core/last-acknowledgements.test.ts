import { expect, test } from 'vitest';
import { publish, SampleClient } from './sample-client.ts';
import type { Taker } from './subscriptions.ts';

/** Has received so many messages, and published each of them again within the call that delivered it. */
function echoed(count: number, qos: 1 | 2 = 1): SampleClient {
  const unclaimed: Taker = { take: ({ text, qos }) => void client.publish('echo', text, qos) };
  const client: SampleClient = new SampleClient({ unclaimed }).connect();
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  return client.serves(...ids.map((id) => publish('a', `${id}`, qos, id)));
}

const puback = (packetId: number) => ({ type: 'puback', packetId }) as const;
const acknowledgements = (client: SampleClient): string[] => client.sent().filter((one) => !one.startsWith('publish'));

test('the last two acknowledgements stay behind the PUBLISH packets of their turn, and one goes after each read', () => {
  const client = echoed(4);
  expect(acknowledgements(client)).toEqual(['puback 1', 'puback 2']);
  expect(client.sent()).toEqual([]);
  expect(client.serves(puback(1)).sent()).toEqual(['puback 3']);
  expect(client.sent()).toEqual([]);
  expect(client.serves(puback(2)).sent()).toEqual(['puback 4']);
  expect(client.serves(puback(3)).sent()).toEqual([]);
});

test('they keep their order when more come', () => {
  const client = echoed(3);
  expect(acknowledgements(client)).toEqual(['puback 1']);
  client.serves(publish('a', 'x', 1, 4));
  expect(acknowledgements(client)).toEqual(['puback 2']);
  client.passes(10);
  expect(acknowledgements(client)).toEqual(['puback 3', 'puback 4']);
});

test('they go after 10 ms where nothing comes', () => {
  const client = echoed(1);
  expect(acknowledgements(client)).toEqual([]);
  expect(acknowledgements(client.passes(9))).toEqual([]);
  expect(acknowledgements(client.passes(1))).toEqual(['puback 1']);
});

test('they go after 10 ms also where the client publishes on and on', () => {
  const client = echoed(1);
  client.sent();
  for (let ms = 0; ms < 9; ms++) expect(acknowledgements(client.publish('b', 'x', 1).passes(1))).toEqual([]);
  client.publish('b', 'x', 1).passes(1);
  expect(acknowledgements(client)).toEqual(['puback 1']);
});

test('they go at once where nothing leaves that the server answers', () => {
  const client = new SampleClient().connect().serves(publish('a', 'x', 1, 1), publish('a', 'y', 2, 2));
  expect(client.publish('b', 'z').sent()).toEqual(['publish  b=z qos 0', 'puback 1', 'pubrec 2']);
});

test('PUBREC and PUBCOMP stay behind as well, and PUBREL does not', () => {
  const client = echoed(2, 2);
  expect(acknowledgements(client)).toEqual([]);
  client.serves({ type: 'pubrec', packetId: 1 });
  expect(client.sent()).toEqual(['pubrel 1']);
  client.serves({ type: 'pubcomp', packetId: 1 });
  expect(client.sent()).toEqual(['pubrec 1']);
  client.serves({ type: 'pubrel', packetId: 1 }, { type: 'pubrec', packetId: 2 });
  expect(client.sent()).toEqual(['pubrel 2']);
  client.passes(10);
  expect(client.sent()).toEqual(['pubrec 2', 'pubcomp 1']);
});

test('they go before DISCONNECT', () => {
  const client = echoed(2);
  client.core.end();
  expect(acknowledgements(client)).toEqual(['puback 1', 'puback 2', 'disconnect']);
});

test('they go also where the server violates the protocol behind them', () => {
  const client = echoed(1).serves({ type: 'pingresp' }, { type: 'connack', returnCode: 0, sessionPresent: false });
  expect(client.happened()).toContain('disconnected: protocol violation');
  expect(acknowledgements(client)).toEqual(['puback 1']);
});

test('those of a connection that is gone are not sent on the next', () => {
  const client = echoed(1);
  client.sent();
  client.breaks().passes(100).connect({ sessionPresent: true }).passes(10);
  expect(acknowledgements(client)).toEqual([]);
});
