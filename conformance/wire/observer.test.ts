import { describe, expect, test } from 'vitest';
import { type ObservedPacket, Observer } from './observer.ts';
import { hex } from './raw.ts';

function observe(text: string, chunkBytes = Number.POSITIVE_INFINITY): ObservedPacket[] {
  const all: ObservedPacket[] = [];
  const observer = new Observer((packet) => all.push(packet));
  const bytes = hex(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) observer.push(bytes.subarray(at, at + chunkBytes));
  return all;
}

const findings = (text: string): string[] =>
  observe(text).flatMap((one) => one.findings.flatMap(({ statements }) => [...statements]));

describe('the observer', () => {
  test.each([
    ['20 02 01 00', { type: 'connack', sessionPresent: true, returnCode: 0 }],
    ['40 02 00 09', { type: 'puback', packetId: 9 }],
    ['62 02 FF FF', { type: 'pubrel', packetId: 65_535 }],
    ['90 04 00 01 02 80', { type: 'suback', packetId: 1, returnCodes: [2, 128] }],
    ['B0 02 00 01', { type: 'unsuback', packetId: 1 }],
    ['D0 00', { type: 'pingresp' }],
  ])('reads %s without a finding', (text, packet) => {
    expect(observe(text)).toMatchObject([{ packet, findings: [] }]);
  });

  test('reads a PUBLISH with its identifier and payload', () => {
    const [publish] = observe('3D 08 0003 612F62 0007 FF');
    expect(publish?.packet).toMatchObject({
      type: 'publish',
      dup: true,
      qos: 2,
      retain: true,
      topicName: 'a/b',
      packetId: 7,
    });
    expect(publish?.packet).toHaveProperty('payload', new Uint8Array([255]));
  });

  test.each([1, 2, 3, 7])('cuts the stream into the same packets at %i bytes a chunk', (chunkBytes) => {
    const stream = '20 02 00 00 30 05 0001 61 4849 D0 00 40 02 0001';
    expect(observe(stream, chunkBytes)).toEqual(observe(stream));
  });

  test.each([
    ['21 02 00 00', 'MQTT-2.2.2-1'],
    ['20 02 02 00', 'MQTT-2.2.2-1'],
    ['20 02 00 06', 'MQTT-3.2.2-6'],
    ['20 02 01 05', 'MQTT-3.2.2-4'],
    ['20 03 00 00 00', 'MQTT-3.1.4-4'],
    ['60 02 00 01', 'MQTT-3.6.1-1'],
    ['40 03 00 01 00', 'MQTT-2.3.1-6'],
    ['90 03 00 01 03', 'MQTT-3.9.3-2'],
    ['90 01 00', 'MQTT-3.8.4-2'],
    ['B0 03 00 01 00', 'MQTT-3.10.4-4'],
    ['D0 01 00', 'MQTT-3.12.4-1'],
    ['38 03 0001 61', 'MQTT-3.3.1-2'],
    ['36 05 0001 61 0001', 'MQTT-3.3.1-4'],
    ['32 05 0001 61 0000', 'MQTT-2.3.1-1'],
    ['30 01 00', 'MQTT-3.3.2-1'],
    ['30 04 0002 C080', 'MQTT-1.5.3-1'],
    ['30 05 0003 ED A0 80', 'MQTT-1.5.3-1'],
    ['30 03 0001 00', 'MQTT-1.5.3-2'],
    ['30 03 0001 23', 'MQTT-3.3.2-2'],
    ['30 02 0000', 'MQTT-4.7.3-1'],
    ['E0 00', 'MQTT-4.8.0-1'],
    ['F0 00', 'MQTT-4.8.0-1'],
    ['30 FF FF FF FF 01', 'MQTT-7.1.1-1'],
  ])('finds what is wrong with %s', (text, statement) => {
    expect(findings(text)).toContain(statement);
  });
});
