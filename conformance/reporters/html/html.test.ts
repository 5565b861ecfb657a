import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode } from '../../../reference/codec/encode.ts';
import type { Check } from '../../verdict/verdict.ts';
import { describePacket } from '../../wire/describe.ts';
import { puback, publish } from '../../wire/packets.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { sentence, worstFindings } from '../findings.ts';
import { htmlReporter } from '../html.ts';
import { report as play, sampleFailure, sampleReport, sampleResult, sampleResults } from '../sample-run.ts';
import { bytesOfLetters } from './bytes-of-letters.ts';
import type { Unpacked } from './packed.ts';
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

test('the end tells what made the report: versions, machine, options', () => {
  const footer = /<footer>(.*?)<\/footer>/s.exec(renderHtml(sampleReport()))?.[1];
  expect(footer).toContain('mqttspec 0.1.0 · run k3q9 · seed 42');
  expect(footer).toContain('Node 20.19.5 on linux x64, 2 processors · concurrency 24 · timeout 1500');
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
    '<i>2</i> <code>00 03 61</code> <span>Topic Name <b>a/b</b>',
    '3 further bytes were not kept',
    'stable, 3 of 3 times the same',
  ]) {
    expect(html).toContain(text);
  }
  expect(html).toMatch(
    /<li class=ra aria-current=true><i>3<\/i><details open><summary><strong>decided here: <\/strong>← PUBLISH "a\/b"/,
  );
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
  expect(html).not.toMatch(/<[^>]* src=/);
  const outside = new Set(matches(html, /href="?(https?:[^#">]+)/g));
  expect([...outside]).toEqual([
    'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html',
    'https://public.dhe.ibm.com/software/dw/webservices/ws-mqtt/mqtt-v3r1.html',
  ]);
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

/** What the script of a page finds when it unpacks the scenarios, by their anchors. */
function unpacked(html: string): Map<string, Unpacked> {
  const [, length = '', letters = ''] = /<template id=page-packed data-bytes=(\d+)>([^<]*)/.exec(html) ?? [];
  const parts = JSON.parse(inflateRawSync(bytesOfLetters(letters, Number(length))).toString()) as Unpacked[];
  const anchors = matches(html.slice(html.indexOf('id=page-scenarios')), /<details id="?([^ "]+)"? data-v/g);
  expect(parts).toHaveLength(anchors.length);
  return new Map(anchors.map((anchor, i) => [anchor, parts[i] ?? ['', '', '', '']]));
}

test('of a long trace, both ends and what decided are kept', () => {
  const trace = Array.from({ length: 300 }, (_, i): TraceEntry => ({ kind: 'note', at: i, text: `step ${i};` }));
  const checks = sampleFailure.checks.map((check) => ({ ...check, traceIndex: 150 }));
  const html = renderHtml(sampleReport({ results: [{ ...sampleFailure, trace, checks }] }));
  const [ladder = ''] = unpacked(html).get('overlap-highest-qos') ?? [];
  const steps = matches(ladder, /step (\d+);/g).map(Number);
  expect(steps).toEqual([...Array(50).keys(), 150, ...Array.from({ length: 50 }, (_, i) => 250 + i)]);
  expect(ladder).toContain('… 100 entries …');
  expect(ladder).toContain('… 99 entries …');
});

const sent = (connection: string, hex: string, summary: string): TraceEntry => ({
  kind: 'sent',
  at: 1,
  connection,
  length: hex.length / 2,
  hex,
  summary,
});

test('malformed bytes are annotated field by field, with offsets, and what no field covers', () => {
  const trace = [sent('client', '32070004 6D515455 04'.replaceAll(' ', ''), 'a PUBLISH with half an identifier')];
  const html = renderHtml(sampleReport({ results: [{ ...sampleFailure, trace, checks: [] }] }));
  expect(html).toContain('<i>0</i> <code>32 07</code> <span>Fixed header <b>PUBLISH, Remaining Length 7</b>');
  expect(html).toContain('<i>2</i> <code>00 04 6D 51 54 55</code> <span>Topic Name <b>"mQTU"</b>');
  expect(html).toMatch(/<i>8<\/i> <code><\/code> <span>malformed <b><\/b><em> expected Packet Identifier/);
  expect(html).toContain('<i>8</i> <code>04</code> <span>not read');
});

test('what never came is drawn from what prompted it down to what proves it', () => {
  const trace: TraceEntry[] = [
    sent('publisher', '30060003612f6278', 'PUBLISH "a/b" QoS 0 DUP 0 RETAIN 0 1 byte "x"'),
    sent('subscriber', 'c000', 'PINGREQ'),
    { kind: 'received', at: 3, connection: 'subscriber', length: 2, hex: 'd000', summary: 'PINGRESP' },
    { kind: 'note', at: 4, connection: 'subscriber', text: 'expected a; got b', verdict: 'fail' },
  ];
  const checks = sampleFailure.checks.map((check) => ({
    ...check,
    traceIndex: 2,
    connection: 'subscriber',
    missing: ['PUBLISH "a/b"'],
  }));
  const html = renderHtml(sampleReport({ results: [{ ...sampleFailure, trace, checks }] }));
  const [ladder = ''] = unpacked(html).get('overlap-highest-qos') ?? [];
  for (const place of [html, ladder]) {
    expect(place).toMatch(/<li class=ta><i>0?<\/i>/);
    expect(place).toMatch(/<li class=tb data-w><i>0?<\/i>/);
    expect(place).toMatch(/<li class=rb aria-current=true data-w>.*?<li class=qb>.*?never came: .*?PUBLISH "a\/b"/s);
    expect(place).toMatch(/<li class=mb><i>3?<\/i>/);
  }
});

test('of a scenario that passed, the words stand in the page and the bytes are packed with the command', () => {
  const trace = [sent('client', 'c000', 'PINGREQ')];
  const html = renderHtml(sampleReport({ results: [sampleResult({ trace })] }));
  expect(html).toContain('<pre class=t>→PINGREQ</pre>');
  const [ladder = '', times, command] = unpacked(html).get('pingreq-answered') ?? [];
  expect(ladder).toContain('<i></i>');
  expect(ladder).toContain('<code>C000</code>');
  expect(times).toBe('');
  expect(command).toBe('npm run conformance -- --target mqtt://127.0.0.1:1883 --only {id}');
});

test('a scenario whose bytes were not all kept is no fixture', () => {
  const opened: TraceEntry = { kind: 'opened', at: 0, connection: 'client', to: 'x' };
  const headOf = (trace: readonly TraceEntry[]): string | undefined =>
    unpacked(renderHtml(sampleReport({ results: [sampleResult({ trace })] }))).get('pingreq-answered')?.[3];
  const ping = sent('client', 'c000', 'PINGREQ');
  expect(headOf([opened, ping])).toMatch(/^mqttspec fixture 1\ntitle: \{title\}\n/);
  expect(headOf([opened, { ...ping, length: 3 } as TraceEntry])).toBe('');
  expect(headOf([opened, ping, { kind: 'note', at: 2, text: '7 entries left out' }])).toBe('');
});

test('the same exchange at another protocol is told once', () => {
  const trace = [sent('client', 'c000', 'PINGREQ')];
  const results = [sampleResult({ trace }), sampleResult({ trace, protocol: '3.1' })];
  const html = renderHtml(sampleReport({ results }));
  expect(html.match(/→PINGREQ/g)).toHaveLength(1);
  expect(html).toContain('As <a href=#pingreq-answered>at MQTT 3.1.1</a>');
  const other = sampleResult({ trace: [...trace, sent('client', 'e000', 'PINGREQ again')], protocol: '3.1' });
  expect(renderHtml(sampleReport({ results: [sampleResult({ trace }), other] })).match(/→PINGREQ/g)).toHaveLength(3);
});

test('texts of a MiB are shortened wherever they stand', () => {
  const long = 'x'.repeat(2 ** 20);
  const entry: TraceEntry = {
    kind: 'received',
    at: 1,
    connection: long,
    length: 2 ** 20,
    hex: '30'.repeat(2_048),
    summary: long,
    fields: [{ name: long, offset: 0, length: 2 ** 20, value: long, problem: long }],
    findings: [long],
  };
  const checks = [{ verdict: 'fail', statements: ['MQTT-3.3.5-1'], expected: long, got: long } as const];
  const result = { ...sampleFailure, title: long, reason: long, checks, trace: [entry] };
  const grown = renderHtml(sampleReport({ results: [result], reason: long })).length;
  expect(grown - renderHtml(sampleReport({ results: [sampleFailure] })).length).toBeLessThan(50_000);
});

test('1,000 scenarios as long as ours, one in ten failed, are fit into 1.5 MiB', () => {
  const entry = (i: number, n: number): TraceEntry => {
    const connection = n % 2 === 0 ? 'subscriber' : 'publisher';
    const at = i * 3.1 + n * 9.7;
    // As in real runs, every fourth entry is a note or the end of a connection.
    if (n % 4 === 3) return { kind: 'note', at, connection, text: `barrier reached: sentinel ${i}` };
    const packet =
      n % 4 === 2
        ? puback(n)
        : publish({ topicName: `mqttspec/k3q9zz10/${i}/t`, qos: 1, packetId: n + 1, payload: `m${i}` });
    const hex = Buffer.from(encode(packet)).toString('hex');
    return { kind: 'sent', at, connection, length: hex.length / 2, hex, summary: describePacket(packet) };
  };
  const results = Array.from({ length: 1_000 }, (_, index) => {
    // A third of them is played at both protocols.
    const i = index % 4 === 3 ? index - 1 : index;
    const protocol = index % 4 === 3 ? '3.1' : '3.1.1';
    const verdict = i % 10 === 0 ? 'fail' : 'pass';
    const trace = Array.from({ length: 23 }, (_unused, n) => entry(i, n));
    const checks = Array.from({ length: 4 }, (_unused, n): Check => {
      const expected = `PUBLISH "mqttspec/k3q9zz10/${i}/t" QoS 1 4 bytes "m${n}"`;
      const own = n === 3 ? verdict : 'pass';
      return { verdict: own, statements: ['MQTT-3.3.5-1'], expected, got: 'as expected', traceIndex: 20 };
    });
    return sampleResult({ id: `scenario-with-a-name-${i}`, protocol, verdict, trace, checks, cites: ['MQTT-3.3.5-1'] });
  });
  const report = sampleReport({ results });
  const html = renderHtml({ ...report, run: { ...report.run, runId: 'k3q9zz10' } });
  expect(Buffer.byteLength(html)).toBeLessThan(1.5 * 2 ** 20);
});
