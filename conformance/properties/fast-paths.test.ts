// What is read fast has to be what is read strictly: the same packets, the same errors, whatever the bytes and the chunks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StringCache } from '../../reference/codec/bytes/string-cache.ts';
import { decodeUtf8 } from '../../reference/codec/bytes/utf8.ts';
import { decode, decodeStrictly } from '../../reference/codec/decode.ts';
import { encode } from '../../reference/codec/encode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Packet, ProtocolLevel } from '../../reference/codec/packet.ts';
import { PacketReader, type PacketReaderOptions } from '../../reference/codec/packet-reader.ts';
import { RouteCache } from '../../reference/topics/route-cache.ts';
import { SubscriptionTree } from '../../reference/topics/subscription-tree.ts';
import { anyPacket } from './packet-arbitraries.ts';
import { numRuns } from './runs.ts';

const changes = fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 });
/** Packets as they are or with some bytes changed, the first bytes more often than others. */
const frame = fc.tuple(anyPacket, fc.oneof(fc.constant([]), changes)).map(([packet, changed]) => {
  const bytes = encode(packet).slice();
  for (const [at, value] of changed) bytes[at % bytes.length] = value;
  return bytes;
});
const side = fc.constantFrom<'client' | 'server' | undefined>('client', 'server', undefined);
const options = fc
  .tuple(fc.constantFrom<ProtocolLevel>(3, 4), side)
  .map(([level, sentBy]) => (sentBy === undefined ? { level } : { level, sentBy }));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** A packet as text, so that it doesn't matter which kind of array holds the payload. */
const shown = (packet: Packet): string =>
  JSON.stringify(packet, function (this: Record<string, unknown>, key, value) {
    const field = this[key];
    return field instanceof Uint8Array ? hex(field) : value;
  });

function outcome(read: () => Packet): string {
  try {
    return shown(read());
  } catch (error) {
    return String(error);
  }
}

/** What a reader makes of a stream that comes in chunks: packets, and the error that ends it. */
function outcomes(
  chunks: readonly Uint8Array[],
  push: (chunk: Uint8Array, said: (what: string) => void) => void,
): string[] {
  const all: string[] = [];
  try {
    for (const chunk of chunks) push(chunk, (what) => all.push(what));
  } catch (error) {
    all.push(String(error));
  }
  return all;
}

function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set([0, ...places.map((place) => place % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, i) => stream.subarray(at[i], end));
}

const limited = (given: PacketReaderOptions): PacketReaderOptions => ({ ...given, maxPacketBytes: 300 });

describe('reading fast', () => {
  test('decodes a frame as the strict decoder does', () => {
    fc.assert(
      fc.property(fc.oneof(frame, fc.uint8Array({ maxLength: 8 })), options, (bytes, given) => {
        expect(outcome(() => decode(bytes, given))).toBe(outcome(() => decodeStrictly(bytes, given)));
      }),
      { numRuns },
    );
  });

  test('reads a stream as a framer with the strict decoder does, in any chunks', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.nat(600), { maxLength: 8 }),
        options,
        (frames, places, given) => {
          const stream = Buffer.concat(frames);
          const framer = new Framer({ maxPacketBytes: 300 });
          const strict = outcomes([stream], (chunk, said) =>
            framer.push(chunk, (one) => said(shown(decodeStrictly(one, given)))),
          );
          const reader = new PacketReader(limited(given));
          expect(outcomes(cut(stream, places), (chunk, said) => reader.push(chunk, (one) => said(shown(one))))).toEqual(
            strict,
          );
          const bytewise = new PacketReader(limited(given));
          const bytes = Array.from(stream, (_, at) => stream.subarray(at, at + 1));
          expect(outcomes(bytes, (chunk, said) => bytewise.push(chunk, (one) => said(shown(one))))).toEqual(strict);
        },
      ),
      { numRuns },
    );
  });

  test('shows a PUBLISH where it lies: its frame and its payload; in the chunk only where it has said so before', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.nat(600), { maxLength: 4 }),
        options,
        (frames, places, given) => {
          const stream = Buffer.concat(frames);
          const framer = new Framer();
          const strict = outcomes([stream], (chunk, said) =>
            framer.push(chunk, (one) => {
              const packet = decodeStrictly(one, given);
              said(shown(packet));
              if (packet.type === 'publish') said(`${hex(one)} ${hex(packet.payload)}`);
            }),
          );
          const reader = new PacketReader(given);
          const visited = outcomes(cut(stream, places), (chunk, said) => {
            const showsViews = reader.showsViewsOf(chunk);
            reader.visit(chunk, {
              publish: (view) => {
                said(shown(view.toPacket()));
                const { bytes, start, payloadStart, end } = view;
                if (bytes === chunk) expect(showsViews).toBe(true);
                said(`${hex(bytes.subarray(start, end))} ${hex(bytes.subarray(payloadStart, end))}`);
              },
              packet: (packet) => said(shown(packet)),
            });
          });
          expect(visited).toEqual(strict);
        },
      ),
      { numRuns },
    );
  });

  test('a kept string is the string of its bytes, however many are kept', () => {
    const cache = new StringCache();
    const word = fc.oneof(
      fc.constantFrom('a/b', 'a/c', 'topic', 'é', ''),
      fc.string({ unit: 'grapheme', maxLength: 50 }),
    );
    const text = word.map((value) => new Uint8Array(Buffer.from(value)));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 12 })), fc.nat(9), (bytes, before) => {
        const within = new Uint8Array([...Array.from({ length: before }, () => 0x2f), ...bytes, 0x2f]);
        for (const place of [within, Buffer.from(within)]) {
          expect(cache.get(place, before, before + bytes.length)).toBe(decodeUtf8(bytes, 0, bytes.length));
        }
      }),
      { numRuns },
    );
  });
});

test('a sink may read from another reader while it looks at a PUBLISH', () => {
  const outer = new PacketReader();
  const inner = new PacketReader();
  const one = (topicName: string): Uint8Array =>
    encode({ type: 'publish', qos: 0, dup: false, retain: false, topicName, payload: Buffer.from(topicName) });
  const seen: string[] = [];
  outer.visit(one('outer'), {
    publish: (view) => {
      inner.push(one('inner'), (packet) => seen.push(packet.type === 'publish' ? packet.topicName : packet.type));
      seen.push(view.topicName, Buffer.from(view.payload).toString());
    },
    packet: ({ type }) => seen.push(type),
  });
  expect(seen).toEqual(['inner', 'outer', 'outer']);
});

test('more topics than are kept stay right', () => {
  const reader = new PacketReader();
  for (let i = 0; i < 50_000; i++) {
    const topicName = `site/${i % 40_000}/temperature`;
    reader.push(
      encode({ type: 'publish', qos: 0, dup: false, retain: false, topicName, payload: new Uint8Array(1) }),
      (packet) => {
        if (packet.type !== 'publish' || packet.topicName !== topicName)
          throw new Error(`read ${JSON.stringify(packet)}`);
      },
    );
  }
  expect(reader.isEmpty).toBe(true);
});

test('routes that are kept are those that a search would find, whatever comes and goes', () => {
  const level = fc.constantFrom('', 'a', 'b', '$SYS');
  const name = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/') || '/');
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.boolean())
    .map(([levels, hash]) => [...levels, ...(hash ? ['#'] : [])].join('/') || 'a');
  const step = fc.record({ filter, key: fc.nat(3), add: fc.boolean(), names: fc.array(name, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const tree = new SubscriptionTree<number, string>();
      const search = (topicName: string): string => {
        const found: string[] = [];
        tree.match(topicName, (value, key) => found.push(`${key} ${value}`));
        return found.sort().join();
      };
      const cache = new RouteCache({ find: (topicName) => [search(topicName)], maxTopics: 5 });
      for (const { filter: changed, key, add, names } of steps) {
        if (add) tree.add(changed, key, changed);
        else tree.remove(changed, key);
        cache.changed(changed);
        for (const topicName of names) expect(cache.of(topicName)).toEqual([search(topicName)]);
      }
    }),
    { numRuns },
  );
});
