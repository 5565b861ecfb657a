// Frames of the link layer → TCP segments. In: a frame. Out: the segment in it, if there is one. Knows IPv4, IPv6 and the link types
// that captures of MQTT come with; fragments of IP packets are left out.
import type { Frame } from './read-capture.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Segment {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly payload: Uint8Array;
  /** Bytes of the payload that the capture did not keep. */
  readonly missing: number;
  readonly atMs: number;
  /** Number of the frame in the file. */
  readonly frame: number;
}

const ipv4 = 0x0800;
const ipv6 = 0x86dd;
const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const tcp = 6;

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 65_536 + uint16(bytes, at + 2);

/** The TCP segment of a frame; undefined for anything else. */
export function segmentOf(frame: Frame): Segment | undefined {
  const network = networkLayer(frame);
  if (network === undefined) return undefined;
  const version = (network[0] ?? 0) >> 4;
  const packet = version === 4 ? ipv4Packet(network) : version === 6 ? ipv6Packet(network) : undefined;
  return packet === undefined ? undefined : tcpSegment(packet, frame);
}

/** The bytes behind the link layer's header. */
function networkLayer({ linkType, bytes }: Frame): Uint8Array | undefined {
  switch (linkType) {
    case 0: // BSD loopback: address family, in the byte order of the machine
    case 108:
      return bytes.subarray(4);
    case 1:
      return behindEtherType(bytes, 12);
    case 12: // raw IP, by several numbers
    case 14:
    case 101:
    case 228:
    case 229:
      return bytes;
    case 113: // Linux "any"
      return behindEtherType(bytes, 14);
    case 276:
      return isIp(uint16(bytes, 0)) ? bytes.subarray(20) : undefined;
    default:
      return undefined;
  }
}

const isIp = (etherType: number): boolean => etherType === ipv4 || etherType === ipv6;

function behindEtherType(bytes: Uint8Array, at: number): Uint8Array | undefined {
  let typeAt = at;
  while (vlanTags.has(uint16(bytes, typeAt))) typeAt += 4;
  return isIp(uint16(bytes, typeAt)) ? bytes.subarray(typeAt + 2) : undefined;
}

interface IpPacket {
  readonly source: string;
  readonly destination: string;
  readonly payload: Uint8Array;
  /** Length of the payload on the wire; 0 where a network card was to fill it in later. */
  readonly length: number;
}

function ipv4Packet(bytes: Uint8Array): IpPacket | undefined {
  const headerBytes = ((bytes[0] ?? 0) & 15) * 4;
  const isFragment = (uint16(bytes, 6) & 0x3fff) !== 0;
  if (bytes.length < 20 || headerBytes < 20 || bytes[9] !== tcp || isFragment) return undefined;
  const length = uint16(bytes, 2) === 0 ? bytes.length : uint16(bytes, 2);
  return {
    source: bytes.subarray(12, 16).join('.'),
    destination: bytes.subarray(16, 20).join('.'),
    payload: bytes.subarray(headerBytes, length),
    length: length - headerBytes,
  };
}

/** Extension headers that may stand before TCP: hop-by-hop, routing, destination options. */
const extensions: ReadonlySet<number> = new Set([0, 43, 60]);

function ipv6Packet(bytes: Uint8Array): IpPacket | undefined {
  if (bytes.length < 40) return undefined;
  const length = uint16(bytes, 4) === 0 ? bytes.length - 40 : uint16(bytes, 4);
  let next = bytes[6] ?? 0;
  let at = 40;
  while (extensions.has(next) && at + 2 <= bytes.length) {
    next = bytes[at] ?? 0;
    at += ((bytes[at + 1] ?? 0) + 1) * 8;
  }
  if (next !== tcp) return undefined;
  return {
    source: ipv6Address(bytes.subarray(8, 24)),
    destination: ipv6Address(bytes.subarray(24, 40)),
    payload: bytes.subarray(at, 40 + length),
    length: length - (at - 40),
  };
}

const ipv6Address = (bytes: Uint8Array): string =>
  Array.from({ length: 8 }, (_, i) => uint16(bytes, i * 2).toString(16)).join(':');

function tcpSegment({ source, destination, payload, length }: IpPacket, { atMs, number }: Frame): Segment | undefined {
  if (payload.length < 20) return undefined;
  const dataAt = ((payload[12] ?? 0) >> 4) * 4;
  const flags = payload[13] ?? 0;
  const data = payload.subarray(dataAt);
  return {
    from: { address: source, port: uint16(payload, 0) },
    to: { address: destination, port: uint16(payload, 2) },
    sequence: uint32(payload, 4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    payload: data,
    missing: Math.max(0, length - dataAt - data.length),
    atMs,
    frame: number,
  };
}
