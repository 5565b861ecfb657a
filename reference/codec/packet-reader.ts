// Chunks → packets in one loop: what Framer and decode do together, without an object between them for the packets that come by the
// million. In: bytes in any chunking. Out: packets, or a look at each PUBLISH where it lies. Knows no connection.
import { decodeStrictly } from './decode.ts';
import type { Packet, ProtocolLevel, Publish } from './packet.ts';
import { mayBeSentBy, packetTypes } from './packet-types.ts';
import { frameLength, largestPacketBytes, PartialFrame } from './partial-frame.ts';
import { PublishView } from './publish-view.ts';
import { readShortPacket } from './short-packets.ts';

export interface PacketReaderOptions {
  /** Largest packet, fixed header included; by default the largest that the standard allows. */
  readonly maxPacketBytes?: number;
  /** Who sends the bytes: packets that may not travel so are malformed (Table 2.1). */
  readonly sentBy?: 'client' | 'server';
  /** Level of the connection; 4 unless told otherwise. */
  readonly level?: ProtocolLevel;
}

/** Gets what a PacketReader reads, in order. */
export interface PacketSink {
  /** A PUBLISH. The view and its bytes hold until the call returns. */
  publish(publish: PublishView): void;
  packet(packet: Exclude<Packet, Publish>): void;
}

const publishNumber = packetTypes.publish.number;
/** The view that nobody looks at just now. A sink may read from another reader: that one makes a view for itself. */
let spareView: PublishView | undefined;

type Receive = (packet: Packet) => void;

/** Hands every packet to one function. */
class Packets implements PacketSink {
  readonly receive: Receive;
  constructor(receive: Receive) {
    this.receive = receive;
  }
  publish(publish: PublishView): void {
    this.receive(publish.toPacket());
  }
  packet(packet: Packet): void {
    this.receive(packet);
  }
}

/** Where the packet ends that begins here; Infinity where its header is not complete, or cannot be. */
function endOf(chunk: Uint8Array, at: number): number {
  let remaining = 0;
  for (let i = 0; i < 4; i++) {
    const byte = chunk[at + 1 + i] ?? 128;
    remaining |= (byte & 127) << (7 * i);
    if (byte < 128) return at + 2 + i + remaining;
  }
  return Number.POSITIVE_INFINITY;
}

/** Reads the packets of one direction of one connection. */
export class PacketReader {
  #options: PacketReaderOptions;
  readonly #maxPacketBytes: number;
  readonly #partial: PartialFrame;
  /** Who has been handed packets lately. */
  #packets: Packets | undefined;

  constructor(options: PacketReaderOptions = {}) {
    const { maxPacketBytes = largestPacketBytes } = options;
    this.#options = options;
    this.#maxPacketBytes = maxPacketBytes;
    this.#partial = new PartialFrame(maxPacketBytes);
  }

  /** Level of the connection: to be set when CONNECT has told it, also from within a sink. */
  get level(): ProtocolLevel {
    return this.#options.level ?? 4;
  }
  set level(level: ProtocolLevel) {
    this.#options = { ...this.#options, level };
  }

  /** Whether nothing of an unfinished packet is held. */
  get isEmpty(): boolean {
    return this.#partial.isEmpty;
  }

  /** Whether `visit` would show a PUBLISH that lies in this chunk, and not in bytes of the reader's own. */
  showsViewsOf(chunk: Uint8Array): boolean {
    let at = this.#partial.missing;
    // A header that is not complete says nothing of what follows.
    if (at === 0 && !this.#partial.isEmpty) return true;
    for (let end = at; at < chunk.length; at = end) {
      end = endOf(chunk, at);
      if (end > chunk.length) return false;
      if ((chunk[at] as number) >> 4 === publishNumber) return true;
    }
    return false;
  }

  /**
   * Hands over each whole packet; payloads are views into the chunk.
   * Throws as Framer and decode do, after handing over what came before.
   */
  push(chunk: Uint8Array, receive: Receive): void {
    if (this.#packets?.receive !== receive) this.#packets = new Packets(receive);
    this.visit(chunk, this.#packets);
  }

  /** As `push`, but shows each PUBLISH where it lies. */
  visit(chunk: Uint8Array, sink: PacketSink): void {
    if (this.#onlyAdds(chunk)) return;
    const view = spareView ?? new PublishView();
    spareView = undefined;
    try {
      this.#read(chunk, sink, view);
    } finally {
      view.release();
      spareView = view;
    }
  }

  /** Whether the chunk is too short to complete the frame that has begun: then it is added to it. */
  #onlyAdds(chunk: Uint8Array): boolean {
    if (this.#partial.missing <= chunk.length) return false;
    this.#partial.add(chunk, 0);
    return true;
  }

  #read(chunk: Uint8Array, sink: PacketSink, view: PublishView): void {
    let at = 0;
    if (!this.#partial.isEmpty) {
      at = this.#partial.add(chunk, 0);
      if (!this.#partial.isComplete) return;
      const frame = this.#partial.take();
      this.#frame(frame, 0, frame.length, sink, view);
    }
    while (at < chunk.length) {
      const length = this.#lengthAt(chunk, at);
      const end = at + length;
      if (length === 0 || end > chunk.length) {
        this.#partial.add(chunk, at);
        return;
      }
      this.#frame(chunk, at, end, sink, view);
      at = end;
    }
  }

  /** As `frameLength`, quicker for the shortest header. */
  #lengthAt(chunk: Uint8Array, at: number): number {
    const second = at + 1 < chunk.length ? (chunk[at + 1] as number) : 128;
    if (second < 128 && second + 2 <= this.#maxPacketBytes) return second + 2;
    return frameLength(chunk, at, chunk.length, this.#maxPacketBytes);
  }

  #frame(bytes: Uint8Array, start: number, end: number, sink: PacketSink, view: PublishView): void {
    const number = (bytes[start] as number) >> 4;
    if (number === publishNumber) {
      let bodyAt = start + 2;
      while ((bytes[bodyAt - 1] as number) > 127) bodyAt++;
      if (view.read(bytes, start, bodyAt, end)) return sink.publish(view);
    } else if (mayBeSentBy(this.#options.sentBy, number)) {
      const packet = readShortPacket(bytes, start, end);
      if (packet !== undefined) return sink.packet(packet);
    }
    const packet = decodeStrictly(bytes, this.#options, start, end);
    if (packet.type !== 'publish') return sink.packet(packet);
    view.take(packet, { bytes, start, end });
    sink.publish(view);
  }
}
