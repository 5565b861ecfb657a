// Our decoder against the parser of mqtt-packet, packet by packet.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import { packetTypeOf } from '../../reference/codec/packet-types.ts';
import { hex } from '../wire/raw.ts';
import { damagedBytes, wellFormedBytes } from './byte-arbitraries.ts';
import { readByMqttPacket } from './peers/mqtt-packet.ts';
import { type Difference, differences } from './peers/mqtt-packet-differences.ts';
import { plain } from './plain.ts';
import { numRuns } from './runs.ts';

type Reading = { readonly packet: string } | { readonly refused: string } | 'several' | 'unfinished';

/** What we make of bytes that are one packet. */
function readByUs(bytes: Uint8Array): Reading {
  const frames: Uint8Array[] = [];
  const framer = new Framer();
  try {
    framer.push(bytes, (frame) => frames.push(frame));
    const [frame, second] = frames;
    if (second !== undefined) return 'several';
    return frame === undefined || !framer.isEmpty ? 'unfinished' : { packet: plain(decode(frame)) };
  } catch (error) {
    if (error instanceof MalformedPacket) return { refused: error.statement };
    if (error instanceof UnsupportedProtocol) return { refused: 'MQTT-3.1.2-2' };
    throw error;
  }
}

/** The row that explains a difference; undefined if nothing differs; throws if no row does. */
function compare(bytes: Uint8Array): Difference | undefined {
  const ours = readByUs(bytes);
  if (typeof ours === 'string') return undefined;
  const theirs = readByMqttPacket(bytes);
  if ('refused' in ours && 'refused' in theirs) return undefined;
  if ('packet' in ours && 'packet' in theirs) {
    expect(ours.packet).toBe(plain(theirs.packet));
    return undefined;
  }
  const type = packetTypeOf[(bytes[0] ?? 0) >> 4];
  const row = differences.find(
    ({ packets, statement, theirReason }) =>
      packets.some((one) => one === type) &&
      ('refused' in ours
        ? statement === ours.refused
        : 'refused' in theirs && theirReason?.test(theirs.refused) === true),
  );
  if (row === undefined) throw new Error(`nothing explains ${JSON.stringify({ type, ours, theirs })}`);
  return row;
}

describe('mqtt-packet', () => {
  test('reads the same in well-formed packets, but for what the table explains', () => {
    fc.assert(
      fc.property(wellFormedBytes, ({ bytes, level }) => {
        // It knows MQTT 3.1 in CONNECT alone.
        const difference = level === 4 ? compare(bytes) : undefined;
        return difference === undefined || difference.theirReason !== undefined;
      }),
      { numRuns },
    );
  });

  test('refuses the same packets, but for what the table explains', () => {
    fc.assert(
      fc.property(damagedBytes, (bytes) => void compare(bytes)),
      { numRuns },
    );
  });

  test.each(differences)('$because: $example', (difference) => {
    expect(compare(hex(difference.example))).toBe(difference);
  });
});
