// What the types forbid, and a program without types does anyway, is said by an error and never sent.
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { parseServerAddress } from './address.ts';
import { type ClientOptions, connect } from './index.ts';

describe('connect rejects', () => {
  test.each([
    [{ protocolLevel: 5 }, 'protocolLevel: expected 4'],
    [{ maxInFlight: 65_001 }, 'maxInFlight: expected 1 to 65000, got 65001'],
    [{ maxQueuedMessages: Number.NaN }, 'maxQueuedMessages: expected 0 or more, got NaN'],
    [{ maxUnreadMessages: 0 }, 'maxUnreadMessages: expected 1 or more, got 0'],
    [{ maxUnreadBytes: 0 }, 'maxUnreadBytes: expected 1 or more, got 0'],
    [{ maxPacketBytes: 3 }, 'maxPacketBytes: expected 4 or more, got 3'],
    [{ connectTimeoutMs: -1 }, 'connectTimeoutMs: expected 0 or more, got -1'],
    [{ pingTimeoutMs: Number.NaN }, 'pingTimeoutMs: expected 0 or more, got NaN'],
    [{ clientId: 5 }, 'clientId: expected a string, got Number'],
    [{ userName: 'a', password: 5 }, 'password: expected a string or a Uint8Array, got Number'],
    [{ will: { topicName: 'a', message: {} } }, 'will.message: expected a string or a Uint8Array, got Object'],
  ])('%j', async (options, sentence) => {
    // Port 9 is never dialled.
    await expect(connect('mqtt://127.0.0.1:9', options as ClientOptions)).rejects.toThrow(sentence);
  });
});

describe('an address', () => {
  test.each([
    ['mqtt://u:100%@h', '"%25"'],
    ['unix:/a%zz', '"%25"'],
    ['mqtt://:secret@h', 'demands a user name'],
  ])('%s is bad', (address, sentence) => {
    const parse = (): unknown => parseServerAddress(address);
    expect(parse).toThrow(TypeError);
    expect(parse).toThrow(sentence);
  });

  test.each(['mqtt://u:sec@ret@h:99999', 'mqtt://u:sec:ret@h:99999', 'mqtt://u:sec/ret@h:99999', 'mqtt://:secret@h'])(
    'that is bad is shown without the password: %s',
    (address) => {
      expect(() => parseServerAddress(address)).toThrow(/^(?!.*(sec|ret))/);
      expect(() => parseServerAddress(address)).toThrow('***@h');
    },
  );
});

describe('publish rejects, and sends nothing of', () => {
  test.each([
    ['a', undefined, 'got Undefined'],
    ['a', 42, 'got Number'],
    ['a', { length: 1 }, 'got Object'],
    ['a', new Uint16Array([1, 2]), 'got Uint16Array'],
    ['a', new ArrayBuffer(4), 'got ArrayBuffer'],
    [undefined, 'x', 'expected a Topic Name, got undefined'],
  ])('%s, %o', async (topicName, payload, sentence) => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address, { reconnect: false });
    const subscription = await client.subscribe('#');
    for (const qos of [0, 1] as const) {
      const published = client.publish(topicName as string, payload as string, { qos });
      await expect(published).rejects.toThrow(sentence);
    }
    await client.publish('fine', 'still', { qos: 1 });
    expect((await subscription.messages().next()).value?.topicName).toBe('fine');
  });

  test('subscribe rejects what is no Topic Filter', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    await expect(client.subscribe(undefined as unknown as string)).rejects.toThrow('expected a Topic Filter');
    await expect(client.subscribe([5 as unknown as string])).rejects.toThrow('expected a Topic Filter, got 5');
  });
});
