import { expect, test } from 'vitest';
import { encode, PacketWriter } from '../encode.ts';
import type { Publish } from '../packet.ts';
import { Writer } from './writer.ts';

const publish = (topicName: string, payloadBytes: number): Publish => ({
  type: 'publish',
  qos: 1,
  dup: false,
  retain: false,
  topicName,
  packetId: 7,
  payload: new Uint8Array(payloadBytes).fill(1),
});
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('what was taken is not written to any more, whoever writes next', () => {
  const writers = Array.from({ length: 20 }, () => new PacketWriter());
  const taken: { readonly bytes: Uint8Array; readonly hex: string }[] = [];
  for (let round = 0; round < 40; round++) {
    for (const [i, writer] of writers.entries()) writer.write(publish(`topic/${i}/${round}`, (i * round) % 3_000));
    for (const writer of writers) {
      const bytes = round % 3 === 0 ? writer.cut() : writer.take();
      taken.push({ bytes, hex: hex(bytes) });
    }
    const bytes = encode(publish('one', round));
    taken.push({ bytes, hex: hex(bytes) });
  }
  for (const { bytes, hex: before } of taken) expect(hex(bytes)).toBe(before);
  expect(new Set(taken.map(({ hex: before }) => before)).size).toBe(taken.length);
});

test.each([0, 1, 118, 119, 120, 121, 16_370, 16_373, 16_374, 16_375, 16_376, 2_097_200])(
  'the header fits the body, also where the topic takes more bytes than units: payload of %i bytes',
  (payloadBytes) => {
    for (const topicName of ['a', 'é', '€uro', 'x'.repeat(41), 'ü'.repeat(300)]) {
      const bytes = encode(publish(topicName, payloadBytes));
      const body = 2 + Buffer.byteLength(topicName) + 2 + payloadBytes;
      const headerBytes = body < 128 ? 2 : body < 16_384 ? 3 : body < 2_097_152 ? 4 : 5;
      expect(bytes.length).toBe(headerBytes + body);
      expect(Buffer.from(bytes).toString('utf8', headerBytes + 2, bytes.length - payloadBytes - 2)).toBe(topicName);
    }
  },
);

test('a packet that cannot be written leaves what was gathered before', () => {
  const writer = new PacketWriter();
  writer.write({ type: 'pingreq' });
  expect(() => writer.write(publish('x'.repeat(65_536), 0))).toThrow(RangeError);
  expect(() => writer.write({ type: 'puback', packetId: 65_536 })).toThrow(RangeError);
  writer.write({ type: 'pingresp' });
  expect(hex(writer.take())).toBe('c000d000');
});

test('nothing gathered is nothing taken', () => {
  const writer = new Writer();
  expect(writer.take()).toHaveLength(0);
  writer.uint8(1);
  writer.reset();
  expect(writer.take()).toHaveLength(0);
  expect(writer.length).toBe(0);
});
