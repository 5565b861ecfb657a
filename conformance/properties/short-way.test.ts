// What the broker does the short way has to be what it does the long way, asking every rule: the same bytes to everybody, the same ends.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Parts } from '../../reference/broker/core/parts.ts';
import { connect, SampleBroker, type SampleClient } from '../../reference/broker/core/sample-broker.ts';
import { decode } from '../../reference/codec/decode.ts';
import { encode } from '../../reference/codec/encode.ts';
import { damagedBytes, joined } from './byte-arbitraries.ts';
import { numRuns } from './runs.ts';

/** The same decoder as a function of its own: the broker does not know it, and goes the long way. */
const longWay: Partial<Parts> = { decode: (frame, level) => decode(frame, { level, sentBy: 'client' }) };

const topicNames = ['t', 't/a', '$x', '', 't/+'];
const topicFilters = ['t', '#', 't/#', '+', '$x', 't/+'];
const unusualFilters = [
  '/',
  't/',
  '/t',
  '+/',
  '/+',
  '//',
  '/#',
  't#',
  '#/t',
  't+',
  '+t',
  'é',
  't\0',
  'a/'.repeat(11),
  '+/+/#',
  '',
];
const field = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text);
  return [0, bytes.length, ...bytes];
};

const publish = fc
  .record({
    topicName: fc.constantFrom(...topicNames, ...['t', 't', 't/a']),
    flags: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 3, 4, 5, 10, 12)),
    packetId: fc.integer({ min: 1, max: 4 }),
    payload: fc.array(fc.nat(255), { maxLength: 3 }),
    atLeast: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.constantFrom(2, 4)),
  })
  .map(({ topicName, flags, packetId, payload, atLeast }) => {
    const fields = (flags & 6) === 0 ? [field(topicName), payload] : [field(topicName), [0, packetId], payload];
    return joined({ first: 0x30 | flags, fields }, { atLeast });
  });

type Filters = readonly (readonly [filter: string, qos: number])[];

const subscribe = fc
  .record({
    filters: fc.oneof<fc.MaybeWeightedArbitrary<Filters>[]>(
      {
        weight: 20,
        arbitrary: fc.array(
          fc.tuple(fc.constantFrom(...topicFilters, ...unusualFilters), fc.constantFrom(0, 1, 2, 2, 1, 0, 3)),
          { maxLength: 4 },
        ),
      },
      // A SUBACK whose Remaining Length needs a second byte.
      fc
        .tuple(fc.integer({ min: 120, max: 130 }), fc.constantFrom(...topicFilters))
        .map(([count, filter]) =>
          Array.from({ length: count }, (_, i) => [`${filter.replace('#', '+')}/${i % 100}`, i % 3] as const),
        ),
    ),
    packetId: fc.oneof({ weight: 20, arbitrary: fc.constant(9) }, fc.constant(0)),
    rest: fc.oneof({ weight: 20, arbitrary: fc.constant([]) }, fc.constantFrom([0], [0, 1], [0, 1, 0x74], [0, 0, 0])),
  })
  .map(({ filters, packetId, rest }) =>
    joined({ first: 0x82, fields: [[0, packetId], ...filters.map(([one, qos]) => [...field(one), qos]), rest] }),
  );

const packet: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: publish },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(0x40, 0x50, 0x62, 0x70), fc.integer({ min: 0, max: 4 }))
      .map(([first, packetId]) => Uint8Array.of(first, 2, 0, packetId)),
  },
  { weight: 2, arbitrary: subscribe },
  fc.constantFrom(...topicFilters).map((one) => encode({ type: 'unsubscribe', packetId: 9, topicFilters: [one] })),
  fc.constant(Uint8Array.of(0xc0, 0)),
  { weight: 1, arbitrary: damagedBytes },
);

/** Some packets of one client, in one chunk, in two, or byte by byte. */
const step = fc.record({
  who: fc.nat(2),
  packets: fc.array(packet, { minLength: 1, maxLength: 5 }),
  cut: fc.oneof(fc.constant('whole' as const), fc.nat(60), fc.constant('byte by byte' as const)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function chunks({ packets, cut }: Step): Uint8Array[] {
  const all = new Uint8Array(Buffer.concat(packets));
  if (cut === 'whole') return [all];
  if (cut === 'byte by byte') return Array.from(all, (byte) => Uint8Array.of(byte));
  return [all.slice(0, cut), all.slice(cut)].filter(({ length }) => length > 0);
}

interface Told {
  readonly bytes: readonly string[];
  readonly counters: unknown;
}

function play(steps: readonly Step[], parts: Partial<Parts>): Told {
  const broker = new SampleBroker({ parts });
  const told = ['', '', ''];
  const clients: SampleClient[] = [];
  const join = (who: number): SampleClient => broker.dial().sends(connect(`c${who}`, { cleanSession: who !== 2 }));
  for (const who of told.keys()) clients.push(join(who));
  for (const one of steps) {
    for (const chunk of chunks(one)) clients[one.who]?.sends(chunk);
    for (const [who, client] of clients.entries()) {
      told[who] += Buffer.from(client.takenBytes()).toString('hex');
      if (!client.closed) continue;
      // Who is thrown out comes again.
      told[who] += ' closed ';
      clients[who] = join(who);
    }
  }
  const { bytesReceived: _in, bytesSent: _out, ...counters } = broker.core.counters;
  return { bytes: told, counters };
}

test('the short way sends the same bytes as the long way, ends the same connections and counts the same', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      const [short, long] = [play(steps, {}), play(steps, longWay)];
      if (JSON.stringify(short) !== JSON.stringify(long)) expect(short).toEqual(long);
    }),
    { numRuns },
  );
});
