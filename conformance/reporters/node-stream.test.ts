import { describe, expect, test } from 'vitest';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { reportEvents } from './node-events.ts';
import { type NodeReporterName, nodeReporter } from './node-stream.ts';
import { report, sampleEvents, sampleFailure, sampleReport, sampleResult } from './sample-run.ts';
import { parseXml, type XmlElement } from './xml-check.ts';

async function textOf(name: NodeReporterName, events = sampleEvents()): Promise<string> {
  let text = '';
  const output = {
    write: (part: string) => {
      text += part;
    },
    done: () => Promise.resolve(),
  };
  await report(nodeReporter({ name, output, target: 'mqtt://user:secret@host' }), events);
  return text;
}

const hostileText = 'a]]>&<!--"\'\u0000\u001b[2J\u0007\ud800\uffff # SKIP\r\n# TODO\nnot ok 1 --> ...\n---\n';

function hostileResults(): ScenarioResult[] {
  const [check] = sampleFailure.checks;
  if (check === undefined) throw new Error('the sample has no check');
  return [
    { ...sampleFailure, title: hostileText, checks: [{ ...check, expected: hostileText, got: hostileText }] },
    sampleResult({ id: 'hostile-skip', verdict: 'skipped', reason: hostileText, checks: [] }),
    sampleResult({ id: 'hostile-warning', verdict: 'warn', checks: [{ ...check, verdict: 'warn', got: hostileText }] }),
    sampleResult({ id: 'hostile-error', verdict: 'error', reason: hostileText, checks: [] }),
  ];
}

describe('the events', () => {
  test('are one test for each scenario, within one suite for each section', () => {
    const events = reportEvents(sampleReport({ results: [sampleResult(), sampleFailure] }), {});
    const names = events.flatMap((event) =>
      event.type === 'test:pass' || event.type === 'test:fail'
        ? [`${event.type} ${event.data.nesting} ${event.data.testNumber} ${event.data.details.type ?? 'test'}`]
        : [],
    );
    expect(names).toEqual(['test:fail 1 1 test', 'test:fail 0 1 suite', 'test:pass 1 1 test', 'test:pass 0 2 suite']);
  });

  test('start each test right before its end, as the reporters want it', () => {
    const stack: string[] = [];
    for (const { type, data } of reportEvents(sampleReport(), {})) {
      if (type === 'test:start') stack.push(`${data.nesting} ${data.name}`);
      if (type === 'test:pass' || type === 'test:fail') expect(stack.pop()).toBe(`${data.nesting} ${data.name}`);
    }
    expect(stack).toEqual([]);
  });

  test('carry evidence, and no stack of ours', () => {
    const failed = reportEvents(sampleReport(), {}).find(
      (event) => event.type === 'test:fail' && event.data.details.error.failureType === 'violation',
    );
    if (failed?.type !== 'test:fail') throw new Error('nothing failed');
    const { error } = failed.data.details;
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('expected PUBLISH with QoS 2; got PUBLISH with QoS 0');
    expect(error.cause.message).toContain('demanded  MQTT-3.3.5-1 (MUST)');
    expect(error.stack).toBe('');
  });

  test('sum up what Node sums up', () => {
    const summary = reportEvents(sampleReport(), {}).at(-1);
    expect(summary).toMatchObject({
      type: 'test:summary',
      data: { success: false, counts: { tests: 9, passed: 4, failed: 3, skipped: 2, suites: 4, topLevel: 5 } },
    });
  });
});

describe('TAP', () => {
  test('has a line for each scenario, with plan', async () => {
    const lines = (await textOf('tap')).split('\n');
    expect(lines[0]).toBe('TAP version 13');
    expect(lines).toContain('    ok 1 - A PINGREQ is answered with a PINGRESP [pingreq-answered, MQTT-3.12.4-1]');
    expect(lines.filter((line) => /^ {4}(not )?ok /.test(line))).toHaveLength(8);
    expect(lines).toContain('1..5');
  });

  test('never shows an inconclusive scenario, or a broken one, as passed', async () => {
    const lines = (await textOf('tap')).split('\n').filter((line) => /ok \d/.test(line));
    expect(lines.find((line) => line.includes('will-on-cut'))).toMatch(
      /# SKIP inconclusive: the watcher got no SUBACK$/,
    );
    expect(lines.find((line) => line.includes('session-kept'))).toMatch(/^ {4}not ok/);
  });

  test('fails where the run came to no verdict, even if every scenario passed', async () => {
    const events = sampleEvents({ results: [sampleResult()], endedBy: 'target lost', reason: 'it is gone' });
    expect(await textOf('tap', events)).toMatch(/^not ok 2 - The run comes to a verdict$/m);
  });

  test('has no failing test where the target is compliant', async () => {
    expect(await textOf('tap', sampleEvents({ results: [sampleResult()] }))).not.toContain('not ok');
  });

  test('stays safe with hostile text: no line, directive or plan can be forged', async () => {
    const text = await textOf('tap', sampleEvents({ results: hostileResults() }));
    const lines = text.split('\n');
    const points = lines.filter((line) => /^ *(not )?ok\b/.test(line));
    // Four scenarios in two sections, and the run, which broke; nothing that the target said.
    expect(points.map((line) => /^( *(?:not )?ok \d+) - /.exec(line)?.[1])).toEqual([
      '    not ok 1',
      'not ok 1',
      '    ok 1',
      '    ok 2',
      '    not ok 3',
      'not ok 2',
      'not ok 3',
    ]);
    expect(points.filter((line) => /(?<!\\)#/.test(line)).map((line) => line.split(' # ')[1]?.slice(0, 5))).toEqual([
      'SKIP ',
    ]);
    expect(lines.filter((line) => /^ *\d+\.\.\d+/.test(line))).toEqual(['    1..1', '    1..3', '1..3']);
    // Every YAML block ends where Node ends it.
    expect(lines.filter((line) => line.trim() === '---')).toHaveLength(points.length);
    expect([...text].filter((character) => character !== '\n' && character < ' ')).toEqual([]);
  });
});

describe('JUnit', () => {
  const casesOf = (element: XmlElement): XmlElement[] =>
    element.name === 'testcase' ? [element] : element.children.flatMap(casesOf);

  test('has one test case for each scenario, with the statements in its name', async () => {
    const cases = casesOf(parseXml(await textOf('junit')));
    expect(cases.map(({ attributes }) => attributes.name)).toContain(
      'Overlapping filters deliver at the highest granted QoS [overlap-highest-qos, MQTT-3.3.5-1, MQTT-4.7.1-1]',
    );
    // Eight scenarios, and the run itself, which broke.
    expect(cases).toHaveLength(9);
  });

  test('tells violation, own error, missing verdict and skip apart', async () => {
    const kinds = casesOf(parseXml(await textOf('junit')))
      .flatMap(({ children }) => children)
      .map(({ name, attributes }) => `${name} ${attributes.type}`);
    expect(kinds.sort()).toEqual([
      'failure mqttspecError',
      'failure noVerdict',
      'failure violation',
      'skipped skipped',
      'skipped skipped',
    ]);
  });

  test('holds the evidence as text, without a password', async () => {
    const text = await textOf('junit');
    const failure = casesOf(parseXml(text)).find(({ attributes }) => attributes.name?.includes('overlap-highest'));
    expect(failure?.children[0]?.text).toContain('subscriber <- PUBLISH "a/b" QoS 0, 1 byte; lower QoS than granted');
    expect(text).not.toContain('secret');
  });

  test('is well-formed for hostile text', async () => {
    const root = parseXml(await textOf('junit', sampleEvents({ results: hostileResults() })));
    expect(casesOf(root)).toHaveLength(5);
  });
});

describe('spec and dot', () => {
  test('spec shows the evidence of a failure', async () => {
    const text = await textOf('spec');
    expect(text).toContain('got       PUBLISH with QoS 0');
    expect(text).toContain('# inconclusive: the watcher got no SUBACK');
    expect(text).not.toContain('\u001b');
  });

  test('dot shows a sign for each scenario, and one for the missing verdict', async () => {
    expect((await textOf('dot')).split('\n')[0]).toBe('.X....X.X');
  });
});
