import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { encode } from '../../reference/codec/encode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { inspect } from '../../reference/codec/inspect.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { type ObservedPacket, Observer } from '../wire/observer.ts';
import { anyPacket } from './packet-arbitraries.ts';
import { numRuns } from './runs.ts';

const levelOf = (packet: Packet): 3 | 4 => (packet.type === 'connect' ? packet.protocolLevel : 4);

/** Valid packets with some bytes changed, and plain noise. */
const damaged = fc
  .tuple(anyPacket, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }), fc.uint8Array({ maxLength: 6 }))
  .map(([packet, changes, tail]) => {
    const bytes = new Uint8Array(Buffer.concat([encode(packet), tail]));
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes;
  });
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged);

function framesOf(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const frames: string[] = [];
  const framer = new Framer({ maxPacketBytes: 100_000 });
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  try {
    for (const to of [...places, bytes.length]) {
      framer.push(bytes.subarray(from, to), (frame) => frames.push(Buffer.from(frame).toString('hex')));
      from = to;
    }
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    frames.push(error.message);
  }
  return frames;
}

describe('the codec', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(anyPacket, (packet) => {
        expect(decode(encode(packet, levelOf(packet)))).toEqual(packet);
      }),
      { numRuns },
    );
  });

  test('encodes what it decodes to the same bytes, where the length was written in its shortest form', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        for (const hex of framesOf(bytes, [])) {
          if (!/^[0-9a-f]+$/.test(hex)) return;
          const frame = new Uint8Array(Buffer.from(hex, 'hex'));
          const shortest = frame.length < 130 ? (frame[1] ?? 0) < 128 : true;
          const { packet } = inspect(frame);
          // At level 3 flags that are not used may have any value.
          if (packet !== undefined && shortest && levelOf(packet) === 4)
            expect(Buffer.from(encode(packet, levelOf(packet))).toString('hex')).toBe(hex);
        }
      }),
      { numRuns },
    );
  });

  test('throws nothing but MalformedPacket and UnsupportedProtocol, whatever the bytes', () => {
    fc.assert(
      fc.property(anyBytes, fc.constantFrom<3 | 4>(3, 4), (bytes, level) => {
        try {
          decode(bytes, { level });
        } catch (error) {
          expect(error instanceof MalformedPacket || error instanceof UnsupportedProtocol).toBe(true);
          if (error instanceof MalformedPacket) expect(error.offset).toBeLessThanOrEqual(Math.max(bytes.length, 5));
        }
        expect(inspect(bytes, { level }).fields).toBeInstanceOf(Array);
      }),
      { numRuns },
    );
  });

  test('cuts a stream into the same frames, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 5 }), fc.array(fc.nat(600), { maxLength: 12 }), (parts, cuts) => {
        const stream = new Uint8Array(Buffer.concat(parts));
        expect(framesOf(stream, cuts)).toEqual(framesOf(stream, []));
        expect(
          framesOf(
            stream,
            Array.from(stream, (_, at) => at),
          ),
        ).toEqual(framesOf(stream, []));
      }),
      { numRuns: Math.ceil(numRuns / 4) },
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
        expect(seen).toHaveLength(1);
        expect(seen[0]?.packet).toMatchObject(packet);
      }),
      { numRuns },
    );
  });
});
