import type { Packet } from '../../reference/codec/packet.ts';
import type { NaivePacket } from './naive/decoder.ts';

/** A packet in plain values, its bytes as hex and without fields that are undefined: for comparing. */
export const plain = (packet: Packet | NaivePacket): string =>
  JSON.stringify(packet, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
