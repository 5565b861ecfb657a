// Packets that the codec rows parse and generate, as ours and as those of mqtt-packet.
import { encode } from '../../reference/codec/encode.ts';
import type { Packet, Publish } from '../../reference/codec/packet.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A PUBLISH whose topic is one of `topics`, with a payload of some bytes. */
export function publish(number: number, { topics, payloadBytes, qos = 0 }: PublishShape): Publish {
  const common = {
    type: 'publish',
    retain: false,
    topicName: `sensors/site-${number % topics}/temperature`,
    payload: new Uint8Array(payloadBytes).fill(number & 255),
  } as const;
  return qos === 0 ? { ...common, qos, dup: false } : { ...common, qos, dup: false, packetId: (number % 65_535) + 1 };
}

export interface PublishShape {
  readonly topics: number;
  readonly payloadBytes: number;
  readonly qos?: 0 | 1 | 2;
}

/** One packet of each type. */
export const everyType: readonly Packet[] = [
  {
    type: 'connect',
    protocolLevel: 4,
    cleanSession: true,
    keepAlive: 60,
    clientId: 'sensor-0123456789',
    will: { topicName: 'sensors/site-1/gone', message: text('gone'), qos: 1, retain: true },
    userName: 'operator',
    password: text('a password'),
  },
  { type: 'connack', returnCode: 0, sessionPresent: false },
  publish(1, { topics: 100, payloadBytes: 16 }),
  publish(2, { topics: 100, payloadBytes: 128, qos: 1 }),
  publish(3, { topics: 100, payloadBytes: 1_024, qos: 2 }),
  { type: 'puback', packetId: 2 },
  { type: 'pubrec', packetId: 3 },
  { type: 'pubrel', packetId: 3 },
  { type: 'pubcomp', packetId: 3 },
  {
    type: 'subscribe',
    packetId: 4,
    subscriptions: [
      { topicFilter: 'sensors/+/temperature', qos: 1 },
      { topicFilter: 'alarms/#', qos: 2 },
    ],
  },
  { type: 'suback', packetId: 4, returnCodes: [1, 2] },
  { type: 'unsubscribe', packetId: 5, topicFilters: ['sensors/+/temperature', 'alarms/#'] },
  { type: 'unsuback', packetId: 5 },
  { type: 'pingreq' },
  { type: 'pingresp' },
  { type: 'disconnect' },
];

/** Packets as many chunks as there are packets, or gathered in chunks of about `chunkBytes`. */
export function chunksOf(packets: readonly Packet[], chunkBytes?: number): Buffer[] {
  const each = packets.map((packet) => Buffer.from(encode(packet)));
  if (chunkBytes === undefined) return each;
  const chunks: Buffer[] = [];
  let open: Buffer[] = [];
  let length = 0;
  for (const bytes of each) {
    open.push(bytes);
    length += bytes.length;
    if (length < chunkBytes) continue;
    chunks.push(Buffer.concat(open));
    open = [];
    length = 0;
  }
  if (length > 0) chunks.push(Buffer.concat(open));
  return chunks;
}

/** A stream cut into pieces of a size. */
export function piecesOf(stream: Buffer, pieceBytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / pieceBytes) }, (_, i) =>
    stream.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
}
