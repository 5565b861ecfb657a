import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createReporter, lookOf, reporterNames } from './registry.ts';
import { report } from './sample-run.ts';

/** What the sample run leaves in a report that does not name its scenarios. */
const marks: Readonly<Record<string, string>> = { dot: '.X....X.X', badge: 'no verdict' };

test.each(reporterNames.map((name) => [name]))('%s writes its file', async (name) => {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-reporter-'));
  try {
    const file = join(folder, 'report');
    await report(createReporter(name, { file }));
    const text = await readFile(file, 'utf8');
    expect(text).toContain(marks[name] ?? 'overlap-highest-qos');
    expect(text).not.toContain('\u001b');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([['console'], ['tap'], ['junit'], ['spec'], ['dot'], ['json']])(
  '%s without a file writes to standard output',
  async (name) => {
    let text = '';
    const stdout = {
      write: (part: string) => {
        text += part;
      },
    };
    await report(createReporter(name, { stdout }));
    expect(text).toContain(name === 'dot' ? '.X....X.X' : 'overlap-highest-qos');
  },
);

test('an unknown name is answered with the names that exist', () => {
  expect(() => createReporter('xunit')).toThrow(
    'unknown reporter xunit: use console, tap, junit, spec, dot, json, html',
  );
});

test('a file that cannot be written is told by `end`', async () => {
  await expect(report(createReporter('json', { file: tmpdir() }))).rejects.toThrow('EISDIR');
});

describe('the look', () => {
  const terminal = { write: () => true, isTTY: true, columns: 120 };

  test('follows the terminal and the locale', () => {
    expect(lookOf(terminal, { LANG: 'en_GB.UTF-8', TERM: 'xterm' })).toEqual({
      live: true,
      colours: true,
      unicode: true,
      columns: 120,
    });
    expect(lookOf(terminal, { LANG: 'C', TERM: 'dumb' })).toMatchObject({
      live: false,
      colours: false,
      unicode: false,
    });
  });

  test('takes 80 columns where the terminal does not know', () => {
    expect(lookOf({ ...terminal, columns: 0 }, {}).columns).toBe(80);
  });

  test('has no colours with NO_COLOR, even if they are forced', () => {
    expect(lookOf(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }).colours).toBe(false);
  });

  test('has no live line where the output is no terminal, but colours where they are forced', () => {
    const pipe = { write: () => true };
    expect(lookOf(pipe, {})).toMatchObject({ live: false, colours: false, columns: 80 });
    expect(lookOf(pipe, { FORCE_COLOR: '1' })).toMatchObject({ live: false, colours: true });
  });
});
