import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from '../spec/catalogue.ts';
import { jsonReporter, reportText } from './json.ts';
import { fileOutput } from './output.ts';
import schema from './report.schema.json' with { type: 'json' };
import { report, sampleFailure, sampleReport } from './sample-run.ts';
import { breachesOf, type Schema } from './schema-check.ts';

interface Draft {
  readonly run?: unknown;
  readonly scenarios?: unknown;
}

const breaches = (value: unknown): string[] => breachesOf(schema as Schema, value);
const parsed = (): Draft => JSON.parse(reportText(sampleReport()));

test('the file holds the report, and ends with a line feed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-json-'));
  try {
    const file = join(folder, 'new', 'report.json');
    await report(jsonReporter(fileOutput(file)));
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual(sampleReport());
    expect(text.endsWith('}\n')).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the same report gives the same text, whatever the order in which its keys were made', () => {
  const one = sampleReport();
  const [first, ...rest] = one.scenarios;
  if (first === undefined) throw new Error('the sample has no scenarios');
  const turned = Object.fromEntries(Object.entries(first).reverse()) as unknown as typeof first;
  expect(reportText({ ...one, scenarios: [turned, ...rest] })).toBe(reportText(one));
});

test('what a target sends comes back as it was, and orders no terminal about that shows the file', () => {
  const title = 'a\u001b[2J\u009b31m\u202e\u2066\u200f\u2028\u007f é 🎉';
  const text = reportText(sampleReport({ results: [{ ...sampleFailure, title }] }));
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  expect(text).toContain('é 🎉');
  expect(JSON.parse(text).scenarios[0].title).toBe(title);
});

test('a run with every verdict, one of nothing and one that was interrupted keep to the schema', () => {
  for (const options of [
    {},
    { results: [], endedBy: 'target lost', reason: 'cannot reach it' },
    { endedBy: 'interrupted' },
  ] as const) {
    expect(breaches(JSON.parse(reportText(sampleReport(options))))).toEqual([]);
  }
});

test.each<[string, (report: Draft) => unknown]>([
  ['another format', (one) => ({ ...one, format: 'something else' })],
  ['no run', ({ run: _, ...rest }) => rest],
  ['a key that it does not know', (one) => ({ ...one, extra: 1 })],
  [
    'an unknown verdict of a statement',
    (one) => ({ ...one, statements: [{ id: 'x', verdict: 'good', scenarios: [] }] }),
  ],
  ['a scenario without trace', (one) => ({ ...one, scenarios: [{ id: 'x', verdict: 'pass' }] })],
  ['bytes that are not hex', (one) => ({ ...one, scenarios: spoiled(one.scenarios) })],
])('the schema refuses %s', (_, spoil) => {
  expect(breaches(spoil(parsed()))).not.toEqual([]);
});

function spoiled(scenarios: unknown): unknown {
  return JSON.parse(JSON.stringify(scenarios).replace('"c000"', '"c0zz"'));
}

test('every statement of the catalogue is in the report, in its order', () => {
  const { statements } = sampleReport();
  expect(statements.map(({ id }) => id)).toEqual(catalogue.map(({ id }) => id));
});
