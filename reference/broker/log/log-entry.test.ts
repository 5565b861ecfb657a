import { describe, expect, test } from 'vitest';
import { jsonLine, type LogEntry, textLine } from './log-entry.ts';

const entry: LogEntry = {
  time: new Date('2026-01-31T12:00:00Z'),
  level: 'info',
  event: 'connected',
  connectionId: 7,
  fields: { clientId: 'c "1"', userName: undefined, sessionPresent: false, keepAlive: 60 },
};

describe('a line of the log', () => {
  test('is text', () => {
    expect(textLine(entry)).toBe(
      '2026-01-31T12:00:00.000Z info #7 connected clientId="c \\"1\\"" sessionPresent=false keepAlive=60',
    );
  });

  test('is JSON', () => {
    expect(JSON.parse(jsonLine(entry))).toEqual({
      time: '2026-01-31T12:00:00.000Z',
      level: 'info',
      event: 'connected',
      connectionId: 7,
      clientId: 'c "1"',
      sessionPresent: false,
      keepAlive: 60,
    });
  });

  test('is about no connection, too', () => {
    const { connectionId: _one, ...general } = entry;
    expect(textLine({ ...general, event: 'listens', fields: {} })).toBe('2026-01-31T12:00:00.000Z info listens');
  });

  test.each(['\n', '\r', '\x1b[2J', '\u2028', '\u202e', '\x9b', '\x7f'])(
    'stays one line, whatever a client sends: %j',
    (evil) => {
      for (const line of [textLine, jsonLine]) {
        const written = line({ ...entry, fields: { clientId: evil } });
        expect(written).toMatch(/^[ -~]+$/);
        expect(written.split('\n')).toHaveLength(1);
      }
      expect(JSON.parse(jsonLine({ ...entry, fields: { clientId: evil } }))).toMatchObject({ clientId: evil });
    },
  );
});
