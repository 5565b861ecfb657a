import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceEntry } from '../../wire/trace.ts';
import { htmlReporter } from '../html.ts';
import { report as play, sampleFailure, sampleReport, sampleResult, sampleResults } from '../sample-run.ts';
import { sentence, worstFindings } from './findings.ts';
import { renderHtml } from './page.tsx';
import { shown } from './text.ts';

const matches = (html: string, pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, found = '']) => found);
const ids = (html: string): string[] => matches(html, /<[^>]* id="?([^" >]+)/g);

test('the page is written at the end of a run, whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-html-'));
  try {
    const file = join(folder, 'new', 'index.html');
    await play(htmlReporter({ file }));
    expect(await readFile(file, 'utf8')).toBe(renderHtml(sampleReport()));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the same report gives the same page', () => {
  expect(renderHtml(sampleReport())).toBe(renderHtml(structuredClone(sampleReport())));
});

test('every statement and every scenario has its place, and no id stands twice', () => {
  const report = sampleReport({ results: [...sampleResults, sampleResult({ protocol: '3.1' })] });
  const found = ids(renderHtml(report));
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(report.statements.map(({ id }) => id)));
  expect(found).toEqual(expect.arrayContaining(['pingreq-answered', 'pingreq-answered@3.1', 'overlap-highest-qos']));
});

test('every link within the page leads somewhere', () => {
  const html = renderHtml(sampleReport());
  const known = new Set(ids(html));
  const targets = matches(html, /href="?#([^" >]+)/g);
  expect(targets.length).toBeGreaterThan(sampleReport().statements.length);
  expect(targets.filter((target) => !known.has(target))).toEqual([]);
});

test('a failure shows what was expected, what came, the bytes, the fields and where it was decided', () => {
  const html = renderHtml(sampleReport({ results: [sampleFailure] }));
  for (const text of [
    'PUBLISH with QoS 2',
    'PUBLISH with QoS 0',
    '30 06 00 03 61',
    'Topic Name',
    'stable: the same in 3 runs',
  ]) {
    expect(html).toContain(text);
  }
  expect(html).toMatch(/<li class=ra aria-current=true><i>3<\/i><p><strong>decided here: <\/strong>← PUBLISH "a\/b"/);
  expect(html).toContain('lower QoS than granted');
});

test('a hostile target cannot add markup, nor hide what it sent', () => {
  const evil = '</style></script><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e\u0007\u200b';
  const entry: TraceEntry = {
    kind: 'received',
    at: 1,
    connection: evil,
    length: 9,
    hex: evil,
    summary: evil,
    fields: [{ name: evil, offset: 0, length: 1, value: evil, problem: evil }],
    findings: [evil],
  };
  const result = {
    ...sampleFailure,
    title: evil,
    reason: evil,
    trace: [entry, { kind: 'note', at: 2, text: evil }],
  } as const;
  const checks = [{ verdict: 'fail', statements: ['MQTT-3.3.5-1'], expected: evil, got: evil } as const];
  const report = sampleReport({ results: [{ ...result, checks }], reason: evil, endedBy: 'target lost' });
  const capability = { name: evil, value: evil, evidence: evil };
  const target = { address: evil, version: evil, protocols: ['3.1.1'], capabilities: [capability] } as const;
  const html = renderHtml({ ...report, target, run: { ...report.run, address: evil } });
  expect(html).not.toMatch(/<img|<script>alert|<\/script><script/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/\u202e|\p{Cc}(?<!\n)|\u200b/u);
  expect(html).toContain('\\u202e\\u0007\\u200b');
});

test('whatever is shown has no character that a reader cannot see', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(shown(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    }),
  );
});

test('only the style and the script of the page itself are allowed, by their hashes', () => {
  const html = renderHtml(sampleReport());
  const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(html).toContain(`default-src 'none'`);
  expect(html).toContain(`style-src ${hash(/<style>(.*?)<\/style>/s.exec(html)?.[1])}`);
  expect(html).toContain(`script-src ${hash(/<script>(.*?)<\/script>/s.exec(html)?.[1])}`);
  expect(html).not.toMatch(/<[^>]* (style|on\w+)=/);
  expect(html).not.toMatch(/(src|href)="?(https?:|\/\/)/);
});

test.each([
  [{ results: [sampleResult()] }, 'Compliant: no violation was found.'],
  [{ results: [sampleFailure] }, 'Not compliant: it violates 1 statement.'],
  [{ results: [], endedBy: 'target lost', reason: 'nobody listens' }, 'No verdict: nobody listens.'],
  [{ results: [], endedBy: 'interrupted' }, 'No verdict: the run was interrupted.'],
] as const)('the verdict is told in a sentence, %#', (options, expected) => {
  const report = sampleReport(options);
  expect(sentence(report)).toBe(expected);
  expect(renderHtml(report)).toContain(`${expected}</span></h1>`);
});

test('of the findings, stable violations come first, and a statement is told once', () => {
  const unstable = { ...sampleFailure, id: 'unstable', stability: { runs: 3, same: 1 } };
  const again = { ...sampleFailure, id: 'again' };
  const [warned] = sampleResults.filter(({ verdict }) => verdict === 'warn');
  const results = [...(warned === undefined ? [] : [warned]), unstable, sampleFailure, again];
  const found = worstFindings(sampleReport({ results })).map(({ result }) => result.id);
  expect(found).toEqual(['overlap-highest-qos', 'connect-closed-silently']);
});

test('of a long trace, both ends and what decided are kept', () => {
  const trace = Array.from({ length: 300 }, (_, i): TraceEntry => ({ kind: 'note', at: i, text: `step ${i};` }));
  const checks = sampleFailure.checks.map((check) => ({ ...check, traceIndex: 150 }));
  const html = renderHtml(sampleReport({ results: [{ ...sampleFailure, trace, checks }] }));
  const steps = matches(html, /step (\d+);/g).map(Number);
  expect(steps).toEqual([...Array(50).keys(), 150, ...Array.from({ length: 50 }, (_, i) => 250 + i)]);
  expect(html).toContain('100 entries left out');
  expect(html).toContain('99 entries left out');
});

test('450 scenarios as long as ours are fit into 1.5 MiB', () => {
  const packet = { connection: 'subscriber', length: 12, hex: '30'.repeat(12) };
  const summary = 'PUBLISH "mqttspec/k3q9/43/t" QoS 1 id 7';
  // As in real runs, every fourth entry is a note or the end of a connection.
  const trace = Array.from({ length: 23 }, (_, i): TraceEntry => {
    if (i % 4 === 3) return { kind: 'note', at: i * 9.7, connection: 'subscriber', text: 'barrier reached: PINGRESP' };
    return { kind: 'sent', at: i * 9.7, summary, ...packet };
  });
  const checks = Array.from({ length: 4 }, () =>
    sampleFailure.checks.map((check) => ({ ...check, verdict: 'pass' as const })),
  ).flat();
  const results = Array.from({ length: 450 }, (_, i) =>
    sampleResult({ id: `scenario-with-a-name-${i}`, trace, checks }),
  );
  expect(Buffer.byteLength(renderHtml(sampleReport({ results })))).toBeLessThan(1.5 * 2 ** 20);
});
