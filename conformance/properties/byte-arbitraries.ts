// Bytes of packets, made from the standard's figures without any encoder: well-formed ones, and the same with something changed.
import fc from 'fast-check';
import { remainingLength } from '../wire/raw.ts';

/** A packet in pieces: its fields as bytes, in their order. */
export interface Pieces {
  readonly first: number;
  readonly fields: readonly (readonly number[])[];
}

export interface Origin {
  readonly level: 3 | 4;
  readonly sentBy: 'client' | 'server';
}

export const origin: fc.Arbitrary<Origin> = fc.record({
  level: fc.constantFrom<3 | 4>(4, 4, 3),
  sentBy: fc.constantFrom<'client' | 'server'>('client', 'server'),
});

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const wellFormed = [
  '',
  'a',
  'sport/tennis',
  '/',
  '+/#',
  '$SYS/x',
  'é',
  '€',
  '𝄞',
  '\uFEFFa',
  'a\uFFFF',
  '\u{10FFFF}',
  '\u0001',
  '\uD7FF\uE000',
];
const illFormed = [
  'c080',
  'e080af',
  'eda080',
  'edbfbf',
  'f4908080',
  'ff',
  '6162c3',
  '80',
  'f0808080',
  'e282',
  '610062',
  '00',
  'fe',
  'f8888080',
];

const goodText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...wellFormed).map(utf8) },
  fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 20 }),
  fc.constantFrom(1, 47, 48, 49, 127, 128, 300).map((length) => new Array<number>(length).fill(0x78)),
);
const anyText = fc.oneof(
  fc.constantFrom(...illFormed).map((hex) => [...Buffer.from(hex, 'hex')]),
  fc.array(fc.integer({ min: 0x70, max: 0xff }), { maxLength: 5 }),
);
const bytes = fc.array(fc.nat(255), { maxLength: 12 });

const uint16 = (value: number): number[] => [value >> 8, value & 255];
const prefixed = (content: readonly number[]): number[] => [...uint16(content.length), ...content];
const text = goodText.map(prefixed);
const binary = bytes.map(prefixed);
const packetId = fc.oneof(fc.constantFrom(1, 255, 256, 65_535), fc.integer({ min: 1, max: 65_535 })).map(uint16);
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 4 });

function connect(): fc.Arbitrary<Pieces> {
  return fc
    .record({
      level: fc.constantFrom(3, 4),
      cleanSession: fc.nat(1),
      keepAlive: fc.nat(65_535),
      clientId: text,
      will: fc.option(fc.record({ topic: text, message: binary, qos: fc.nat(2), retain: fc.nat(1) }), {
        nil: undefined,
      }),
      credentials: fc.nat(2),
      userName: text,
      password: binary,
    })
    .map(({ level, cleanSession, keepAlive, clientId, will, credentials, userName, password }) => ({
      first: 0x10,
      fields: [
        prefixed(utf8(level === 4 ? 'MQTT' : 'MQIsdp')),
        [level],
        [
          (cleanSession << 1) |
            (will === undefined ? 0 : 4 | (will.qos << 3) | (will.retain << 5)) |
            (credentials > 0 ? 0x80 : 0) |
            (credentials > 1 ? 0x40 : 0),
        ],
        uint16(keepAlive),
        clientId,
        ...(will === undefined ? [] : [will.topic, will.message]),
        ...(credentials > 0 ? [userName] : []),
        ...(credentials > 1 ? [password] : []),
      ],
    }));
}

const publish: fc.Arbitrary<Pieces> = fc
  .record({ qos: fc.nat(2), dup: fc.nat(1), retain: fc.nat(1), topicName: text, packetId, payload: bytes })
  .map(({ qos, dup, retain, topicName, packetId: id, payload }) => ({
    first: 0x30 | (qos > 0 ? dup << 3 : 0) | (qos << 1) | retain,
    fields: qos === 0 ? [topicName, payload] : [topicName, id, payload],
  }));

const acknowledgement = fc
  .tuple(fc.constantFrom(0x40, 0x50, 0x62, 0x70), packetId)
  .map(([first, id]): Pieces => ({ first, fields: [id] }));

const fromClient: fc.Arbitrary<Pieces> = fc.oneof(
  connect(),
  publish,
  acknowledgement,
  fc.tuple(packetId, some(fc.tuple(text, fc.nat(2)))).map(([id, filters]) => ({
    first: 0x82,
    fields: [id, ...filters.flatMap(([filter, qos]) => [filter, [qos]])],
  })),
  fc.tuple(packetId, some(text)).map(([id, filters]) => ({ first: 0xa2, fields: [id, ...filters] })),
  fc.constantFrom(0xc0, 0xe0).map((first) => ({ first, fields: [] })),
);

const connack = (level: 3 | 4): fc.Arbitrary<Pieces> =>
  fc.tuple(fc.nat(level === 4 ? 1 : 0), fc.nat(5)).map(([flags, code]) => ({
    first: 0x20,
    fields: [[code === 0 ? flags : 0], [code]],
  }));

const fromServer = (level: 3 | 4): fc.Arbitrary<Pieces> =>
  fc.oneof(
    connack(level),
    publish,
    acknowledgement,
    fc
      .tuple(packetId, some(fc.constantFrom(0, 1, 2, 0x80)))
      .map(([id, codes]) => ({ first: 0x90, fields: [id, ...codes.map((code) => [code])] })),
    packetId.map((id) => ({ first: 0xb0, fields: [id] })),
    fc.constant({ first: 0xd0, fields: [] }),
  );

const servers = { 3: fromServer(3), 4: fromServer(4) };
/** DUP of MQTT 3.1 in PUBREL, SUBSCRIBE and UNSUBSCRIBE. */
const withDup = (pieces: Pieces, dup: boolean): Pieces =>
  dup && [6, 8, 10].includes(pieces.first >> 4) ? { ...pieces, first: pieces.first | 8 } : pieces;

/** A well-formed packet in pieces, as the sender may send it at the level. */
export const piecesOf = ({ level, sentBy }: Origin): fc.Arbitrary<Pieces> =>
  fc
    .tuple(sentBy === 'client' ? fromClient : servers[level], fc.boolean())
    .map(([pieces, dup]) => (level === 3 ? withDup(pieces, dup) : pieces));

/** The bytes of a packet. */
export function joined({ first, fields }: Pieces, header: { atLeast?: number; offBy?: number } = {}): Uint8Array {
  const body = fields.flat();
  const length = Math.max(0, body.length + (header.offBy ?? 0));
  return Uint8Array.from([first, ...remainingLength(length, header.atLeast), ...body]);
}

/** Well-formed bytes of one packet, with where they come from. */
export const wellFormedBytes: fc.Arbitrary<Origin & { readonly bytes: Uint8Array }> = origin.chain((from) =>
  piecesOf(from).map((pieces) => ({ ...from, bytes: joined(pieces) })),
);

type Change = (fields: (readonly number[])[], at: number) => void;

/** Puts another value into one of the fields of a single byte: flags, levels, codes, a QoS. */
const inOneByte = (changed: (before: number) => number): Change => {
  return (fields, at) => {
    const places = fields.flatMap(({ length }, place) => (length === 1 ? [place] : []));
    const place = places[at % Math.max(1, places.length)];
    if (place !== undefined) fields.splice(place, 1, [changed(fields[place]?.[0] ?? 0) & 255]);
  };
};

const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.nat(7).map((bit) => inOneByte((before) => before ^ (1 << bit))) },
  fc.nat(6).map((value) => inOneByte(() => value)),
  fc.constant<Change>((fields, at) => void fields.splice(at, 1)),
  fc.constant<Change>((fields, at) => void fields.splice(at, 0, fields[at] ?? [])),
  fc.constant<Change>((fields, at) => void fields.splice(at, 2, fields[at + 1] ?? [], fields[at] ?? [])),
  anyText.map(
    (bad): Change =>
      (fields, at) =>
        void fields.splice(at, 1, prefixed(bad)),
  ),
  bytes.map(
    (noise): Change =>
      (fields, at) =>
        void fields.splice(at, 1, noise),
  ),
  fc.tuple(fc.nat(30), fc.nat(255)).map(
    ([place, mask]): Change =>
      (fields, at) =>
        void fields.splice(
          at,
          1,
          (fields[at] ?? []).map((byte, i) => (i === place ? byte ^ mask : byte)),
        ),
  ),
  fc.nat(6).map(
    (length): Change =>
      (fields, at) =>
        void fields.splice(at, 1, (fields[at] ?? []).slice(0, length)),
  ),
  fc.constant<Change>((fields, at) => void fields.splice(at, 1, [0, 0])),
);

const header = fc.record({
  mask: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(15), fc.nat(255)),
  atLeast: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 6 })),
  offBy: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -4, max: 3 })),
});

/** Well-formed packets with up to three things changed: fields left out, doubled, swapped, damaged; flags and lengths bent. */
export const damagedBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(origin.chain(piecesOf), fc.array(fc.tuple(fc.nat(8), changes), { maxLength: 3 }), header)
  .map(([{ first, fields }, edits, { mask, atLeast, offBy }]) => {
    const bent = [...fields];
    for (const [at, change] of edits) change(bent, at % Math.max(1, bent.length));
    return joined({ first: first ^ mask, fields: bent }, { atLeast, offBy });
  });

/** Bytes of any kind: damaged packets, several of them, and noise. */
export const anyStream: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: damagedBytes },
  fc.array(damagedBytes, { maxLength: 3 }).map((parts) => new Uint8Array(Buffer.concat(parts))),
  fc.uint8Array({ maxLength: 24 }),
);
