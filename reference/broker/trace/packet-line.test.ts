import { expect, test } from 'vitest';
import type { Packet } from '../../codec/packet.ts';
import { packetLine } from './packet-line.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each<[Packet, string]>([
  [
    {
      type: 'connect',
      protocolLevel: 4,
      cleanSession: true,
      keepAlive: 60,
      clientId: 'c',
      will: { topicName: 'w', message: bytes('gone'), qos: 1, retain: false },
      userName: 'alice',
      password: bytes('secret'),
    },
    'CONNECT protocolLevel=4 cleanSession=true keepAlive=60 clientId="c" ' +
      'will={topicName="w" message=4 bytes "gone" qos=1 retain=false} userName="alice" password=***',
  ],
  [
    { type: 'publish', topicName: 'a\nb', payload: Uint8Array.of(0), qos: 0, dup: false, retain: true },
    'PUBLISH topicName="a\\nb" payload=1 byte qos=0 dup=false retain=true',
  ],
  [
    { type: 'subscribe', packetId: 7, subscriptions: [{ topicFilter: '#', qos: 2 }] },
    'SUBSCRIBE packetId=7 subscriptions=[{topicFilter="#" qos=2}]',
  ],
  [{ type: 'suback', packetId: 7, returnCodes: [0, 0x80] }, 'SUBACK packetId=7 returnCodes=[0, 128]'],
  [{ type: 'pingreq' }, 'PINGREQ'],
])('%j', (packet, line) => {
  expect(packetLine(packet)).toBe(line);
});

test('long texts and payloads are shortened', () => {
  const long = 'x'.repeat(1_000);
  const line = packetLine({
    type: 'publish',
    topicName: long,
    payload: bytes(long),
    qos: 0,
    dup: false,
    retain: false,
  });
  expect(line).toContain('(1000 characters)');
  expect(line).toContain('payload=1000 bytes "xxx');
  expect(line.length).toBeLessThan(300);
});
