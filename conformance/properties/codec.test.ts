import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { encode } from '../../reference/codec/encode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { inspect } from '../../reference/codec/inspect.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { bodyAt } from '../faults/bend.ts';
import { type ObservedPacket, Observer } from '../wire/observer.ts';
import * as raw from '../wire/raw.ts';
import { anyStream, damagedBytes, wellFormedBytes } from './byte-arbitraries.ts';
import { anyPacket } from './packet-arbitraries.ts';
import { plain } from './plain.ts';
import { numRuns } from './runs.ts';

/** The level at which a packet is to be written: CONNECT has its own. */
const levelOf = (packet: Packet, level: 3 | 4): 3 | 4 => (packet.type === 'connect' ? packet.protocolLevel : level);

/** The frames of a stream that comes in chunks, and the error that ends it. */
function framesOf(stream: Uint8Array, cuts: readonly number[]): (Uint8Array | MalformedPacket)[] {
  const frames: (Uint8Array | MalformedPacket)[] = [];
  const framer = new Framer({ maxPacketBytes: 100_000 });
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  try {
    for (const to of [...places, stream.length]) {
      framer.push(stream.subarray(from, to), (frame) => frames.push(frame));
      from = to;
    }
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    frames.push(error);
  }
  return frames;
}

const inWords = (frames: readonly (Uint8Array | MalformedPacket)[]): string =>
  frames.map((one) => (one instanceof Error ? one.message : Buffer.from(one).toString('hex'))).join('\n');

describe('the codec', () => {
  test('decodes what it encodes, at both levels', () => {
    fc.assert(
      fc.property(anyPacket, fc.constantFrom<3 | 4>(3, 4), (packet, level) => {
        const at = levelOf(packet, level);
        // MQTT 3.1 has no Session Present.
        const kept = packet.type === 'connack' && at === 3 ? { ...packet, sessionPresent: false } : packet;
        return plain(decode(encode(packet, at), { level: at })) === plain(kept);
      }),
      { numRuns },
    );
  });

  test('encodes what it decodes to the same bytes', () => {
    fc.assert(
      fc.property(wellFormedBytes, ({ bytes, level, sentBy }) => {
        const packet = decode(bytes, { level, sentBy });
        return Buffer.compare(encode(packet, levelOf(packet, level)), bytes) === 0;
      }),
      { numRuns },
    );
  });

  test('encodes what it decodes out of damaged bytes to the same bytes, with the shortest Remaining Length', () => {
    fc.assert(
      fc.property(damagedBytes, (bytes) => {
        for (const frame of framesOf(bytes, [])) {
          if (frame instanceof Error) return;
          const { packet } = inspect(frame);
          // A CONNECT of level 3 may have bits that are not used.
          if (packet === undefined || levelOf(packet, 4) === 3) return;
          const shortest = raw.packet(frame[0] ?? 0, frame.subarray(bodyAt(frame)));
          if (Buffer.compare(encode(packet), shortest) !== 0) expect(encode(packet)).toEqual(shortest);
        }
      }),
      { numRuns },
    );
  });

  test('throws nothing but MalformedPacket and UnsupportedProtocol, whatever the bytes', () => {
    fc.assert(
      fc.property(anyStream, fc.constantFrom<3 | 4>(3, 4), (bytes, level) => {
        try {
          decode(bytes, { level });
        } catch (error) {
          if (error instanceof MalformedPacket) return error.offset <= Math.max(bytes.length, 5);
          if (!(error instanceof UnsupportedProtocol)) throw error;
        }
        return Array.isArray(inspect(bytes, { level }).fields);
      }),
      { numRuns },
    );
  });

  test('cuts a stream into the same frames, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(anyStream, { maxLength: 3 }), fc.array(fc.nat(600), { maxLength: 12 }), (parts, cuts) => {
        const stream = new Uint8Array(Buffer.concat(parts));
        const whole = inWords(framesOf(stream, []));
        const byteByByte = Array.from(stream, (_, at) => at);
        return inWords(framesOf(stream, cuts)) === whole && inWords(framesOf(stream, byteByByte)) === whole;
      }),
      { numRuns },
    );
  });

  test('agrees with the observer on what a server sends', () => {
    const fromServer = anyPacket.filter(
      ({ type }) => !['connect', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect'].includes(type),
    );
    fc.assert(
      fc.property(fromServer, (packet) => {
        const seen: ObservedPacket[] = [];
        new Observer((one) => seen.push(one)).push(encode(packet));
        return seen.length === 1 && plain(seen[0]?.packet ?? {}) === plain(packet);
      }),
      { numRuns },
    );
  });
});
