// The decoder against a second one that was written from the standard's text alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import { anyStream, type Origin, origin, wellFormedBytes } from './byte-arbitraries.ts';
import { type NaiveEnd, readNaively } from './naive/decoder.ts';
import { plain } from './plain.ts';
import { numRuns } from './runs.ts';

/** What framer and decoder make of a stream, in the oracle's words. */
function read(stream: Uint8Array, { level, sentBy }: Origin): { packets: string[]; end: NaiveEnd } {
  const packets: string[] = [];
  const framer = new Framer();
  try {
    framer.push(stream, (frame) => packets.push(plain(decode(frame, { level, sentBy }))));
  } catch (error) {
    if (error instanceof MalformedPacket) return { packets, end: 'malformed' };
    if (error instanceof UnsupportedProtocol) return { packets, end: 'foreign' };
    throw error;
  }
  return { packets, end: framer.isEmpty ? 'whole' : 'unfinished' };
}

function agree(stream: Uint8Array, from: Origin): NaiveEnd {
  const ours = read(stream, from);
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
});
