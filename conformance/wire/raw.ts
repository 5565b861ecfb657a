// Bytes of packets that no encoder would write. Lengths are computed, everything else is as the caller says.

export type Part = number | string | Uint8Array | readonly Part[];

/** Joins parts: a number is one byte, a string is its UTF-8 without length. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Buffer.concat(parts.map(partBytes));
}

function partBytes(part: Part): Uint8Array {
  if (typeof part === 'number') return Uint8Array.of(part);
  if (typeof part === 'string') return new TextEncoder().encode(part);
  return part instanceof Uint8Array ? part : bytes(...part);
}

/** Bytes from hex; blanks are ignored: `hex('82 02 0001')`. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`not hex: ${text}`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

export const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);

/** A length-prefixed string or binary field (section 1.5.3). */
export function field(content: string | Uint8Array): Uint8Array {
  const encoded = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return bytes(uint16(encoded.length), encoded);
}

/** Remaining Length (section 2.2.3), padded to `atLeastBytes` by needless continuation bytes. */
export function remainingLength(length: number, atLeastBytes = 1): Uint8Array {
  const out: number[] = [];
  let rest = length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 || out.length + 1 < atLeastBytes ? digit | 128 : digit);
  } while (rest > 0 || out.length < atLeastBytes);
  return Uint8Array.from(out);
}

/** A packet: the first byte as given, Remaining Length computed from the parts. */
export function packet(firstByte: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(firstByte, remainingLength(body.length), body);
}

export interface RawConnect {
  readonly firstByte?: number;
  readonly protocolName?: string | Uint8Array;
  readonly protocolLevel?: number;
  /** Connect Flags; by default CleanSession alone. */
  readonly flags?: number;
  readonly keepAlive?: number;
  /** The payload's fields in their order, each already with its length (see `field`). */
  readonly payload: readonly Part[];
}

/** A CONNECT whose flags and payload need not agree. */
export function connect({
  firstByte = 0x10,
  protocolName = 'MQTT',
  protocolLevel = 4,
  flags = 2,
  keepAlive = 60,
  payload,
}: RawConnect): Uint8Array {
  return packet(firstByte, field(protocolName), protocolLevel, flags, uint16(keepAlive), ...payload);
}
