// Bytes → packets. In: one whole frame. Out: the packet, or what is wrong with it. Payloads are views into the frame.
import { malformed, Reader, type ReadField } from './bytes/reader.ts';
import { levels } from './levels.ts';
import type { Packet, PacketType, ProtocolLevel } from './packet.ts';
import { mayBeSentBy, packetTypeOf, packetTypes } from './packet-types.ts';
import { PublishView } from './publish-view.ts';
import { readShortPacket } from './short-packets.ts';
import { decodeAcknowledgement } from './v3/acknowledgements.ts';
import { decodeConnack } from './v3/connack.ts';
import { decodeConnect } from './v3/connect.ts';
import { decodePublish } from './v3/publish.ts';
import { decodeSuback } from './v3/suback.ts';
import { decodeSubscribe } from './v3/subscribe.ts';
import { decodeUnsubscribe } from './v3/unsubscribe.ts';

export interface DecodeOptions {
  /** Level of the connection; 4 unless told otherwise. CONNECT decides by its own level. */
  readonly level?: ProtocolLevel;
  /** Who has sent the bytes: packets that may not travel so are malformed (Table 2.1). */
  readonly sentBy?: 'client' | 'server';
  /** Gets the fields in the order in which they are read, also of a packet that turns out to be malformed. */
  readonly log?: ReadField[];
}

const defaults: DecodeOptions = {};
const publishNumber = packetTypes.publish.number;

/** Decodes one frame, as a Framer hands it over. Throws MalformedPacket, and UnsupportedProtocol for a CONNECT of another protocol. */
export function decode(frame: Uint8Array, options: DecodeOptions = defaults): Packet {
  const usual = options.log === undefined ? decodeUsual(frame, options.sentBy) : undefined;
  return usual ?? decodeStrictly(frame, options);
}

const publishView = new PublishView();

/** The packets that come by the million, as they usually come; undefined for any other frame. */
function decodeUsual(frame: Uint8Array, sentBy: DecodeOptions['sentBy']): Packet | undefined {
  const firstByte = frame[0] ?? 0;
  if (firstByte >> 4 !== publishNumber) {
    return mayBeSentBy(sentBy, firstByte >> 4) ? readShortPacket(frame, 0, frame.length) : undefined;
  }
  if (!publishView.read(frame, 0, bodyOf(frame, 0, frame.length), frame.length)) return undefined;
  const packet = publishView.toPacket();
  publishView.release();
  return packet;
}

/** Decodes field by field: the one source of what is malformed, why and where. The frame lies between `start` and `end`. */
export function decodeStrictly(
  bytes: Uint8Array,
  { level = 4, sentBy, log }: DecodeOptions = defaults,
  start = 0,
  end = bytes.length,
): Packet {
  const firstByte = bytes[start] ?? 0;
  const type = packetTypeOf[firstByte >> 4];
  if (type === undefined) throw malformed('MQTT-4.8.0-1', 0, 'a packet type from 1 to 14', String(firstByte >> 4));
  if (!mayBeSentBy(sentBy, firstByte >> 4)) {
    throw malformed('MQTT-4.8.0-1', 0, `a packet that a ${sentBy} may send`, type.toUpperCase());
  }
  const { flags, statement } = packetTypes[type];
  // The level of a CONNECT is not known yet: MQTT 3.1 calls its flags unused, but every client sends 0.
  if (flags !== undefined && (firstByte & 15) !== flags && levels[level].strictFlags) {
    throw malformed(statement, 0, `flags ${bits(flags)} in ${type.toUpperCase()}`, bits(firstByte & 15));
  }
  const bodyAt = bodyOf(bytes, start, end);
  if (log !== undefined) {
    const value = `${type.toUpperCase()}, Remaining Length ${end - bodyAt}`;
    log.push({ name: 'Fixed header', offset: 0, length: bodyAt - start, value });
  }
  return decodeBody(type, new Reader(bytes, { start, bodyAt, end }, log), firstByte, level);
}

const bits = (flags: number): string => flags.toString(2).padStart(4, '0');

/** Where the body of a frame begins: behind the fixed header, as far as there is one. */
function bodyOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < start + 4 && at < end && (bytes[at] as number) > 127) at++;
  return Math.min(at + 1, end);
}

function decodeBody(type: PacketType, reader: Reader, firstByte: number, level: ProtocolLevel): Packet {
  const { strictFlags } = levels[level];
  const dup = level === 3 && (firstByte & 8) !== 0;
  switch (type) {
    case 'publish':
      return decodePublish(reader, firstByte, strictFlags);
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
      return { type, packetId: decodeAcknowledgement(reader, 'MQTT-2.3.1-6') };
    case 'unsuback':
      return { type, packetId: decodeAcknowledgement(reader, 'MQTT-2.3.1-7') };
    case 'pubrel': {
      const packetId = decodeAcknowledgement(reader, 'MQTT-2.3.1-6');
      return dup ? { type, packetId, dup } : { type, packetId };
    }
    case 'connect':
      return decodeConnect(reader);
    case 'connack':
      return decodeConnack(reader, strictFlags);
    case 'subscribe':
      return decodeSubscribe(reader, dup);
    case 'suback':
      return decodeSuback(reader);
    case 'unsubscribe':
      return decodeUnsubscribe(reader, dup);
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      reader.finish('MQTT-4.8.0-1');
      return { type };
  }
}
