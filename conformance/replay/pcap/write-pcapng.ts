// Conversations → pcapng that Wireshark and tshark open and decode as MQTT. In: who said what, when. Out: blocks of the file. The TCP
// and IP around the bytes are made up: a connection from a port of its own to port 1883.

/** Where brokers listen: by this port dissectors know MQTT. */
const brokerPort = 1_883;
const firstClientPort = 20_000;
const portsPerAddress = 40_000;
/** An IP packet holds at most 65,535 bytes. */
const mostSegmentBytes = 16_384;
const rawIp = 101;

const fin = 0x01;
const syn = 0x02;
const rst = 0x04;
const push = 0x08;
const ack = 0x10;

type Side = 'client' | 'server';

/** Writes a capture block by block. */
export class PcapngWriter {
  readonly #write: (block: Uint8Array) => void;
  readonly #startedAtMs: number;
  #connections = 0;

  /** `startedAtMs`: milliseconds since 1970 of the moment from which `atMs` counts. */
  constructor(write: (block: Uint8Array) => void, startedAtMs: number) {
    this.#write = write;
    this.#startedAtMs = startedAtMs;
    write(sectionHeaderBlock());
    write(interfaceBlock());
  }

  /** Opens a connection; the comment stands at its first frame. */
  open(atMs: number, comment: string): PcapngConnection {
    const number = this.#connections++;
    const connection = new PcapngConnection(number, (frame, at, words) => {
      this.#write(packetBlock(frame, Math.round((this.#startedAtMs + at) * 1e3), words));
    });
    connection.shakeHands(atMs, comment);
    return connection;
  }
}

/** One connection of a capture. */
export class PcapngConnection {
  readonly #client: { readonly address: number; readonly port: number };
  readonly #frame: (frame: Uint8Array, atMs: number, comment?: string) => void;
  readonly #next: Record<Side, number> = { client: 1, server: 1 };
  readonly #ended = new Set<Side>();

  constructor(number: number, frame: (frame: Uint8Array, atMs: number, comment?: string) => void) {
    this.#client = {
      address: 0x7f000002 + Math.floor(number / portsPerAddress),
      port: firstClientPort + (number % portsPerAddress),
    };
    this.#frame = frame;
  }

  shakeHands(atMs: number, comment: string): void {
    this.#next.client = 0;
    this.#next.server = 0;
    this.#segment('client', atMs, { flags: syn, comment });
    this.#next.client = 1;
    this.#segment('server', atMs, { flags: syn | ack });
    this.#next.server = 1;
    this.#segment('client', atMs, { flags: ack });
  }

  /** `length`: how many bytes there were, where not all were kept. */
  bytes(by: Side, atMs: number, bytes: Uint8Array, length = bytes.length): void {
    if (this.#ended.has(by)) return;
    for (let at = 0; at < length; at += mostSegmentBytes) {
      const wireBytes = Math.min(mostSegmentBytes, length - at);
      this.#segment(by, atMs, { flags: push | ack, payload: bytes.subarray(at, at + wireBytes), wireBytes });
      this.#next[by] += wireBytes;
    }
  }

  ended(by: Side, atMs: number, how: 'fin' | 'rst'): void {
    if (this.#ended.has(by)) return;
    this.#ended.add(by);
    this.#segment(by, atMs, { flags: how === 'fin' ? fin | ack : rst | ack });
    this.#next[by] += 1;
    if (how === 'rst') this.#ended.add('client').add('server');
  }

  #segment(
    by: Side,
    atMs: number,
    {
      flags,
      payload = new Uint8Array(0),
      wireBytes = 0,
      comment,
    }: { flags: number; payload?: Uint8Array; wireBytes?: number; comment?: string },
  ): void {
    const [from, to] = [this.#client, { address: 0x7f000001, port: brokerPort }];
    const [source, destination] = by === 'client' ? [from, to] : [to, from];
    const acknowledged = (flags & ack) === 0 ? 0 : this.#next[by === 'client' ? 'server' : 'client'];
    const frame = ipPacket({ source, destination, sequence: this.#next[by], acknowledged, flags, payload, wireBytes });
    this.#frame(frame, atMs, comment);
  }
}

interface IpText {
  readonly source: { readonly address: number; readonly port: number };
  readonly destination: { readonly address: number; readonly port: number };
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly wireBytes: number;
}

const headerBytes = 40;

function ipPacket({ source, destination, sequence, acknowledged, flags, payload, wireBytes }: IpText): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4500);
  view.setUint16(2, headerBytes + wireBytes);
  view.setUint16(6, 0x4000); // not to be fragmented
  view.setUint16(8, 0x4006); // 64 hops, TCP
  view.setUint32(12, source.address);
  view.setUint32(16, destination.address);
  view.setUint16(10, checksum(view, 0, 20, 0));
  view.setUint16(20, source.port);
  view.setUint16(22, destination.port);
  view.setUint32(24, sequence % 2 ** 32);
  view.setUint32(28, acknowledged % 2 ** 32);
  view.setUint16(32, 0x5000 | flags);
  view.setUint16(34, 0xffff);
  bytes.set(payload, headerBytes);
  // The pseudo header: addresses, protocol, length.
  const pseudo = [source.address, destination.address].reduce(
    (sum, one) => sum + (one >>> 16) + (one & 0xffff),
    6 + 20 + wireBytes,
  );
  view.setUint16(36, checksum(view, 20, bytes.length, pseudo));
  return bytes;
}

/** The checksum of IP and TCP. */
function checksum(view: DataView, from: number, to: number, start: number): number {
  let sum = start;
  for (let at = from; at < to; at += 2) sum += at + 1 < to ? view.getUint16(at) : view.getUint8(at) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;

function block(type: number, body: Uint8Array): Uint8Array {
  const length = 12 + padded(body.length);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  view.setUint32(length - 4, length, true);
  return bytes;
}

function sectionHeaderBlock(): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, 0x1a2b3c4d, true);
  body.setUint16(4, 1, true);
  body.setBigInt64(8, -1n, true); // length of the section: not told
  return block(0x0a0d0d0a, new Uint8Array(body.buffer));
}

function interfaceBlock(): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, rawIp, true);
  return block(1, new Uint8Array(body.buffer));
}

/** `atUs`: microseconds since 1970. */
function packetBlock(frame: Uint8Array, atUs: number, comment: string | undefined): Uint8Array {
  const wireLength = new DataView(frame.buffer, frame.byteOffset).getUint16(2);
  const text = comment === undefined ? new Uint8Array(0) : new TextEncoder().encode(comment);
  const options = text.length === 0 ? 0 : 4 + padded(text.length) + 4;
  const body = new Uint8Array(20 + padded(frame.length) + options);
  const view = new DataView(body.buffer);
  view.setUint32(4, Math.floor(atUs / 2 ** 32), true);
  view.setUint32(8, atUs % 2 ** 32, true);
  view.setUint32(12, frame.length, true);
  view.setUint32(16, wireLength, true);
  body.set(frame, 20);
  if (text.length > 0) {
    const at = 20 + padded(frame.length);
    view.setUint16(at, 1, true); // a comment
    view.setUint16(at + 2, text.length, true);
    body.set(text, at + 4);
  }
  return block(6, body);
}
