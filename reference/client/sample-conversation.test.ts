import { expect, test } from 'vitest';
import { encode } from '../codec/encode.ts';
import type { Packet, Publish } from '../codec/packet.ts';
import { Conversation } from './sample-conversation.ts';

const connect: Packet = { type: 'connect', protocolLevel: 4, cleanSession: false, keepAlive: 0, clientId: 'c' };
const publish = (packetId: number, dup = false): Publish => ({
  type: 'publish',
  topicName: 't',
  payload: Buffer.from('m'),
  qos: 2,
  dup,
  retain: false,
  packetId,
});

/** What the server says to one client: a list for each connection. */
function heard(...connections: readonly (readonly Packet[])[]): number | undefined {
  const conversation = new Conversation();
  connections.forEach((packets, connection) => {
    conversation.passed(connection, 'client', encode(connect));
    // In pieces, as they come.
    for (const packet of packets)
      for (const byte of encode(packet)) conversation.passed(connection, 'server', Uint8Array.of(byte));
  });
  return conversation.timesSent('c', 'server').get('m');
}

test('a message that comes again before its PUBREL was sent once', () => {
  expect(heard([publish(1)], [publish(1, true), { type: 'pubrel', packetId: 1 }])).toBe(1);
});

test('a message that comes again behind its PUBREL was sent twice, DUP or not', () => {
  expect(heard([publish(1), { type: 'pubrel', packetId: 1 }], [publish(1, true)])).toBe(2);
});

test('a message that comes with another identifier was sent twice', () => {
  expect(heard([publish(1)], [publish(2)])).toBe(2);
});

test('a PUBREL that was cut was not said', () => {
  const conversation = new Conversation();
  conversation.passed(1, 'client', encode(connect));
  conversation.passed(1, 'server', encode(publish(1)));
  conversation.passed(1, 'server', encode({ type: 'pubrel', packetId: 1 }).subarray(0, 3));
  conversation.passed(2, 'client', encode(connect));
  conversation.passed(2, 'server', encode(publish(1, true)));
  expect(conversation.timesSent('c', 'server').get('m')).toBe(1);
});
