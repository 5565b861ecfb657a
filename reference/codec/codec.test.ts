import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import { encode, PacketWriter } from './encode.ts';
import { Framer } from './framer.ts';
import { inspect } from './inspect.ts';
import { UnsupportedProtocol } from './levels.ts';
import { MalformedPacket } from './malformed.ts';
import type { Packet } from './packet.ts';
import { PacketTooLarge } from './partial-frame.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/\s+/g, ''), 'hex'));
const hexOf = (all: Uint8Array): string => Buffer.from(all).toString('hex');

const roundTrips: readonly (readonly [string, Packet])[] = [
  [
    '10 0D 0004 4D515454 04 02 003C 0001 61',
    { type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 60, clientId: 'a' },
  ],
  [
    '10 0F 0006 4D5149736470 03 00 0000 0001 61',
    { type: 'connect', protocolLevel: 3, cleanSession: false, keepAlive: 0, clientId: 'a' },
  ],
  ['20 02 01 00', { type: 'connack', returnCode: 0, sessionPresent: true }],
  ['20 02 00 05', { type: 'connack', returnCode: 5, sessionPresent: false }],
  [
    '30 05 0001 61 4849',
    { type: 'publish', qos: 0, dup: false, retain: false, topicName: 'a', payload: bytes('4849') },
  ],
  [
    '3D 05 0001 61 0009',
    { type: 'publish', qos: 2, dup: true, retain: true, topicName: 'a', packetId: 9, payload: new Uint8Array(0) },
  ],
  ['40 02 0009', { type: 'puback', packetId: 9 }],
  ['50 02 FFFF', { type: 'pubrec', packetId: 65_535 }],
  ['62 02 0100', { type: 'pubrel', packetId: 256 }],
  ['70 02 0001', { type: 'pubcomp', packetId: 1 }],
  [
    '82 0A 0001 0001 61 00 0001 62 02',
    {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { topicFilter: 'a', qos: 0 },
        { topicFilter: 'b', qos: 2 },
      ],
    },
  ],
  ['90 04 0001 02 80', { type: 'suback', packetId: 1, returnCodes: [2, 0x80] }],
  ['A2 05 0001 0001 61', { type: 'unsubscribe', packetId: 1, topicFilters: ['a'] }],
  ['B0 02 0001', { type: 'unsuback', packetId: 1 }],
  ['C0 00', { type: 'pingreq' }],
  ['D0 00', { type: 'pingresp' }],
  ['E0 00', { type: 'disconnect' }],
];

test.each(roundTrips)('%s in both directions', (hex, packet) => {
  expect(decode(bytes(hex))).toEqual(packet);
  expect(hexOf(encode(packet))).toBe(hexOf(bytes(hex)));
});

const connect = (flags: string, payload: string): string => {
  const body = `0004 4D515454 04 ${flags} 003C ${payload}`;
  return `10 ${bytes(body).length.toString(16).padStart(2, '0')} ${body}`;
};

const malformed: readonly (readonly [string, string, number])[] = [
  ['00 00', 'MQTT-4.8.0-1', 0],
  ['F0 00', 'MQTT-4.8.0-1', 0],
  ['11 00', 'MQTT-2.2.2-2', 0],
  ['41 02 0001', 'MQTT-2.2.2-2', 0],
  ['60 02 0001', 'MQTT-3.6.1-1', 0],
  ['80 06 0001 0001 61 00', 'MQTT-3.8.1-1', 0],
  ['A0 05 0001 0001 61', 'MQTT-3.10.1-1', 0],
  ['E1 00', 'MQTT-3.14.1-1', 0],
  ['C0 01 00', 'MQTT-4.8.0-1', 2],
  ['40 03 0001 00', 'MQTT-2.3.1-6', 4],
  ['36 05 0001 61 0001', 'MQTT-3.3.1-4', 0],
  ['38 03 0001 61', 'MQTT-3.3.1-2', 0],
  ['32 05 0001 61 0000', 'MQTT-2.3.1-1', 5],
  ['30 01 00', 'MQTT-3.3.2-1', 2],
  ['30 03 0005 61', 'MQTT-3.3.2-1', 2],
  ['30 04 0002 C080', 'MQTT-1.5.3-1', 4],
  ['30 06 0004 61 EDA080', 'MQTT-1.5.3-1', 5],
  ['30 06 0004 F4908080', 'MQTT-1.5.3-1', 4],
  ['30 04 0002 61C3', 'MQTT-1.5.3-1', 5],
  ['30 04 0002 6100', 'MQTT-1.5.3-2', 5],
  ['82 02 0001', 'MQTT-3.8.3-3', 4],
  ['82 05 0001 0001 61', 'MQTT-3.8.3-3', 7],
  ['82 06 0001 0001 61 03', 'MQTT-3.8.3-4', 7],
  ['82 06 0000 0001 61 00', 'MQTT-2.3.1-1', 2],
  ['A2 02 0001', 'MQTT-3.10.3-2', 4],
  ['20 02 00 06', 'MQTT-3.2.2-6', 3],
  ['20 02 01 05', 'MQTT-3.2.2-4', 2],
  ['90 03 0001 03', 'MQTT-3.9.3-2', 4],
  [connect('03', '0001 61'), 'MQTT-3.1.2-3', 9],
  [connect('0A', '0001 61'), 'MQTT-3.1.2-13', 9],
  [connect('22', '0001 61'), 'MQTT-3.1.2-15', 9],
  [connect('1E', '0001 61 0001 77 0001 6D'), 'MQTT-3.1.2-14', 9],
  [connect('42', '0001 61 0001 70'), 'MQTT-3.1.2-22', 9],
  [connect('06', '0001 61'), 'MQTT-3.1.2-9', 15],
  [connect('82', '0001 61'), 'MQTT-3.1.2-19', 15],
  [connect('C2', '0001 61 0001 75'), 'MQTT-3.1.2-21', 18],
  [connect('02', '0001 61 0001 75'), 'MQTT-3.1.2-18', 15],
  [connect('82', '0001 61 0001 75 0001 70'), 'MQTT-3.1.2-20', 18],
  [connect('02', ''), 'MQTT-3.1.3-3', 12],
  [connect('02', '0002 FFFE'), 'MQTT-1.5.3-1', 14],
];

test.each(malformed)('%s is malformed under %s at byte %i', (hex, statement, offset) => {
  expect(() => decode(bytes(hex))).toThrow(MalformedPacket);
  try {
    decode(bytes(hex));
  } catch (error) {
    expect(error).toMatchObject({ statement, offset });
    expect((error as Error).message).toMatch(`${statement}, byte ${offset}: expected `);
  }
});

test('a protocol that is not served is no malformed packet', () => {
  expect(() => decode(bytes('10 0D 0004 4D515458 04 02 003C 0001 61'))).toThrow(UnsupportedProtocol);
  expect(() => decode(bytes('10 0D 0004 4D515454 06 02 003C 0001 61'))).toThrow(UnsupportedProtocol);
});

test('packets that travel the wrong way are malformed', () => {
  expect(() => decode(bytes('D0 00'), { sentBy: 'client' })).toThrow('MQTT-4.8.0-1');
  expect(() => decode(bytes('C0 00'), { sentBy: 'server' })).toThrow('MQTT-4.8.0-1');
});

test('MQTT 3.1 tolerates DUP where it had a meaning', () => {
  expect(decode(bytes('6A 02 0001'), { level: 3 })).toEqual({ type: 'pubrel', packetId: 1, dup: true });
  expect(() => decode(bytes('6A 02 0001'), { level: 4 })).toThrow('MQTT-3.6.1-1');
});

describe('the framer', () => {
  const frames = (framer: Framer, chunks: readonly Uint8Array[]): string[] => {
    const all: string[] = [];
    for (const chunk of chunks) framer.push(chunk, (frame) => all.push(hexOf(frame)));
    return all;
  };

  test('takes a thousand packets in a chunk, and one in a thousand chunks', () => {
    const packet = encode({
      type: 'publish',
      qos: 0,
      dup: false,
      retain: false,
      topicName: 'a',
      payload: new Uint8Array(1_000),
    });
    expect(
      frames(new Framer(), [new Uint8Array(Buffer.concat(Array.from({ length: 1_000 }, () => packet)))]),
    ).toHaveLength(1_000);
    expect(
      frames(
        new Framer(),
        Array.from(packet, (byte) => Uint8Array.of(byte)),
      ),
    ).toEqual([hexOf(packet)]);
  });

  test('refuses a packet above its limit before any of it is buffered', () => {
    const framer = new Framer({ maxPacketBytes: 100 });
    expect(() => framer.push(bytes('30 FF FF FF 7F'), () => {})).toThrow(PacketTooLarge);
    expect(frames(new Framer({ maxPacketBytes: 4 }), [bytes('40 02 0001')])).toHaveLength(1);
  });

  test('reserves little for a packet that only claims to be large', () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 50 }, () => new Framer());
    for (const framer of framers) framer.push(bytes('30 FF FF FF 7F 00'), () => {});
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    expect(framers.every((framer) => !framer.isEmpty)).toBe(true);
  });

  test('refuses a fifth length byte', () => {
    expect(() => new Framer().push(bytes('30 FF FF FF FF'), () => {})).toThrow('2.2.3');
  });
});

describe('encoding', () => {
  test('refuses what cannot be put on the wire, and goes on', () => {
    const tooLong = {
      type: 'publish',
      qos: 0,
      dup: false,
      retain: false,
      topicName: 'x'.repeat(65_536),
      payload: new Uint8Array(0),
    } as const;
    expect(() => encode(tooLong)).toThrow(RangeError);
    expect(hexOf(encode({ type: 'pingreq' }))).toBe('c000');
  });

  test('gathers packets in one buffer', () => {
    const writer = new PacketWriter();
    writer.write({ type: 'pingresp' });
    writer.acknowledgement(0x40, 7);
    expect(hexOf(writer.take())).toBe('d00040020007');
    expect(writer.length).toBe(0);
  });
});

test('inspection names the fields, marks the problem, and never shows a password', () => {
  const withPassword = encode({
    type: 'connect',
    protocolLevel: 4,
    cleanSession: true,
    keepAlive: 0,
    clientId: 'a',
    userName: 'u',
    password: bytes('736563726574'),
  });
  const { fields } = inspect(withPassword);
  expect(fields.find(({ name }) => name === 'Password')?.value).toBe('••• (6 bytes)');
  expect(JSON.stringify(fields)).not.toContain('secret');
  expect(inspect(bytes('82 06 0001 0001 61 03')).fields.at(-1)).toMatchObject({
    name: 'Requested QoS',
    offset: 7,
    problem: expect.stringContaining('0, 1 or 2'),
  });
});
