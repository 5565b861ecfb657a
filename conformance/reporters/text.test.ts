import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii, count, duration, oneLine, visible, withoutPassword, wrap } from './text.ts';

describe('text from a target', () => {
  test('keeps letters of all languages and line feeds', () => {
    expect(visible('Grüße, 世界 🎉\nend')).toBe('Grüße, 世界 🎉\nend');
  });

  test.each([
    ['an order to the terminal', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['U+0000', 'a\u0000b', 'a\\u0000b'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
    ['a non-character', 'a\uffffb', 'a\\uffffb'],
    ['a change of direction', 'a\u202eb', 'a\\u202eb'],
    ['what has no width', 'a\u200bb', 'a\\u200bb'],
    ['a letter that cannot be seen', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ])('shows %s as its number', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('is put on one line', () => {
    expect(oneLine(' a\r\n  b\nc ')).toBe('a b c');
  });

  test('is written in ASCII where the terminal has nothing else', () => {
    expect(ascii('é✔\n')).toBe('\\u00e9\\u2714\n');
  });
});

test('wrapped lines are never wider than allowed, and lose nothing but blanks', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 100 }), (list, columns) => {
      const lines = wrap(list.join(' '), { columns, first: 'got       ' });
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join('').replaceAll(' ', '')).toBe(`got${list.join('')}`);
    }),
  );
});

test.each([
  ['mqtt://user:secret@host:1883', 'mqtt://user:***@host:1883'],
  ['mqtt://user:a@b@host', 'mqtt://user:***@host'],
  ['user:secret@host', 'user:***@host'],
  ['host:1883', 'host:1883'],
  ['mqtt://user@host:1883', 'mqtt://user@host:1883'],
  ['mqtt://user:a@b:c/d@host', 'mqtt://user:***@host'],
])('%s is shown as %s', (address, shown) => {
  expect(withoutPassword(address)).toBe(shown);
});

test('numbers are told as people tell them', () => {
  expect([count(1, 'scenario'), count(2, 'scenario')]).toEqual(['1 scenario', '2 scenarios']);
  expect([duration(421), duration(12_340), duration(125_000)]).toEqual(['0.42 s', '12.3 s', '2 min 5 s']);
});
