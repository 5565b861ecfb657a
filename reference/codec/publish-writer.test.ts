import { describe, expect, test } from 'vitest';
import { BlockPool } from './bytes/block-pool.ts';
import { encode } from './encode.ts';
import { Output } from './output.ts';
import { publishByte, writePublish } from './publish-writer.ts';

const topicOf = (topicName: string): Uint8Array =>
  Buffer.from(`\0${String.fromCharCode(topicName.length)}${topicName}`);

/** What an output writes, copied at once as a socket's kernel does. */
function written(output: Output): Buffer {
  const pieces: Buffer[] = [];
  output.flush({
    bufferedBytes: 0,
    write: (bytes, taken) => {
      pieces.push(Buffer.from(bytes));
      taken?.();
    },
  });
  return Buffer.concat(pieces);
}

describe('a PUBLISH written straight into the output', () => {
  test.each([0, 1, 31, 33, 119, 120, 121, 122, 1_000, 16_373, 16_374, 16_375, 16_384, 70_000, 2_097_143, 2_097_152])(
    'is what the encoder makes, with a payload of %i bytes',
    (length) => {
      const output = new Output(new BlockPool(), { reclaims: true });
      const payload = new Uint8Array(length).map((_, i) => i);
      const expected: Uint8Array[] = [];
      for (const qos of [0, 1, 2] as const) {
        const common = { type: 'publish', topicName: 'a/b', payload, retain: qos === 1 } as const;
        const packetId = qos === 0 ? 0 : 258 + qos;
        writePublish(
          output,
          publishByte({ qos, dup: qos === 2, retain: qos === 1 }),
          topicOf('a/b'),
          packetId,
          payload,
        );
        expected.push(
          encode(qos === 0 ? { ...common, qos, dup: false } : { ...common, qos, dup: qos === 2, packetId }),
        );
      }
      expect(written(output).equals(Buffer.concat(expected))).toBe(true);
    },
  );

  test.each([0, 1, 16_383, 16_384, 70_000])(
    'has room for the longest Topic Name and a payload of %i bytes',
    (length) => {
      const output = new Output(new BlockPool(), { reclaims: true });
      const topicName = 't'.repeat(65_535);
      const payload = new Uint8Array(length).fill(7);
      writePublish(output, 0x32, Buffer.concat([Buffer.from([255, 255]), Buffer.from(topicName)]), 9, payload);
      const expected = encode({ type: 'publish', topicName, payload, retain: false, qos: 1, dup: false, packetId: 9 });
      expect(written(output).equals(expected)).toBe(true);
    },
  );

  test('refuses what is too long for the wire', () => {
    const output = new Output(new BlockPool());
    const payload = { length: 268_435_455 } as Uint8Array;
    expect(() => writePublish(output, 0x30, topicOf('a'), 0, payload)).toThrow(RangeError);
    expect(output.length).toBe(0);
  });
});

describe('blocks of an output', () => {
  test('are not written into again before their bytes have left', () => {
    const pool = new BlockPool();
    const output = new Output(pool, { reclaims: true });
    const waiting: (() => void)[] = [];
    const pieces: Uint8Array[] = [];
    const sink = {
      bufferedBytes: 1,
      write: (bytes: Uint8Array, taken?: () => void) => {
        pieces.push(bytes);
        if (taken !== undefined) waiting.push(taken);
      },
    };
    output.acknowledgement(0x40, 1);
    output.flush(sink);
    output.acknowledgement(0x40, 2);
    output.flush(sink);
    expect(pieces.map((piece) => piece[3])).toEqual([1, 2]);
    for (const taken of waiting) taken();
    output.acknowledgement(0x40, 3);
    output.flush(sink);
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(2);
  });
});
