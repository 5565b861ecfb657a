// A broker that costs nothing: a process of its own that acknowledges without looking, and sends packets that were encoded before.
// In: subscriptions to `flood/QOS/BYTES/TOPICS`. Out: messages for as long as the connection lasts; at QoS 1 and 2, 64 of them in flight.
import { createServer, type Socket } from 'node:net';
import { decode, encode } from '../../../reference/codec/index.ts';
import type { Qos } from '../../../reference/message.ts';
import { readInto } from '../../../reference/transport/read-into.ts';
import type { TransportListener } from '../../../reference/transport/transport.ts';

const inFlight = 64;
const chunkBytes = 65_536;

/** One chunk of QoS 0 messages over so many topics. */
function chunkOf(bytes: number, topics: number): Buffer {
  const packets: Uint8Array[] = [];
  for (let i = 0, length = 0; i < topics || length < chunkBytes; i++) {
    const packet = publish(0, bytes, i % topics);
    packets.push(packet);
    length += packet.length;
  }
  return Buffer.concat(packets);
}

function publish(qos: Qos, bytes: number, topic: number, packetId = 1): Uint8Array {
  const common = {
    type: 'publish',
    topicName: `flood/topic/${topic}`,
    payload: new Uint8Array(bytes).fill(120),
  } as const;
  if (qos === 0) return encode({ ...common, qos, dup: false, retain: false });
  return encode({ ...common, qos, dup: false, retain: false, packetId });
}

/** Length of the packet that begins here; 0 if its header is not complete. */
function lengthAt(bytes: Uint8Array, at: number): number {
  let remaining = 0;
  for (let i = 1; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return 0;
    remaining |= (byte & 127) << (7 * (i - 1));
    if (byte < 128) return 1 + i + remaining;
  }
  return 0;
}

const connack = encode({ type: 'connack', returnCode: 0, sessionPresent: false });
const pingresp = encode({ type: 'pingresp' });

class Peer implements TransportListener {
  readonly #socket: Socket;
  #out: Uint8Array[] = [];
  #packets: readonly Uint8Array[] = [];
  /** Of a packet that has not come to its end: bytes that nobody wants, or (no PUBLISH of QoS 0) its beginning. */
  #toSkip = 0;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  bytes(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= at;
    while (at < bytes.length) {
      const length = lengthAt(bytes, at);
      // PUBLISH with QoS 0 is not even looked at.
      if (length > 0 && ((bytes[at] ?? 0) & 0xf6) === 0x30) {
        this.#toSkip = Math.max(0, at + length - bytes.length);
        at += length;
        continue;
      }
      if (length === 0 || at + length > bytes.length) break;
      this.#frame(bytes.subarray(at, at + length));
      at += length;
    }
    this.#rest = at < bytes.length ? Uint8Array.from(bytes.subarray(at)) : new Uint8Array(0);
    if (this.#out.length > 0) this.#socket.write(Buffer.concat(this.#out));
    this.#out = [];
  }

  ended(): void {}

  #frame(frame: Uint8Array): void {
    const first = frame[0] ?? 0;
    switch (first >> 4) {
      case 1:
        return void this.#out.push(connack);
      case 3:
        return this.#published(frame, (first >> 1) & 3);
      // PUBACK and PUBCOMP: the next message of the flood, with the same identifier.
      case 4:
      case 7:
        return this.#next(frame);
      case 5:
        return void this.#out.push(Uint8Array.of(0x62, 2, frame[2] ?? 0, frame[3] ?? 0));
      case 6:
        return void this.#out.push(Uint8Array.of(0x70, 2, frame[2] ?? 0, frame[3] ?? 0));
      case 12:
        return void this.#out.push(pingresp);
      case 14:
        return void this.#socket.end();
    }
    this.#other(frame);
  }

  #published(frame: Uint8Array, qos: number): void {
    let at = 2;
    while (((frame[at - 1] ?? 0) & 128) !== 0) at++;
    at += 2 + (((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0));
    this.#out.push(Uint8Array.of(qos === 1 ? 0x40 : 0x50, 2, frame[at] ?? 0, frame[at + 1] ?? 0));
  }

  #next(frame: Uint8Array): void {
    const packet = this.#packets[((frame[2] ?? 0) << 8) | (frame[3] ?? 0)];
    if (packet !== undefined) this.#out.push(packet);
  }

  #other(frame: Uint8Array): void {
    const packet = decode(frame, { sentBy: 'client' });
    if (packet.type === 'unsubscribe') this.#out.push(encode({ type: 'unsuback', packetId: packet.packetId }));
    else if (packet.type === 'subscribe') {
      const [{ topicFilter }] = packet.subscriptions;
      this.#out.push(
        encode({ type: 'suback', packetId: packet.packetId, returnCodes: packet.subscriptions.map((one) => one.qos) }),
      );
      const [, floodQos, bytes, topics] = topicFilter.split('/').map(Number);
      if (topics !== undefined && !Number.isNaN(topics)) this.#flood(floodQos as Qos, bytes ?? 0, topics);
    }
  }

  #flood(qos: Qos, bytes: number, topics: number): void {
    if (qos === 0) return this.#pour(chunkOf(bytes, topics));
    this.#packets = Array.from({ length: inFlight + 1 }, (_, id) => publish(qos, bytes, id % topics, Math.max(1, id)));
    this.#out.push(...this.#packets.slice(1));
  }

  #pour(chunk: Buffer): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    while (this.#socket.write(chunk));
    this.#socket.once('drain', () => this.#pour(chunk));
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  const peer = new Peer(socket);
  // New memory for each read would cost more than all the rest at 64 KiB, and be what is measured.
  if (!readInto(socket, peer)) socket.on('data', (chunk) => peer.bytes(chunk));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
