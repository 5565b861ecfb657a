import { describe, expect, test } from 'vitest';
import type { Fixture } from './fixture.ts';
import { FixtureError, parseFixture } from './parse-fixture.ts';
import { writeFixture } from './write-fixture.ts';

const text = `mqttspec fixture 1
title: A ping is answered
client: somebody 1.0
broker: somebody else 2.0
capture: npm run capture -- ping
note: one
note: two

# A remark for readers.
0.000 pinger > open
0.001 pinger > 10 0D 0004 4D515454 04 02 003C 0001 61   # CONNECT
0.002 pinger < 20 02 00 00
0.003 pinger > C0
  00        # PINGREQ, cut by a line
0.004 pinger < D000
0.005 pinger > fin
0.005 pinger < rst
`;

const parsed = parseFixture(text, 'ping.txt');

describe('a fixture', () => {
  test('is read with its head, its times, its bytes and its comments', () => {
    expect(parsed.head).toMatchObject({
      title: 'A ping is answered',
      note: ['one', 'two'],
      broker: ['somebody else 2.0'],
    });
    expect(parsed.events.map(({ kind, by, atMs }) => `${atMs} ${by} ${kind}`)).toEqual([
      '0 client open',
      '1 client bytes',
      '2 server bytes',
      '3 client bytes',
      '4 server bytes',
      '5 client fin',
      '5 server rst',
    ]);
    expect(parsed.events[3]).toMatchObject({
      bytes: Uint8Array.of(0xc0, 0),
      comment: 'PINGREQ, cut by a line',
      line: 13,
    });
  });

  test('is the same when it was written and read again', () => {
    const again = parseFixture(writeFixture(parsed), 'again.txt');
    const bare = ({ head, events }: Fixture): unknown => ({
      head,
      events: events.map(({ line: _line, comment: _comment, ...event }) => event),
    });
    expect(bare(again)).toEqual(bare(parsed));
  });

  test('is written with bytes grouped by field, and the packet in words', () => {
    expect(writeFixture(parsed)).toContain('0.002 pinger < 20 02 00 00');
    expect(writeFixture(parsed)).toMatch(/> 10 0D 00044D515454 04 .* # CONNECT\n/);
  });

  test('with a long packet is written on several lines', () => {
    const bytes = Uint8Array.from([0x30, 0xcb, 0x01, 0, 1, 0x61, ...Array.from({ length: 200 }, (_, i) => i)]);
    const events = [parsed.events[0], { kind: 'bytes', connection: 'pinger', by: 'server', atMs: 3, bytes }] as const;
    const written = writeFixture({ head: { title: 'long' }, events: events.filter((event) => event !== undefined) });
    expect(Math.max(...written.split('\n').map((line) => line.length))).toBeLessThan(180);
    expect(parseFixture(written, 'long.txt').events[1]).toMatchObject({ bytes });
  });
});

describe('an error in a fixture names file and line', () => {
  test.each([
    ['first line', () => 'hello', 'bad.txt:1: expected "mqttspec fixture 1", got "hello"'],
    [
      'unknown key',
      () => text.replace('note: two', 'nota: two'),
      /^bad\.txt:7: expected one of title, .*got "nota: two"/,
    ],
    ['no title', () => text.replace(/title: .*\n/, ''), 'bad.txt:1: the head has no "title"'],
    ['empty value', () => text.replace('note: two', 'note:'), 'bad.txt:7: "note" is empty'],
    ['half a byte', () => text.replace('D000', 'D00'), 'bad.txt:15: "D00" has half a byte: write two digits a byte'],
    ['no hex', () => text.replace('D000', 'D0 0x00'), 'bad.txt:15: expected hex digits, got "x"'],
    ['no event', () => text.replace('0.004 pinger', '0.004'), /^bad\.txt:15: expected time in seconds/],
    ['time goes back', () => text.replace('0.004', '0.001'), 'bad.txt:15: time 0.001 is before that of the line above'],
    ['not opened', () => text.replace('0.000 pinger > open\n', ''), /^bad\.txt:10: "pinger" was not opened before/],
    ['opened twice', () => text.replace('< rst', '> open'), /^bad\.txt:17: "pinger" is open already/],
    ['goes on with nothing', () => `${text}  00`, /^bad\.txt:18: a line that begins with a blank/],
  ])('%s', (_name, bad, message) => {
    const read = (): unknown => parseFixture(bad(), 'bad.txt');
    expect(read).toThrow(FixtureError);
    expect(read).toThrow(message);
  });
});
