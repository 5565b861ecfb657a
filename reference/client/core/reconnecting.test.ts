// What a client does when its connection is lost, and what it asks for again.
import { describe, expect, test } from 'vitest';
import { publish, SampleClient } from './sample-client.ts';

describe('reconnecting', () => {
  test('is tried again and again, each time later, until it works', () => {
    const client = new SampleClient().connect().breaks();
    expect(client.happened()).toEqual(['disconnected: broken', 'attempt 1 in 100 ms']);
    client.passes(100).cannotBeReached();
    expect(client.happened()).toEqual(['dials', 'disconnected: unreachable', 'attempt 2 in 200 ms']);
    client.passes(199);
    expect(client.happened()).toEqual([]);
    client.passes(1).open().serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.happened()).toEqual(['dials', 'connected, session present']);
    client.passes(400).closes();
    expect(client.happened()).toEqual(['disconnected: closed by server', 'attempt 1 in 100 ms']);
  });

  test('is tried later each time also where the server accepts and closes at once', () => {
    const client = new SampleClient().connect().closes();
    for (const delayMs of [100, 200, 400, 800]) {
      expect(client.happened().at(-1)).toMatch(new RegExp(` in ${delayMs} ms$`));
      client.passes(delayMs).open().serves({ type: 'connack', returnCode: 0, sessionPresent: false }).closes();
    }
    expect(client.happened()).toEqual(['dials', 'connected', 'disconnected: closed by server', 'attempt 5 in 1600 ms']);
  });

  test('is not tried where the first connection does not come about', () => {
    expect(new SampleClient().cannotBeReached().happened()).toEqual(['disconnected: unreachable', 'ended']);
  });

  test('is not tried where it is not wanted', () => {
    const client = new SampleClient({ reconnects: false }).connect().breaks();
    expect(client.happened()).toEqual(['disconnected: broken', 'ended']);
  });

  test.each([
    ['waits', 0],
    ['dials', 100],
  ])('that is ended while it %s tells no second time of the connection before', (_, ms) => {
    const client = new SampleClient().connect().breaks().passes(ms);
    client.happened();
    client.core.end();
    expect(client.happened()).toEqual(['ended']);
  });

  test.each([
    [3, 'attempt 2 in 200 ms'],
    [5, 'ended'],
  ] as const)('after a refusal with return code %i: %s', (returnCode, last) => {
    const client = new SampleClient().connect().breaks().passes(100).open();
    client.serves({ type: 'connack', returnCode, sessionPresent: false });
    expect(client.happened().at(-1)).toBe(last);
  });

  test('subscribes again where the server has lost the session, and only then', () => {
    const client = new SampleClient().connect().subscribe('a', 1).subscribe('b', 2);
    client.sent();
    client.serves({ type: 'suback', packetId: 1, returnCodes: [1] }, { type: 'suback', packetId: 2, returnCodes: [2] });
    client.breaks().passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.sent()).toEqual(['connect me']);
    client.breaks().passes(200).open().serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['connect me', 'subscribe 3 a:1,b:2']);
    client.happened();
    client.serves({ type: 'suback', packetId: 3, returnCodes: [0x80, 2] }, publish('b', 'x'));
    expect(client.happened()).toEqual([
      'granted anew b,2',
      'no more of a: SubscribeRefused',
      'refused: a',
      'message b=x',
    ]);
  });

  test('subscribes again also where somebody else has asked for the same filter meanwhile, and is refused', () => {
    const client = new SampleClient().connect().subscribe('a', 1);
    client.sent();
    client.serves({ type: 'suback', packetId: 1, returnCodes: [1] }).breaks();
    const other = { take: () => {} };
    client.subscribe('a', 0, other).passes(100).open();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['connect me', 'subscribe 2 a:1', 'subscribe 3 a:1']);
    client.happened();
    for (const packetId of [2, 3]) client.serves({ type: 'suback', packetId, returnCodes: [0x80] });
    expect(client.happened()).toEqual(['granted a 128', 'no more of a: SubscribeRefused', 'refused: a']);
  });

  test('asks again what was not answered', () => {
    const client = new SampleClient().connect().subscribe('a', 1);
    expect(client.sent()).toEqual(['subscribe 1 a:1']);
    client.breaks().passes(100).open().serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['connect me', 'subscribe 2 a:1']);
    client.happened();
    client.serves({ type: 'suback', packetId: 2, returnCodes: [1] });
    expect(client.happened()).toEqual(['granted a 1']);
  });
});
