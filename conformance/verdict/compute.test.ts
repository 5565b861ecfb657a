import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyStatementId, catalogue } from '../spec/catalogue.ts';
import { exitCode, scenarioVerdict, statementResults, summarise } from './compute.ts';
import type { Check, ScenarioResult, StatementResult, Verdict } from './verdict.ts';

const a: AnyStatementId = 'MQTT-4.3.3-2';
const b: AnyStatementId = 'MQTT-4.3.2-2';

function check(verdict: Check['verdict'], ...statements: AnyStatementId[]): Check {
  return { verdict, statements, expected: 'PUBREC', got: 'nothing' };
}

function result(verdict: Verdict, parts: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    id: `it-${verdict}`,
    title: 'A scenario',
    section: '4.3-qos',
    protocol: '3.1.1',
    verdict,
    cites: [a],
    checks: [],
    trace: [],
    startedAt: 0,
    durationMs: 1,
    ...parts,
  };
}

function verdictOf(id: AnyStatementId, ...scenarios: ScenarioResult[]): StatementResult {
  const found = statementResults(scenarios, catalogue).find((statement) => statement.id === id);
  if (found === undefined) throw new Error(`${id} is missing`);
  return found;
}

describe('the verdict of a scenario', () => {
  test.each<[Check['verdict'][], Verdict]>([
    [['pass'], 'pass'],
    [['observed'], 'observed'],
    [['pass', 'observed'], 'pass'],
    [['observed', 'warn', 'pass'], 'warn'],
    [['warn', 'inconclusive'], 'inconclusive'],
    [['fail', 'inconclusive', 'pass'], 'fail'],
    [[], 'error'],
  ])('of the checks %j is %s', (verdicts, expected) => {
    expect(scenarioVerdict(verdicts.map((verdict) => check(verdict)))).toBe(expected);
  });

  test('is never bettered by a later check, save an observation by a pass', () => {
    const verdicts = fc.constantFrom<Check['verdict'][]>('pass', 'fail', 'warn', 'inconclusive');
    const rank = ['fail', 'inconclusive', 'warn', 'pass'];
    fc.assert(
      fc.property(fc.array(verdicts, { minLength: 1 }), verdicts, (before, later) => {
        const first = scenarioVerdict(before.map((verdict) => check(verdict)));
        const second = scenarioVerdict([...before, later].map((verdict) => check(verdict)));
        expect(rank.indexOf(second)).toBeLessThanOrEqual(rank.indexOf(first));
      }),
    );
  });
});

describe('the verdict of a statement', () => {
  test('comes in the order of the catalogue, one for each statement', () => {
    const ids = statementResults([result('pass')], catalogue).map(({ id }) => id);
    expect(ids).toEqual(catalogue.map(({ id }) => id));
  });

  test('is a pass where a scenario that cites it passed', () => {
    expect(verdictOf(a, result('pass', { checks: [check('pass')] }))).toEqual({
      id: a,
      verdict: 'pass',
      scenarios: ['it-pass'],
    });
  });

  test('is a fail only where the failing check names it', () => {
    const failing = result('fail', { cites: [a, b], checks: [check('pass', b), check('fail', a)] });
    expect(verdictOf(a, failing).verdict).toBe('fail');
    expect(verdictOf(b, failing).verdict).toBe('pass');
  });

  test('is inconclusive where the only scenario failed before it came to it', () => {
    const { verdict, reason } = verdictOf(b, result('fail', { cites: [a, b], checks: [check('fail', a)] }));
    expect({ verdict, reason }).toEqual({
      verdict: 'inconclusive',
      reason: 'it-fail failed before it came to this',
    });
  });

  test('is not touched by a scenario that failed for another statement, where a second one passed', () => {
    const failing = result('fail', { cites: [a, b], checks: [check('fail', a)] });
    const passing = result('pass', { cites: [b], checks: [check('pass', b)] });
    expect(verdictOf(b, failing, passing)).toEqual({ id: b, verdict: 'pass', scenarios: ['it-pass'] });
  });

  test.each([
    ['first', (one: ScenarioResult, other: ScenarioResult) => [one, other]],
    ['last', (one: ScenarioResult, other: ScenarioResult) => [other, one]],
  ])('is a fail beside any number of passes, with the fail %s', (_, inOrder) => {
    const failing = result('fail', { checks: [check('fail', a)] });
    const passing = result('pass', { checks: [check('pass', a)] });
    expect(verdictOf(a, ...inOrder(failing, passing))).toMatchObject({
      verdict: 'fail',
      scenarios: inOrder(failing, passing).map(({ id }) => id),
    });
  });

  test('is not failed by what failed once and in no repeat', () => {
    const unconfirmed = result('inconclusive', { reason: 'failed once', checks: [check('fail', a)] });
    expect(verdictOf(a, unconfirmed)).toMatchObject({ verdict: 'inconclusive' });
  });

  test('stays inconclusive beside a pass, and says what was not judged', () => {
    const unclear = result('inconclusive', { reason: 'no SUBACK came', checks: [check('inconclusive')] });
    expect(verdictOf(a, result('pass', { checks: [check('pass', a)] }), unclear)).toEqual({
      id: a,
      verdict: 'inconclusive',
      scenarios: ['it-pass', 'it-inconclusive'],
      reason: 'it-inconclusive: no SUBACK came; passed in 1 other scenario',
    });
  });

  test('is no pass where the scenario was inconclusive after its first check', () => {
    const unclear = result('inconclusive', { checks: [check('pass', a), check('inconclusive')] });
    expect(verdictOf(a, unclear).verdict).toBe('inconclusive');
  });

  test('follows a warning even where other checks passed, and a pass even where something was observed', () => {
    expect(verdictOf(a, result('warn', { checks: [check('pass', a), check('warn', a)] })).verdict).toBe('warn');
    expect(verdictOf(a, result('pass', { checks: [check('pass', a), check('observed', a)] })).verdict).toBe('pass');
    expect(verdictOf(a, result('observed', { checks: [check('observed', a)] })).verdict).toBe('observed');
  });

  test('passes beside a warning that names another statement', () => {
    const warned = result('warn', { checks: [check('warn', 'SHOULD-NOT-4.8-a')] });
    expect(verdictOf(a, warned).verdict).toBe('pass');
    expect(verdictOf('SHOULD-NOT-4.8-a', warned)).toMatchObject({ verdict: 'warn', scenarios: ['it-warn'] });
  });

  test('is a warning where a failing check names a SHOULD', () => {
    const failing = result('fail', { cites: [a, 'SHOULD-NOT-4.8-a'], checks: [check('fail', a, 'SHOULD-NOT-4.8-a')] });
    expect(verdictOf(a, failing).verdict).toBe('fail');
    expect(verdictOf('SHOULD-NOT-4.8-a', failing).verdict).toBe('warn');
  });

  test('is an error where a scenario broke, but a fail seen elsewhere counts more', () => {
    const broke = result('error', { reason: 'an error of mqttspec itself: TypeError' });
    expect(verdictOf(a, broke, result('pass')).verdict).toBe('error');
    expect(verdictOf(a, broke, result('fail', { checks: [check('fail', a)] })).verdict).toBe('fail');
  });

  test('is skipped with the reason where every scenario was skipped', () => {
    const skipped = result('skipped', { reason: 'the target grants QoS 0 at most' });
    expect(verdictOf(a, skipped)).toEqual({
      id: a,
      verdict: 'skipped',
      scenarios: [],
      reason: 'the target grants QoS 0 at most',
    });
    expect(verdictOf(a, skipped, result('pass')).verdict).toBe('pass');
  });

  test.each<[AnyStatementId, string, string]>([
    ['MQTT-4.7.3-3', 'not observable', ''],
    ['MQTT-2.3.1-2', 'not applicable', 'binds clients: see client conformance'],
    ['MQTT-3.1.3-7', 'not applicable', 'binds clients: see client conformance'],
    ['SHOULD-4.1-a', 'not applicable', 'needs start and stop commands for the target'],
    ['MQTT-6.0.0-1', 'not applicable', 'needs a WebSocket or TLS address'],
    ['MQTT-3.3.5-2', 'not applicable', 'needs users or access rules of the target'],
    ['MQTT-4.3.3-1', 'not applicable', 'no scenario of this run cites it'],
    ['MQTT31-01', 'not applicable', 'nothing was played at MQTT 3.1 in this run'],
  ])('%s that no scenario judged is %s, with the reason', (id, verdict, reason) => {
    const found = verdictOf(id, result('pass'));
    expect(found).toMatchObject({ verdict, scenarios: [] });
    expect(found.reason).toContain(reason);
    expect(found.reason).not.toBe('');
  });

  test('is not applicable where the packets that could break it never came', () => {
    const silent = result('skipped', { cites: ['MQTT-3.2.2-6'], reason: 'the target sent no such packet' });
    expect(verdictOf('MQTT-3.2.2-6', silent)).toMatchObject({
      verdict: 'not applicable',
      reason: 'the target sent no such packet',
    });
  });

  test('follows only scenarios of its own standard', () => {
    const at31 = result('fail', { protocol: '3.1', cites: ['MQTT31-01'], checks: [check('fail', 'MQTT31-01', a)] });
    expect(verdictOf('MQTT31-01', at31).verdict).toBe('fail');
    expect(verdictOf(a, at31).verdict).toBe('not applicable');
  });
});

test('the summary counts scenarios by section in the order of the standard', () => {
  const { scenarios, sections } = summarise([
    result('pass', { section: '3.12-pingreq' }),
    result('fail', { section: '3.3-publish' }),
    result('pass', { section: '3.3-publish' }),
  ]);
  expect(scenarios).toEqual({ pass: 2, fail: 1, warn: 0, observed: 0, skipped: 0, inconclusive: 0, error: 0 });
  expect(sections.map(({ section, counts }) => [section, counts.pass, counts.fail])).toEqual([
    ['3.3-publish', 1, 1],
    ['3.12-pingreq', 1, 0],
  ]);
});

describe('the exit code', () => {
  test.each<[Verdict[], 'finished' | 'interrupted' | 'target lost' | 'own error', number]>([
    [['pass', 'warn', 'observed', 'inconclusive', 'skipped'], 'finished', 0],
    [['pass', 'fail'], 'finished', 1],
    [['fail', 'error'], 'finished', 3],
    [['inconclusive', 'skipped'], 'finished', 3],
    [[], 'finished', 3],
    [['pass'], 'target lost', 3],
    [['pass'], 'own error', 3],
    [['fail'], 'interrupted', 130],
  ])('of the verdicts %j in a run that ended as "%s" is %i', (verdicts, endedBy, expected) => {
    expect(exitCode({ endedBy, scenarios: verdicts.map((verdict) => result(verdict)) })).toBe(expected);
  });
});
