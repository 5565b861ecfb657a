import { describe, expect, test } from 'vitest';
import type { Message } from '../message.ts';
import { Sender, type SenderPort } from './sender.ts';
import { defaultSessionRules } from './session-rules.ts';

const message = (text: string): Message => ({
  topicName: 't',
  payload: new TextEncoder().encode(text),
  qos: 2,
  retain: false,
});

function recordingSender({ window = 10, maxQueued = 100 } = {}) {
  const log: string[] = [];
  const port: SenderPort = {
    publish: ({ payload }, { qos, packetId, dup }) =>
      void log.push(`publish ${packetId} ${new TextDecoder().decode(payload)} qos ${qos}${dup ? ' dup' : ''}`),
    pubrel: (packetId) => void log.push(`pubrel ${packetId}`),
  };
  const sender = new Sender({ rules: defaultSessionRules, window, maxQueued });
  return {
    sender,
    send: (text: string, qos: 1 | 2 = 1) => sender.send(message(text), { qos }),
    connect: () => sender.connect(port),
    /** What was sent since the last call. */
    sent: () => log.splice(0),
  };
}

describe('the sender of QoS 1', () => {
  test('sends at once, and is done at PUBACK', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('a');
    expect(sent()).toEqual(['publish 1 a qos 1']);
    sender.puback(1);
    expect(sender.size).toBe(0);
  });

  test('sends again with DUP, the same identifiers and in the old order when the session is resumed', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    for (const text of ['a', 'b', 'c']) send(text);
    sender.puback(2);
    sender.disconnect();
    sent();
    connect();
    expect(sent()).toEqual(['publish 1 a qos 1 dup', 'publish 3 c qos 1 dup']);
  });

  test('sends first what is unacknowledged, then what was queued meanwhile', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('a');
    sender.disconnect();
    send('b', 2);
    sent();
    connect();
    expect(sent()).toEqual(['publish 1 a qos 1 dup', 'publish 2 b qos 2']);
  });

  test('ignores acknowledgements that answer nothing', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('a', 1);
    send('b', 2);
    sent();
    sender.puback(99);
    sender.puback(2);
    sender.pubcomp(1);
    sender.pubcomp(2);
    sender.pubrec(1);
    expect(sender.size).toBe(2);
    expect(sent()).toEqual([]);
  });
});

describe('the sender of QoS 2', () => {
  test('answers PUBREC by PUBREL, and is done at PUBCOMP', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('a', 2);
    sender.pubrec(1);
    expect(sent()).toEqual(['publish 1 a qos 2', 'pubrel 1']);
    expect(sender.size).toBe(1);
    sender.pubcomp(1);
    expect(sender.size).toBe(0);
  });

  test('never sends PUBLISH again after PUBREC: PUBREL, at its old place in the order', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    for (const text of ['a', 'b', 'c']) send(text, 2);
    sender.pubrec(2);
    sender.disconnect();
    sent();
    connect();
    expect(sent()).toEqual(['publish 1 a qos 2 dup', 'pubrel 2', 'publish 3 c qos 2 dup']);
  });

  test('answers a repeated PUBREC again', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('a', 2);
    sender.pubrec(1);
    sender.pubrec(1);
    expect(sent()).toEqual(['publish 1 a qos 2', 'pubrel 1', 'pubrel 1']);
  });

  test('answers a PUBREC that it knows nothing of, so that the receiver can let go of it', () => {
    const { sender, connect, sent } = recordingSender();
    connect();
    sender.pubrec(5);
    expect(sent()).toEqual(['pubrel 5']);
  });
});

describe('the window and the queue', () => {
  test('what is beyond the window goes out as acknowledgements come, in order', () => {
    const { sender, send, connect, sent } = recordingSender({ window: 2 });
    connect();
    for (const text of ['a', 'b', 'c', 'd']) send(text);
    expect(sent()).toEqual(['publish 1 a qos 1', 'publish 2 b qos 1']);
    sender.puback(2);
    expect(sent()).toEqual(['publish 3 c qos 1']);
    sender.puback(1);
    expect(sent()).toEqual(['publish 4 d qos 1']);
  });

  test('a message between PUBREC and PUBCOMP holds its place in the window', () => {
    const { sender, send, connect, sent } = recordingSender({ window: 1 });
    connect();
    send('a', 2);
    send('b', 2);
    sender.pubrec(1);
    expect(sent()).toEqual(['publish 1 a qos 2', 'pubrel 1']);
    sender.pubcomp(1);
    expect(sent()).toEqual(['publish 2 b qos 2']);
  });

  test('a full queue takes no more and keeps what it has', () => {
    const { send, connect, sent } = recordingSender({ maxQueued: 2 });
    expect([send('a'), send('b'), send('c')]).toEqual([true, true, false]);
    connect();
    expect(sent()).toEqual(['publish 1 a qos 1', 'publish 2 b qos 1']);
  });

  test('a long queue keeps its order while its front is cut off', () => {
    const { sender, send, connect, sent } = recordingSender({ window: 1, maxQueued: 5_000 });
    const texts = Array.from({ length: 5_000 }, (_, i) => String(i));
    for (const text of texts) send(text);
    connect();
    for (let packetId = 1; packetId <= 5_000; packetId++) sender.puback(packetId);
    expect(sent().map((line) => line.split(' ')[2])).toEqual(texts);
  });
});

describe('Packet Identifiers', () => {
  test('wrap after 65,535 to 1, past those in flight', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    send('stays');
    for (let packetId = 2; packetId <= 65_535; packetId++) {
      send('goes');
      sender.puback(packetId);
    }
    sent();
    send('wrapped');
    expect(sent()).toEqual(['publish 2 wrapped qos 1']);
  });

  test('run out without harm, however large the window: the rest waits', () => {
    const { sender, send, connect, sent } = recordingSender({ window: 100_000 });
    connect();
    for (let i = 0; i < 65_536; i++) send('x');
    expect(sent()).toHaveLength(65_535);
    sender.puback(300);
    expect(sent()).toEqual(['publish 300 x qos 1']);
  });
});

describe('identifiers of SUBSCRIBE and UNSUBSCRIBE', () => {
  test('come from the same pool, and are free again once released', () => {
    const { sender, send, connect, sent } = recordingSender();
    connect();
    expect(sender.reserveId()).toBe(1);
    send('a');
    expect(sent()).toEqual(['publish 2 a qos 1']);
    for (let packetId = 3; packetId <= 65_535; packetId++) {
      send('goes');
      sender.puback(packetId);
    }
    sender.puback(2);
    sent();
    send('past 1');
    expect(sent()).toEqual(['publish 2 past 1 qos 1']);
    sender.releaseId(1);
    sender.puback(2);
    for (let packetId = 3; packetId <= 65_535; packetId++) {
      send('goes');
      sender.puback(packetId);
    }
    sent();
    send('at 1');
    expect(sent()).toEqual(['publish 1 at 1 qos 1']);
  });
});

test('what shall not be sent any more is given up: what is queued, or also what was not received for certain', () => {
  const { sender, send, connect, sent } = recordingSender({ window: 3 });
  connect();
  for (const text of ['secret', 'open', 'secret']) send(text, 2);
  sender.pubrec(3);
  for (const text of ['open', 'secret', 'secret']) send(text);
  const isSecret = ({ payload }: Message): boolean => new TextDecoder().decode(payload) === 'secret';
  expect(sender.giveUp(isSecret, { inFlight: false })).toBe(2);
  sender.disconnect();
  expect(sender.giveUp(isSecret, { inFlight: true })).toBe(1);
  expect([sender.size, sender.bytes]).toEqual([3, 5 + 7 + 5]);
  sent();
  connect();
  expect(sent()).toEqual(['publish 2 open qos 2 dup', 'pubrel 3', 'publish 4 open qos 1']);
});

describe('what is done', () => {
  test('is the very message that was sent', () => {
    const { sender, connect } = recordingSender();
    connect();
    const [one, two] = [message('one'), message('two')];
    sender.send(one, { qos: 1 });
    sender.send(two, { qos: 2 });
    expect(sender.puback(1)).toBe(one);
    expect(sender.puback(1)).toBeUndefined();
    sender.pubrec(2);
    expect(sender.pubcomp(2)).toBe(two);
  });

  test('can be taken out, in flight and queued apart, in order', () => {
    const { sender, send, connect } = recordingSender({ window: 2 });
    connect();
    for (const text of ['a', 'b', 'c']) send(text);
    const { inFlight, queued } = sender.takeAll();
    expect(inFlight.map(({ packetId }) => packetId)).toEqual([1, 2]);
    expect(queued.map(({ payload }) => new TextDecoder().decode(payload))).toEqual(['c']);
    expect(sender.size).toBe(0);
  });
});
