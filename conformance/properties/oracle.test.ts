// The decoder against a second one that was written from the standard's text alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import { PacketReader } from '../../reference/codec/packet-reader.ts';
import { faultNamed } from '../faults/all.ts';
import { anyStream, damagedBytes, type Origin, origin, wellFormedBytes } from './byte-arbitraries.ts';
import { type NaiveEnd, readNaively } from './naive/decoder.ts';
import { plain } from './plain.ts';
import { numRuns } from './runs.ts';

type Decoder = typeof decode;

/** What framer and decoder make of a stream, in the oracle's words. */
function read(stream: Uint8Array, { level, sentBy }: Origin, decoder: Decoder): { packets: string[]; end: NaiveEnd } {
  const packets: string[] = [];
  const framer = new Framer();
  try {
    framer.push(stream, (frame) => packets.push(plain(decoder(frame, { level, sentBy }))));
  } catch (error) {
    return { packets, end: endOf(error) };
  }
  return { packets, end: framer.isEmpty ? 'whole' : 'unfinished' };
}

function endOf(error: unknown): NaiveEnd {
  if (error instanceof MalformedPacket) return 'malformed';
  if (error instanceof UnsupportedProtocol) return 'foreign';
  throw error;
}

function agree(stream: Uint8Array, from: Origin, decoder: Decoder = decode): NaiveEnd {
  const ours = read(stream, from, decoder);
  const naive = readNaively(stream, from);
  const differ = ours.end !== naive.end || ours.packets.join() !== naive.packets.map(plain).join();
  if (differ) expect(ours, naive.why).toEqual({ packets: naive.packets.map(plain), end: naive.end });
  return ours.end;
}

describe('a second decoder, written apart from the first', () => {
  test('takes the same well-formed packets, and reads the same in them', () => {
    fc.assert(
      fc.property(wellFormedBytes, ({ bytes, ...from }) => agree(bytes, from) === 'whole'),
      { numRuns },
    );
  });

  test('refuses the same streams, at the same packet, at both levels and from both senders', () => {
    const ends: Record<NaiveEnd, number> = { whole: 0, unfinished: 0, malformed: 0, foreign: 0 };
    fc.assert(
      fc.property(anyStream, origin, (stream, from) => {
        ends[agree(stream, from)]++;
      }),
      { numRuns },
    );
    for (const count of Object.values(ends)) expect(count).toBeGreaterThan(numRuns / 1_000);
  });

  test('reads the same as PacketReader, whatever the chunks', () => {
    fc.assert(
      fc.property(anyStream, origin, fc.array(fc.nat(40), { maxLength: 3 }), (stream, from, cuts) => {
        const naive = readNaively(stream, from);
        const packets: string[] = [];
        const reader = new PacketReader(from);
        const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        let end: NaiveEnd = 'whole';
        try {
          for (const [at, place] of places.entries())
            reader.push(stream.subarray(places[at - 1] ?? 0, place), (packet) => packets.push(plain(packet)));
        } catch (error) {
          end = endOf(error);
        }
        const known = naive.end === 'unfinished' ? 'whole' : naive.end;
        return end === known && packets.join() === naive.packets.map(plain).join();
      }),
      { numRuns },
    );
  });
});

/** Faulty brokers whose decoder takes what it should not, or reads something else. */
const faulty = [
  'bom-stripped',
  'connect-flag-bit-0-unchecked',
  'dup-with-qos-0-accepted',
  'empty-subscribe-answered',
  'empty-unsubscribe-answered',
  'nul-in-topic-filter',
  'overlong-utf-8',
  'password-missing',
  'password-without-user-name',
  'puback-flags-unchecked',
  'publish-identifier-0-accepted',
  'qos-3-accepted',
  'requested-qos-3-granted',
  'surplus-behind-connect',
  'surrogates',
  'topic-name-beyond-packet',
  'unknown-level-served',
  'will-qos-3',
  'will-qos-without-flag',
] as const;

test.each(faulty)('the oracle finds the decoder of the faulty broker "%s"', (name) => {
  const bent = faultNamed(name)?.options().parts?.decode;
  if (bent === undefined) throw new Error(`${name} has no decoder of its own`);
  const from = { level: 4, sentBy: 'client' } as const;
  const bytes = fc.oneof(
    damagedBytes,
    wellFormedBytes.map((one) => one.bytes),
  );
  const property = fc.property(bytes, (stream) => void agree(stream, from, (frame) => bent(frame, 4)));
  expect(fc.check(property, { numRuns: 20_000, seed: 1, endOnFailure: true }).failed).toBe(true);
});
