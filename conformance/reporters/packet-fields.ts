// The fields of a packet with their offsets. In: an entry of a trace. Out: fields, and whether anything is wrong with them.
import { inspect } from '../../reference/codec/inspect.ts';
import type { TraceEntry, TraceField } from '../wire/trace.ts';

export type PacketEntry = Extract<TraceEntry, { kind: 'sent' | 'received' }>;

/** Whether all its bytes were kept. */
export const isWhole = ({ hex, length }: PacketEntry): boolean => hex.length === length * 2;

/** Of entries that were looked at: several parts of a report ask for the same. */
const known = new WeakMap<PacketEntry, readonly TraceField[]>();

/** The fields as read from the bytes; as recorded, where not all bytes were kept. */
export function fieldsOf(entry: PacketEntry): readonly TraceField[] {
  const before = known.get(entry);
  if (before !== undefined) return before;
  const fields = readFields(entry);
  known.set(entry, fields);
  return fields;
}

function readFields(entry: PacketEntry): readonly TraceField[] {
  if (!isWhole(entry) || !/^(?:[0-9a-f]{2})+$/i.test(entry.hex)) return entry.fields ?? [];
  const sentBy = entry.kind === 'sent' ? 'client' : 'server';
  return cutIntoPackets(Buffer.from(entry.hex, 'hex')).flatMap(({ bytes, offset }) =>
    inspect(bytes, { sentBy }).fields.map((field) => ({ ...field, offset: field.offset + offset })),
  );
}

/** What was sent in one go, cut where a Remaining Length ends; bytes that are no whole packet stay together. */
function cutIntoPackets(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly offset: number }[] {
  const packets: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const rest = bytes.subarray(offset);
    const end = endOfPacket(rest) ?? rest.length;
    packets.push({ bytes: rest.subarray(0, end), offset });
    offset += end;
  }
  return packets;
}

/** Undefined where the bytes end before, or Remaining Length is none. */
function endOfPacket(bytes: Uint8Array): number | undefined {
  let length = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[i + 1];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return i + 2 + length <= bytes.length ? i + 2 + length : undefined;
  }
  return undefined;
}

/** Whether words alone do not tell what its bytes are. */
export const isMalformed = (entry: PacketEntry): boolean =>
  (entry.findings ?? []).length > 0 || fieldsOf(entry).some(({ problem }) => problem !== undefined);
