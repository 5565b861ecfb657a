import { describe, expect, test } from 'vitest';
import { sampleReport, sampleResult } from '../reporters/sample-run.ts';
import type { AnyStatementId } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult, Verdict } from '../verdict/verdict.ts';
import { BadAcceptFile, holdAgainst, parseAccepted } from './accepted.ts';
import { scenarioChanges, statementChanges } from './changes.ts';
import { judgementOn } from './judgement.ts';
import { matrixOf, namesFor } from './matrix.ts';

const result = (id: string, verdict: Verdict, ...blamed: AnyStatementId[]): ScenarioResult =>
  sampleResult({
    id,
    verdict,
    cites: blamed.length === 0 ? ['MQTT-3.12.4-1'] : blamed,
    checks: [
      {
        verdict: verdict === 'fail' ? 'fail' : 'pass',
        statements: blamed.length === 0 ? ['MQTT-3.12.4-1'] : blamed,
        expected: 'this',
        got: 'that',
      },
    ],
  });

const report = (...results: ScenarioResult[]): Report => sampleReport({ results });

describe('changes between two runs', () => {
  const before = report(
    result('a', 'pass'),
    result('b', 'fail'),
    result('c', 'pass'),
    result('d', 'fail'),
    result('e', 'pass'),
  );
  const after = report(
    result('a', 'fail'),
    result('b', 'pass'),
    result('c', 'warn'),
    result('d', 'skipped'),
    result('f', 'fail'),
  );

  test('tell what is new, mended, changed and gone', () => {
    const { new: fresh, mended, changed, gone } = scenarioChanges(before, after);
    expect(fresh.map(({ id }) => id)).toEqual(['a', 'f']);
    expect(mended).toEqual([{ id: 'b', before: 'fail', after: 'pass' }]);
    expect(changed.map(({ id }) => id)).toEqual(['c', 'd']);
    expect(gone).toEqual([{ id: 'e', before: 'pass' }]);
  });

  test('are none between a run and itself', () => {
    expect(statementChanges(before, before)).toEqual({ new: [], mended: [], changed: [], gone: [] });
  });

  test('keep the protocols apart', () => {
    const old: ScenarioResult = { ...result('a', 'fail'), protocol: '3.1' };
    expect(scenarioChanges(report(result('a', 'pass')), report(result('a', 'pass'), old)).new).toEqual([
      { id: 'a@3.1', after: 'fail' },
    ]);
  });
});

describe('accepted deviations', () => {
  test.each([
    ['statement: MQTT-3.3.1-3', 'expected a list'],
    ['- MQTT-3.3.1-3', 'entry 1: expected "statement" or "scenario"'],
    ['- statement: MQTT-3.3.1-3', 'entry 1 (MQTT-3.3.1-3): "reason" is missing'],
    ['- statement: MQTT-9.9.9-9\n  reason: why not', 'there is no statement MQTT-9.9.9-9'],
    ['- scenario: a\n  reason: b\n  until: May', 'unknown key "until"'],
    ['- scenario: a\n  statement: MQTT-3.3.1-3\n  reason: b', 'either "statement" or "scenario"'],
    ['- scenario: [a', 'accept.yaml: '],
  ])('%j is refused with a line that names the place', (text, message) => {
    expect(() => parseAccepted(text, 'accept.yaml')).toThrow(BadAcceptFile);
    expect(() => parseAccepted(text, 'accept.yaml')).toThrow(message);
  });

  test('cover a scenario by its id, or where all that it blames is accepted', () => {
    const accepted = parseAccepted(
      '- scenario: a\n  reason: mended next month\n- statement: MQTT-3.3.1-3\n  reason: on purpose\n- statement: MQTT-3.12.4-1\n  reason: was broken',
      'accept.yaml',
    );
    const both = result('both', 'fail', 'MQTT-3.3.1-3', 'MQTT-3.3.1-1');
    const { left, covered, unused } = holdAgainst(
      report(result('a', 'fail', 'MQTT-4.7.1-1'), result('b', 'fail', 'MQTT-3.3.1-3'), both, result('ping', 'pass')),
      accepted,
    );
    expect(covered.map(({ result: { id }, by }) => [id, by[0]?.reason])).toEqual([
      ['a', 'mended next month'],
      ['b', 'on purpose'],
    ]);
    expect(left.map(({ id }) => id)).toEqual(['both']);
    expect(unused.map(({ id }) => id)).toEqual(['MQTT-3.12.4-1']);
  });

  test('that were not played are not said to occur no longer', () => {
    const accepted = parseAccepted('- scenario: elsewhere\n  reason: known', 'accept.yaml');
    expect(holdAgainst(report(result('ping', 'pass')), accepted).unused).toEqual([]);
  });
});

describe('the judgement on a run', () => {
  const failing = report(result('a', 'fail', 'MQTT-3.3.1-3'), result('ping', 'pass'));

  test('is 1 for a fail that nobody knows, 0 for one of the baseline', () => {
    expect(judgementOn(failing, { baseline: report(result('a', 'pass')) }).exitCode).toBe(1);
    expect(judgementOn(failing, { baseline: failing }).exitCode).toBe(0);
  });

  test('is 1 where a known fail blames one more statement', () => {
    const worse = report(result('a', 'fail', 'MQTT-3.3.1-3', 'MQTT-3.3.1-1'));
    expect(judgementOn(worse, { baseline: failing }).exitCode).toBe(1);
  });

  test('is 0 for what is accepted, and says so with the reason', () => {
    const accepted = parseAccepted('- scenario: a\n  reason: old clients need it', 'accept.yaml');
    const { exitCode, lines } = judgementOn(failing, { accepted });
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toContain('old clients need it');
  });

  test('fails for an entry that is no longer needed only where that was asked for', () => {
    const accepted = parseAccepted('- statement: MQTT-3.12.4-1\n  reason: was broken', 'accept.yaml');
    const clean = report(result('ping', 'pass'));
    expect(judgementOn(clean, { accepted }).exitCode).toBe(0);
    expect(judgementOn(clean, { accepted }).lines[0]).toContain('no longer occurs: MQTT-3.12.4-1');
    expect(judgementOn(clean, { accepted, strictAccept: true }).exitCode).toBe(1);
  });

  test('never makes a verdict of a run that has none', () => {
    const lost: Report = { ...failing, run: { ...failing.run, exitCode: 3 } };
    expect(judgementOn(lost, { baseline: failing }).exitCode).toBe(3);
  });
});

describe('a matrix', () => {
  test('has a row for each statement, and tells where the columns disagree', () => {
    const rows = matrixOf([
      { name: 'one', report: report(result('ping', 'pass')) },
      { name: 'two', report: report(result('ping', 'fail')) },
      { name: 'three', reason: 'did not start' },
    ]);
    const ping = rows.find(({ statement }) => statement.id === 'MQTT-3.12.4-1');
    expect(ping?.cells.map((cell) => cell?.verdict)).toEqual(['pass', 'fail', undefined]);
    expect(rows.filter(({ differs }) => differs).map(({ statement }) => statement.id)).toEqual(['MQTT-3.12.4-1']);
  });

  test('gives every report a name of its own', () => {
    expect(namesFor(['a b/c', 'a b/c', '...', '/'])).toEqual(['a-b-c', 'a-b-c-2', 'report', 'report-2']);
  });
});
