import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfLetters } from './bytes-of-letters.ts';
import { textOfBytes } from './letters.ts';

test('bytes come back from their letters, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const text = textOfBytes(bytes);
      expect(bytesOfLetters(text, bytes.length)).toEqual(bytes);
      expect(text).not.toMatch(/[^!-~]|[<&`]/);
    }),
  );
});

test('two letters hold 13 bits', () => {
  expect(textOfBytes(new Uint8Array(1_300))).toHaveLength(1_600);
});
