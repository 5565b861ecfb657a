// Packets → bytes. In: a packet that the types allow. Out: its bytes, gathered in a buffer that is used again.
import { Writer } from './bytes/writer.ts';
import type { Packet, ProtocolLevel } from './packet.ts';
import { encodeConnack } from './v3/connack.ts';
import { encodeConnect } from './v3/connect.ts';
import { encodePublish } from './v3/publish.ts';
import { encodeSuback } from './v3/suback.ts';
import { encodeSubscribe } from './v3/subscribe.ts';
import { encodeUnsubscribe } from './v3/unsubscribe.ts';

/** Encodes packets, one behind the other, into one buffer. Holds no memory while nothing is gathered. */
export class PacketWriter {
  readonly #out = new Writer();

  /** Bytes gathered since the last `take`. */
  get length(): number {
    return this.#out.length;
  }

  /** Appends a packet. Throws RangeError for fields or packets that are too long for the wire; nothing is appended then. */
  write(packet: Packet, level: ProtocolLevel = 4): void {
    const before = this.#out.length;
    try {
      this.#append(packet, level === 3 && 'dup' in packet && packet.dup === true ? 8 : 0);
    } catch (error) {
      this.#out.truncate(before);
      throw error;
    }
  }

  /** Appends a packet that is a Packet Identifier: PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK. */
  acknowledgement(firstByte: number, packetId: number): void {
    this.#out.shortPacket(firstByte, packetId);
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#out.raw(bytes);
  }

  /** The bytes gathered, which nobody writes to any more. The writer lets go of its memory, and begins anew. */
  take(): Uint8Array {
    return this.#out.take();
  }

  /** As `take`, but the writer keeps what is left of its memory: for one that has always something to write. */
  cut(): Uint8Array {
    return this.#out.cut();
  }

  /** `dup` is a flag of MQTT 3.1 in packets other than PUBLISH. */
  #append(packet: Packet, dup: 0 | 8): void {
    const out = this.#out;
    switch (packet.type) {
      case 'publish':
        return encodePublish(out, packet);
      case 'puback':
        return out.shortPacket(0x40, packet.packetId);
      case 'pubrec':
        return out.shortPacket(0x50, packet.packetId);
      case 'pubrel':
        return out.shortPacket(0x62 | dup, packet.packetId);
      case 'pubcomp':
        return out.shortPacket(0x70, packet.packetId);
      case 'unsuback':
        return out.shortPacket(0xb0, packet.packetId);
      case 'pingreq':
        return out.shortPacket(0xc0);
      case 'pingresp':
        return out.shortPacket(0xd0);
      case 'disconnect':
        return out.shortPacket(0xe0);
      case 'connack':
        return encodeConnack(out, packet);
      case 'suback':
        return encodeSuback(out, packet);
      case 'connect':
        return encodeConnect(out, packet);
      case 'subscribe':
        return encodeSubscribe(out, packet, dup);
      case 'unsubscribe':
        return encodeUnsubscribe(out, packet, dup);
    }
  }
}

const shared = new PacketWriter();

/** One packet as bytes of its own. Throws RangeError for fields or packets that are too long for the wire. */
export function encode(packet: Packet, level: ProtocolLevel = 4): Uint8Array {
  shared.write(packet, level);
  return shared.cut();
}
