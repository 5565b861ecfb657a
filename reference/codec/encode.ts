// Packets → bytes. In: a packet that the types allow. Out: its bytes, gathered in a buffer that is used again.
import { Writer } from './bytes/writer.ts';
import type { Packet, ProtocolLevel } from './packet.ts';
import { encodeConnack } from './v3/connack.ts';
import { encodeConnect } from './v3/connect.ts';
import { encodePublish } from './v3/publish.ts';
import { encodeSuback } from './v3/suback.ts';
import { encodeSubscribe } from './v3/subscribe.ts';
import { encodeUnsubscribe } from './v3/unsubscribe.ts';

const mostReused = 1 << 16;

/** Encodes packets, one behind the other, into one buffer. */
export class PacketWriter {
  readonly #out = new Writer();
  #body = new Writer();

  /** Bytes gathered since the last `take`. */
  get length(): number {
    return this.#out.length;
  }

  /** Appends a packet. Throws RangeError for fields or packets that are too long for the wire. */
  write(packet: Packet, level: ProtocolLevel = 4): void {
    switch (packet.type) {
      case 'publish':
        return this.#publish(packet);
      case 'puback':
        return this.acknowledgement(0x40, packet.packetId);
      case 'pubrec':
        return this.acknowledgement(0x50, packet.packetId);
      case 'pubrel':
        return this.acknowledgement(packet.dup === true && level === 3 ? 0x6a : 0x62, packet.packetId);
      case 'pubcomp':
        return this.acknowledgement(0x70, packet.packetId);
      case 'unsuback':
        return this.acknowledgement(0xb0, packet.packetId);
      case 'pingreq':
        return this.#empty(0xc0);
      case 'pingresp':
        return this.#empty(0xd0);
      case 'disconnect':
        return this.#empty(0xe0);
      case 'connect':
        encodeConnect(this.#body, packet);
        return this.#frame(0x10);
      case 'connack':
        encodeConnack(this.#body, packet);
        return this.#frame(0x20);
      case 'subscribe':
        encodeSubscribe(this.#body, packet);
        return this.#frame(packet.dup === true && level === 3 ? 0x8a : 0x82);
      case 'suback':
        encodeSuback(this.#body, packet);
        return this.#frame(0x90);
      case 'unsubscribe':
        encodeUnsubscribe(this.#body, packet);
        return this.#frame(packet.dup === true && level === 3 ? 0xaa : 0xa2);
    }
  }

  /** Appends a packet that is a Packet Identifier: PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK. */
  acknowledgement(firstByte: number, packetId: number): void {
    const out = this.#out;
    out.uint16((firstByte << 8) | 2);
    out.uint16(packetId);
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#out.raw(bytes);
  }

  /** A copy of the bytes gathered; the writer begins anew. */
  take(): Uint8Array {
    return this.#out.take();
  }

  #empty(firstByte: number): void {
    this.#out.uint16(firstByte << 8);
  }

  #publish(packet: Extract<Packet, { type: 'publish' }>): void {
    encodePublish(this.#body, packet);
    this.#frame(0x30 | (packet.dup ? 8 : 0) | (packet.qos << 1) | (packet.retain ? 1 : 0));
  }

  #frame(firstByte: number): void {
    const body = this.#body;
    try {
      this.#out.uint8(firstByte);
      this.#out.remainingLength(body.length);
      this.#out.raw(body.view());
    } finally {
      // A buffer that one large packet has grown is not kept.
      if (body.length > mostReused) this.#body = new Writer();
      else body.reset();
    }
  }
}

const shared = new PacketWriter();

/** One packet as bytes of its own. Throws RangeError for fields or packets that are too long for the wire. */
export function encode(packet: Packet, level: ProtocolLevel = 4): Uint8Array {
  try {
    shared.write(packet, level);
    return shared.take();
  } catch (error) {
    shared.take();
    throw error;
  }
}
