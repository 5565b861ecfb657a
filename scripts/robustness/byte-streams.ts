// Byte streams for a broker to survive: valid conversations, mutated, spliced, cut and flooded, and noise. In: random numbers and a
// stock of real conversations. Out: bytes.
import { encode } from '../../reference/codec/encode.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import type { Qos } from '../../reference/message.ts';
import type { Random } from './random.ts';

/** Client ids and topics are few, so that streams meet each other's sessions, and what they leave can be cleared. */
export const clientIds = Array.from({ length: 40 }, (_, number) => `fuzz-${number}`);
export const topicNames = Array.from({ length: 24 }, (_, number) => `fuzz/${number % 4}/${number}`);
const filters = ['#', '+', 'fuzz/#', 'fuzz/+/3', '$SYS/#', '+/+/+', ...topicNames.slice(0, 6)] as const;

/** Bytes of other protocols that come to open ports, and of MQTT 5. */
const foreign = [
  Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  Buffer.from('16030100c8010000c40303', 'hex'),
  Buffer.from('101000044d5154540502003c032100140003616263', 'hex'),
  Buffer.from('\r\n\r\n'),
] as const;

export class ByteStreams {
  readonly #random: Random;
  readonly #stock: readonly Uint8Array[];

  /** `stock`: client sides of real conversations. */
  constructor(random: Random, stock: readonly Uint8Array[]) {
    this.#random = random;
    this.#stock = stock;
  }

  next(): Uint8Array {
    const kind = this.#random.below(100);
    if (kind < 5) return this.#random.bytes(this.#random.below(200));
    if (kind < 7) return this.#random.pick(foreign);
    if (kind < 9) return this.#flood();
    let bytes = this.#conversation();
    for (let change = this.#random.below(6); change > 0; change--) bytes = this.#mutated(bytes);
    return bytes;
  }

  #conversation(): Uint8Array {
    const { length } = this.#stock;
    if (length > 0 && this.#random.chance(40)) return this.#stock[this.#random.below(length)] ?? new Uint8Array();
    const packets = Array.from({ length: this.#random.below(6) }, () => encode(this.#packet()));
    return Buffer.concat([this.#random.chance(95) ? encode(this.#connect()) : new Uint8Array(), ...packets]);
  }

  #connect(): Packet {
    const random = this.#random;
    const clientId = random.chance(5) ? '' : this.#one(clientIds);
    const cleanSession = clientId === '' || random.chance(70);
    const common = { type: 'connect', protocolLevel: 4, cleanSession, keepAlive: random.below(3), clientId } as const;
    const will = {
      topicName: this.#topicName(),
      message: this.#payload(),
      qos: this.#qos(),
      retain: random.chance(30),
    };
    const withWill = random.chance(40) ? { ...common, will } : common;
    return random.chance(20) ? { ...withWill, userName: 'u', password: this.#payload() } : withWill;
  }

  #packet(): Packet {
    const random = this.#random;
    const packetId = 1 + random.below(random.chance(90) ? 8 : 65_535);
    switch (random.below(9)) {
      case 0:
        return { type: 'subscribe', packetId, subscriptions: [{ topicFilter: this.#one(filters), qos: this.#qos() }] };
      case 1:
        return { type: 'unsubscribe', packetId, topicFilters: [this.#one(filters)] };
      case 2:
        return { type: random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp']), packetId };
      case 3:
        return { type: random.pick(['pingreq', 'disconnect', 'pingreq']) };
      default:
        return this.#publish(packetId);
    }
  }

  #publish(packetId: number): Packet {
    const common = { type: 'publish', topicName: this.#topicName(), payload: this.#payload() } as const;
    const [qos, retain, dup] = [this.#qos(), this.#random.chance(20), this.#random.chance(20)];
    return qos === 0 ? { ...common, qos, retain, dup: false } : { ...common, qos, retain, dup, packetId };
  }

  #mutated(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    const at = random.below(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.below(8)) {
      case 0:
        return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
      case 1:
        return withByte(bytes, at, random.pick([0, 1, 0x7f, 0x80, 0xff]));
      case 2:
        return head;
      case 3:
        return Buffer.concat([head, random.bytes(1 + random.below(8)), tail]);
      case 4:
        return Buffer.concat([head, tail.subarray(1 + random.below(8))]);
      case 5:
        return Buffer.concat([head, tail, tail.subarray(0, random.below(64))]);
      case 6:
        return Buffer.concat([head, this.#conversation()]);
      default:
        return withByte(withByte(bytes, at, 0xff), at + 1, random.below(256));
    }
  }

  /** One packet, good or bent, very often. */
  #flood(): Uint8Array {
    const one = encode(this.#packet());
    const packet = this.#random.chance(30) ? this.#mutated(one) : one;
    const times = 1 + this.#random.below(Math.floor(20_000 / Math.max(1, packet.length)));
    return Buffer.concat([encode(this.#connect()), ...Array.from({ length: Math.min(times, 500) }, () => packet)]);
  }

  #topicName(): string {
    return this.#random.chance(3) ? this.#random.pick(['$SYS/x', '/', '//', 'x'.repeat(300)]) : this.#one(topicNames);
  }

  #payload(): Uint8Array {
    return this.#random.bytes(this.#random.chance(95) ? this.#random.below(24) : this.#random.below(2_000));
  }

  #qos(): Qos {
    return this.#random.pick<Qos>([0, 1, 2]);
  }

  #one(from: readonly string[]): string {
    return from[this.#random.below(from.length)] ?? '';
  }
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (at < copy.length) copy[at] = value;
  return copy;
}
