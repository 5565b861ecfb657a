// Whole sessions of a client in which one thing is wrong: a field, a flag, a length, a packet too many. In: random numbers. Out: bytes, and
// whether what is wrong has to end the connection, so that nothing behind it may be served.

import { clientIds, topicNames } from './byte-streams.ts';
import type { Random } from './random.ts';

/** Published at the end of each session, with its number: it comes only where nothing before has ended the connection. */
export const lastTopic = 'behind/all';

export interface BrokenSession {
  readonly bytes: Uint8Array;
  /** `SUBSCRIBE, Requested QoS: 3`; undefined: nothing is wrong. */
  readonly what: string | undefined;
  /** The broker has to end the connection there. Without it, it may. */
  readonly isFatal: boolean;
}

type Bytes = readonly number[];

interface Flaw {
  readonly what: string;
  readonly bytes: Bytes;
  readonly isFatal: boolean;
}

interface Field {
  readonly name: string;
  readonly bytes: Bytes;
  readonly flaws: readonly Flaw[];
}

interface SessionPacket {
  readonly name: string;
  readonly first: number;
  readonly fields: readonly Field[];
}

const fatal = (what: string, ...bytes: Bytes): Flaw => ({ what, bytes, isFatal: true });
const perhaps = (what: string, ...bytes: Bytes): Flaw => ({ what, bytes, isFatal: false });
const two = (number: number): Bytes => [number >> 8, number & 255];
const text = (value: string): Bytes => [...Buffer.from(value)];

/** Whatever text a client may send (section 1.5.3). */
function utf8(name: string, value: string, more: readonly Flaw[] = []): Field {
  const bytes = text(value);
  return {
    name,
    bytes: [...two(bytes.length), ...bytes],
    flaws: [
      fatal('half of a surrogate pair', 0, 3, 0xed, 0xa0, 0x80),
      fatal('an overlong character', 0, 2, 0xc1, 0x81),
      fatal('U+0000', 0, 1, 0),
      fatal('half a character', 0, 2, 0xe2, 0x82),
      fatal('longer than the packet', 0xff, 0xff, ...bytes),
      perhaps('a length of one more', ...two(bytes.length + 1), ...bytes),
      perhaps('a length of one less', ...two(Math.max(0, bytes.length - 1)), ...bytes),
      perhaps('no length'),
      perhaps('empty', 0, 0),
      perhaps('wildcards', 0, 5, ...text('+/a/#')),
      perhaps('a $', 0, 4, ...text('$SYS')),
      perhaps('thousand levels', ...two(1_000), ...text('/'.repeat(1_000))),
      ...more,
    ],
  };
}

/** One of 0 is forbidden to PUBLISH, SUBSCRIBE and UNSUBSCRIBE (MQTT-2.3.1-1); as an answer it answers nothing. */
const packetId = (id: number, isAnswer = false): Field => ({
  name: 'Packet Identifier',
  bytes: two(id),
  flaws: [
    isAnswer ? perhaps('0', 0, 0) : fatal('0', 0, 0),
    perhaps('65,535', 0xff, 0xff),
    perhaps('missing'),
    perhaps('a byte of it', id & 255),
  ],
});

const rest = (name: string, bytes: Bytes): Field => ({
  name,
  bytes,
  flaws: [perhaps('missing'), perhaps('twice', ...bytes, ...bytes)],
});

const qos = (value: number): Field => ({
  name: 'Requested QoS',
  bytes: [value],
  flaws: [fatal('3', 3), fatal('a reserved bit', value | 0x80), fatal('missing')],
});

const answers = [
  { name: 'PUBACK', first: 0x40 },
  { name: 'PUBREC', first: 0x50 },
  { name: 'PUBREL', first: 0x62 },
  { name: 'PUBCOMP', first: 0x70 },
] as const satisfies readonly Pick<SessionPacket, 'name' | 'first'>[];

/** Of all packets that clients send PUBLISH alone has flags that are not fixed (Table 2.2). */
const publishType = 3;

export class BrokenSessions {
  readonly #random: Random;
  #number = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): BrokenSession {
    const number = this.#number++;
    const count = 1 + this.#random.below(5);
    const packets = [this.#connect(), ...Array.from({ length: count }, () => this.#packet())];
    const last = publish(lastTopic, text(`${number}`), 0, 0);
    if (this.#random.chance(5)) return session(packets.map(written), last, { what: undefined, isFatal: false });
    const at = this.#random.below(packets.length);
    const chosen = packets[at] as SessionPacket;
    const flaw = this.#flawed(chosen);
    const all = packets.map((packet, i) => (i === at ? flaw.bytes : written(packet)));
    return session(all, last, { what: `${chosen.name}, ${flaw.what}`, isFatal: flaw.isFatal });
  }

  #flawed(packet: SessionPacket): Flaw {
    const kind = this.#random.below(10);
    if (kind === 0) return this.#wrongFirstByte(packet);
    if (kind === 1) return this.#wrongLength(packet);
    if (kind === 2)
      return { what: 'twice', bytes: [...written(packet), ...written(packet)], isFatal: packet.first === 0x10 };
    const at = this.#random.below(packet.fields.length);
    const field = packet.fields[at];
    const flaw = field?.flaws[this.#random.below(field.flaws.length)];
    if (field === undefined || flaw === undefined) return this.#wrongLength(packet);
    const fields = packet.fields.map((one, i) => (i === at ? { ...one, bytes: flaw.bytes } : one));
    return { ...flaw, what: `${field.name}: ${flaw.what}`, bytes: written({ ...packet, fields }) };
  }

  #wrongFirstByte(packet: SessionPacket): Flaw {
    const fields = written(packet).slice(1);
    if (this.#random.chance(50)) {
      // Reserved types, and those that a server alone sends.
      const type = this.#random.pick([0, 2, 9, 11, 13, 15]);
      return fatal(`type ${type}`, (type << 4) | (packet.first & 15), ...fields);
    }
    const flags = (packet.first & 15) ^ (1 + this.#random.below(15));
    const isFatal = packet.first >> 4 !== publishType || (flags & 6) === 6;
    return { what: `flags ${flags}`, bytes: [(packet.first & 0xf0) | flags, ...fields], isFatal };
  }

  #wrongLength(packet: SessionPacket): Flaw {
    const [first, ...others] = written(packet) as [number, ...number[]];
    const body = packet.fields.flatMap(({ bytes }) => bytes);
    const flaws = [
      fatal('a Remaining Length of five bytes', first, 0xff, 0xff, 0xff, 0xff, 1, ...body),
      fatal('a Remaining Length of 256 MiB', first, 0xff, 0xff, 0xff, 0x7f, ...body),
      perhaps('a Remaining Length of one more', first, ...lengthOf(body.length + 1), ...body),
      perhaps('a Remaining Length of one less', first, ...lengthOf(Math.max(0, body.length - 1)), ...body),
      perhaps('a Remaining Length of 0', first, 0, ...body),
      perhaps(
        'a Remaining Length of more bytes than it needs',
        first,
        (body.length & 127) | 0x80,
        (body.length >> 7) | 0x80,
        0,
        ...body,
      ),
      perhaps('only a beginning', first, ...others.slice(0, this.#random.below(others.length + 1))),
    ] as const;
    return flaws[this.#random.below(flaws.length)] ?? flaws[0];
  }

  #connect(): SessionPacket {
    const random = this.#random;
    const [hasWill, hasName] = [random.chance(40), random.chance(30)];
    const willFlags = hasWill ? 4 | (random.below(3) << 3) | (random.chance(30) ? 0x20 : 0) : 0;
    const flags = (random.chance(70) ? 2 : 0) | willFlags | (hasName ? 0xc0 : 0);
    const flaws = [
      fatal('reserved bit', flags | 1),
      fatal('will QoS 3', flags | 0x1c),
      fatal('a will that is not there', (flags & ~4) | 0x08),
      fatal('a password without a user name', (flags & ~0x80) | 0x40),
      perhaps('none of what follows', flags & 2),
    ];
    const will = hasWill ? [utf8('Will Topic', this.#topicName()), rest('Will Message', [0, 1, 65])] : [];
    const user = hasName ? [utf8('User Name', 'user'), rest('Password', [0, 1, 66])] : [];
    return {
      name: 'CONNECT',
      first: 0x10,
      fields: [
        {
          name: 'Protocol Name',
          bytes: [...two(4), ...text('MQTT')],
          flaws: [fatal('MQTt', ...two(4), ...text('MQTt')), fatal('empty', 0, 0)],
        },
        { name: 'Protocol Level', bytes: [4], flaws: [fatal('5', 5), fatal('0', 0), fatal('0x84', 0x84)] },
        { name: 'Connect Flags', bytes: [flags], flaws },
        { name: 'Keep Alive', bytes: [0, 60], flaws: [perhaps('0', 0, 0), perhaps('65,535', 0xff, 0xff)] },
        utf8('Client Identifier', this.#one(clientIds)),
        ...will,
        ...user,
      ],
    };
  }

  #packet(): SessionPacket {
    const id = packetId(1 + this.#random.below(8));
    const filter = (): Field => utf8('Topic Filter', this.#random.chance(30) ? 'fuzz/#' : this.#topicName());
    switch (this.#random.below(6)) {
      case 0:
        return { name: 'SUBSCRIBE', first: 0x82, fields: [id, filter(), qos(0), filter(), qos(this.#random.below(3))] };
      case 1:
        return { name: 'UNSUBSCRIBE', first: 0xa2, fields: [id, filter(), filter()] };
      case 2:
        return { name: 'PINGREQ', first: 0xc0, fields: [] };
      case 3: {
        const { first, name } = this.#random.pick<(typeof answers)[number]>(answers);
        return { name, first, fields: [packetId(1 + this.#random.below(8), true)] };
      }
      default:
        return publish(
          this.#topicName(),
          [1, 2, 3],
          this.#random.below(3),
          1 + this.#random.below(8),
          this.#random.chance(20),
        );
    }
  }

  #topicName(): string {
    return this.#one(topicNames);
  }

  #one(from: readonly string[]): string {
    return from[this.#random.below(from.length)] ?? '';
  }
}

function publish(topicName: string, payload: Bytes, level: number, id: number, retain = false): SessionPacket {
  const identifier = level === 0 ? [] : [packetId(id)];
  const fields = [utf8('Topic Name', topicName), ...identifier, rest('payload', payload)];
  return { name: 'PUBLISH', first: 0x30 | (level << 1) | (retain ? 1 : 0), fields };
}

function session(packets: readonly Bytes[], last: SessionPacket, how: Omit<BrokenSession, 'bytes'>): BrokenSession {
  return { ...how, bytes: Uint8Array.from([...packets.flat(), ...written(last)]) };
}

function written({ first, fields }: SessionPacket): Bytes {
  const body = fields.flatMap(({ bytes }) => bytes);
  return [first, ...lengthOf(body.length), ...body];
}

const lengthOf = (length: number): Bytes => (length < 128 ? [length] : [(length & 127) | 0x80, length >> 7]);
