// Ways to bend what a client sends. In: packets. Out: other packets. A faulty client is the reference client with one of these in between.
import { decode } from '../../../reference/codec/decode.ts';
import { encode } from '../../../reference/codec/encode.ts';
import { MalformedPacket } from '../../../reference/codec/malformed.ts';
import type { Packet } from '../../../reference/codec/packet.ts';
import * as raw from '../../wire/raw.ts';
import type { Bend } from '../../wire/serve/peer.ts';

type Bent = Packet | Uint8Array;

/** What comes in place of each packet: itself if nothing is returned. */
export function packets(change: (packet: Packet, bytes: Uint8Array) => readonly Bent[] | Bent | undefined): Bend {
  return {
    packet: (bytes) => {
      const packet = read(bytes);
      const bent = packet === undefined ? undefined : change(packet, bytes);
      if (bent === undefined) return [bytes];
      const all = bent instanceof Uint8Array || 'type' in bent ? [bent] : bent;
      return all.map((one) => (one instanceof Uint8Array ? one : encode(one)));
    },
  };
}

function read(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes, { sentBy: 'client' });
  } catch (error) {
    if (error instanceof MalformedPacket) return undefined;
    throw error;
  }
}

/** Packets of this type are not sent. */
export const withheld = (type: Packet['type']): Bend => packets((packet) => (packet.type === type ? [] : undefined));

/** Bytes of packets of this type are changed in place. */
export const bytesOf = (type: Packet['type'], change: (bytes: Uint8Array) => Uint8Array): Bend =>
  packets((packet, bytes) => (packet.type === type ? change(Uint8Array.from(bytes)) : undefined));

/** The first byte of packets of this type. */
export const firstByte = (type: Packet['type'], value: number): Bend =>
  bytesOf(type, (bytes) => {
    bytes[0] = value;
    return bytes;
  });

/** The first two packets of this type change places. */
export function swapped(type: Packet['type'], wanted: (packet: Packet) => boolean = () => true): Bend {
  let held: Uint8Array | undefined;
  let done = false;
  return packets((packet, bytes) => {
    if (packet.type !== type || done || !wanted(packet)) return undefined;
    if (held === undefined) {
      held = Uint8Array.from(bytes);
      return [];
    }
    done = true;
    return [Uint8Array.from(bytes), held];
  });
}

/** The connection looks open when the client has ended it. */
export const staysOpen = (): Bend => ({ packet: (bytes) => [bytes], showsEnd: () => false });

/** A CONNECT of flags and fields, whatever they say. */
export const connect = (flags: number, ...fields: readonly (string | Uint8Array)[]): Uint8Array =>
  raw.packet(0x10, raw.field('MQTT'), 4, flags, raw.uint16(60), ...fields.map((one) => raw.field(one)));

/** CONNECT is another one. */
export const insteadOfConnect = (bytes: Uint8Array): Bend =>
  packets((packet) => (packet.type === 'connect' ? bytes : undefined));
