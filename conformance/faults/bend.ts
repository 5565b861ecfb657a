// Tools that bend the codec of a faulty broker: what it tolerates, and what it writes.

import type { Parts } from '../../reference/broker/index.ts';
import { decode } from '../../reference/codec/decode.ts';
import { encode } from '../../reference/codec/encode.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Packet, PacketType } from '../../reference/codec/packet.ts';
import { packetTypes } from '../../reference/codec/packet-types.ts';
import { remainingLength } from '../wire/raw.ts';

type Decode = Parts['decode'];
/** Decodes as the standard demands. */
export const strict: Decode = (frame, level) => decode(frame, { level, sentBy: 'client' });

/** Where the body of a frame begins. */
export function bodyAt(frame: Uint8Array): number {
  let at = 1;
  while (((frame[at] ?? 0) & 128) !== 0) at++;
  return at + 1;
}

/** A frame of a first byte and a body. */
export const reframed = (firstByte: number, body: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([Uint8Array.of(firstByte), remainingLength(body.length), body]));

/** The frame with one byte changed. */
export function withByte(frame: Uint8Array, at: number, value: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = value;
  return copy;
}

export const typeOf = (frame: Uint8Array): number => (frame[0] ?? 0) >> 4;
export const isType = (frame: Uint8Array, type: PacketType): boolean => typeOf(frame) === packetTypes[type].number;

type Repair = (frame: Uint8Array, error: MalformedPacket) => Uint8Array | undefined;

/** Decodes what is malformed after a repair; undefined leaves it malformed. A repair may be needed several times. */
export const repairing = (repair: Repair): { readonly parts: Partial<Parts> } => ({
  parts: {
    decode: (frame, level) => {
      let bytes = frame;
      for (let tries = 0; ; tries++) {
        try {
          return strict(bytes, level);
        } catch (error) {
          const repaired = error instanceof MalformedPacket && tries < 64 ? repair(bytes, error) : undefined;
          if (repaired === undefined) throw error;
          bytes = repaired;
        }
      }
    },
  },
});

/** Takes any flags in packets of a type. */
export const ignoringFlags = (type: PacketType) =>
  repairing((frame, error) => {
    const { number, flags } = packetTypes[type];
    if (!isType(frame, type) || error.offset !== 0 || flags === undefined) return undefined;
    return withByte(frame, 0, (number << 4) | flags);
  });

/** Takes ill-formed text in some fields: the offending byte becomes a question mark. */
export const toleratingText = (
  field: RegExp,
  statement: 'MQTT-1.5.3-1' | 'MQTT-1.5.3-2',
  is: (byte: number) => boolean = () => true,
) =>
  repairing((frame, { statement: broken, offset, expected }) => {
    const byte = frame[offset] ?? 0;
    return broken === statement && field.test(expected) && is(byte) ? withByte(frame, offset, 0x3f) : undefined;
  });

/** Takes surplus bytes at the end of packets of a type. */
export const ignoringSurplus = (type: PacketType, statements: readonly string[]) =>
  repairing((frame, { statement, offset, expected }) => {
    if (!isType(frame, type) || !statements.includes(statement) || expected !== 'the end of the packet')
      return undefined;
    return reframed(frame[0] ?? 0, frame.subarray(bodyAt(frame), offset));
  });

/** Clears bits of Connect Flags where a statement is broken. */
export const clearingConnectFlags = (statement: string, bits: number) =>
  repairing((frame, error) => {
    if (!isType(frame, 'connect') || error.statement !== statement) return undefined;
    const at = bodyAt(frame) + 7;
    return withByte(frame, at, (frame[at] ?? 0) & ~bits);
  });

/** Serves protocols of other names or levels as MQTT 3.1.1. */
export const servingProtocol = (
  which: (error: UnsupportedProtocol) => boolean,
): { readonly parts: Partial<Parts> } => ({
  parts: {
    decode: (frame, level) => {
      try {
        return strict(frame, level);
      } catch (error) {
        if (!(error instanceof UnsupportedProtocol) || !which(error)) throw error;
        const nameBytes = Buffer.byteLength(error.protocolName);
        const rest = frame.subarray(bodyAt(frame) + 2 + nameBytes + 1);
        return strict(reframed(0x10, Buffer.concat([Buffer.from('00044d51545404', 'hex'), rest])), level);
      }
    },
  },
});

/** Changes packets as they are decoded. */
export const reading = (change: (packet: Packet) => Packet): { readonly parts: Partial<Parts> } => ({
  parts: { decode: (frame, level) => change(strict(frame, level)) },
});

/** Takes some well-formed packets for malformed ones. */
export const refusing = (which: (packet: Packet) => boolean): { readonly parts: Partial<Parts> } =>
  reading((packet) => {
    if (!which(packet)) return packet;
    throw new MalformedPacket({
      statement: 'MQTT-1.5.3-1',
      offset: 0,
      expected: 'another packet',
      actual: packet.type,
    });
  });

type Written = Packet | Uint8Array;

/** Changes packets of a type as they are written; undefined leaves them, an empty list drops them. */
export const writing = <T extends PacketType>(
  type: T,
  change: (packet: Extract<Packet, { type: T }>, bytes: Uint8Array) => readonly Written[] | undefined,
): { readonly parts: Partial<Parts> } => ({
  parts: {
    outgoing: (packet) => {
      if (packet.type !== type) return [packet];
      return change(packet as Extract<Packet, { type: T }>, encode(packet)) ?? [packet];
    },
  },
});
