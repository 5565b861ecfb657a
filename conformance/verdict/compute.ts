// In: checks, and the results of scenarios. Out: verdicts of scenarios and statements, the summary, the exit code. Knows no socket and no clock.
import type { AnyStatementId, Statement } from '../spec/catalogue.ts';
import type { Report, SectionSummary } from './report.ts';
import type { Check, ScenarioResult, StatementResult, Verdict } from './verdict.ts';

/** From the worst to the least. */
const checkSeverity = ['fail', 'inconclusive', 'warn', 'pass', 'observed'] as const satisfies readonly Verdict[];
const statementSeverity = [
  'fail',
  'error',
  'warn',
  'inconclusive',
  'pass',
  'observed',
  'skipped',
] as const satisfies readonly Verdict[];

/**
 * Verdict of a scenario: its worst check counts. Something that was merely observed weighs less than a pass beside it.
 * A scenario without any check has judged nothing: that is an error of ours, never a pass.
 */
export function scenarioVerdict(checks: readonly Check[]): Verdict {
  return checkSeverity.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'error';
}

/** What one scenario says about one statement. */
interface Evidence {
  readonly scenario: ScenarioResult;
  readonly verdict: Verdict;
}

/**
 * Verdicts of all statements, in the catalogue's order.
 *
 * What a scenario says about a statement:
 * - checks that name it come first; the worst of them counts;
 * - a scenario that was played to its end passes what it cites and no check names (one that only observed: `observed`);
 * - one that failed says nothing more: it blames only what its failing checks name;
 * - one that was inconclusive, broke or was skipped says just that, whatever had passed before.
 *
 * Among scenarios the worst counts: fail, error, warn, inconclusive, pass, observed, skipped. So a pass never hides a fail, nor a part
 * that could not be judged; the reason then names that part. Only a MUST can be failed: of other statements, a failing check makes a `warn`.
 * Statements of 3.1.1 are judged by scenarios played at 3.1.1, those of 3.1 by scenarios played at 3.1.
 */
export function statementResults(
  scenarios: readonly ScenarioResult[],
  catalogue: readonly Statement[],
): StatementResult[] {
  const byStatement = new Map<AnyStatementId, ScenarioResult[]>();
  for (const scenario of scenarios) {
    for (const id of new Set([...scenario.cites, ...scenario.checks.flatMap((check) => check.statements)])) {
      const list = byStatement.get(id);
      if (list === undefined) byStatement.set(id, [scenario]);
      else list.push(scenario);
    }
  }
  const played = new Set(scenarios.map(({ protocol }) => protocol));
  return catalogue.map((statement) => {
    const citing = byStatement.get(statement.id) ?? [];
    const own = citing.filter(({ protocol }) => protocol === statement.standard);
    return statementResult(statement, own, played.has(statement.standard));
  });
}

function statementResult(statement: Statement, citing: readonly ScenarioResult[], wasPlayed: boolean): StatementResult {
  const { id } = statement;
  if (statement.observable === 'none') {
    return { id, verdict: 'not observable', scenarios: [], reason: statement.note ?? 'cannot be seen from outside' };
  }
  const evidence = citing.flatMap((scenario) => evidenceOf(scenario, statement));
  const judging = evidence.filter(({ verdict }) => verdict !== 'skipped');
  const scenarios = judging.map(({ scenario }) => scenario.id);
  const verdict = statementSeverity.find((candidate) => judging.some((one) => one.verdict === candidate));
  if (verdict !== undefined) {
    const reason = reasonOf(verdict, judging);
    return { id, verdict, scenarios, ...(reason === undefined ? {} : { reason }) };
  }
  const failed = citing.find((scenario) => scenario.verdict === 'fail');
  if (failed !== undefined) {
    return {
      id,
      verdict: 'inconclusive',
      scenarios: [failed.id],
      reason: `${failed.id} failed before it came to this`,
    };
  }
  const skipped = evidence[0]?.scenario;
  const unbound = whyUnbound(statement);
  if (skipped !== undefined && unbound === undefined) {
    const reason = skipped.reason ?? `${skipped.id} was skipped`;
    // The condition of a codec statement is that such packets come at all.
    return { id, verdict: statement.observable === 'codec' ? 'not applicable' : 'skipped', scenarios, reason };
  }
  return { id, verdict: 'not applicable', scenarios, reason: unbound ?? whyUncited(statement, wasPlayed) };
}

function evidenceOf(scenario: ScenarioResult, { id, level }: Statement): Evidence[] {
  const named = scenario.checks
    .filter(({ statements }) => statements.includes(id))
    // What failed once and in no repeat accuses nobody, neither the target nor of a statement.
    .map(({ verdict }) => (verdict === 'fail' && scenario.verdict !== 'fail' ? 'inconclusive' : verdict));
  const verdicts: Verdict[] = [...named, ...impliedBy(scenario, id, named)];
  const worst = statementSeverity.find((verdict) => verdicts.includes(verdict));
  if (worst === undefined) return [];
  const canFail = level === 'MUST' || level === 'MUST NOT';
  return [{ scenario, verdict: worst === 'fail' && !canFail ? 'warn' : worst }];
}

/** What the verdict of a scenario means for a statement that it cites, beside the checks that name it. */
function impliedBy({ verdict, cites }: ScenarioResult, id: AnyStatementId, named: readonly Verdict[]): Verdict[] {
  if (!cites.includes(id)) return [];
  switch (verdict) {
    case 'inconclusive':
    case 'error':
      return [verdict];
    case 'skipped':
      // What was checked before has judged nothing to its end, but a breach stays one.
      return named.includes('pass') ? ['inconclusive'] : ['skipped'];
    case 'fail':
      return [];
    case 'pass':
    case 'warn':
      return named.length === 0 ? ['pass'] : [];
    case 'observed':
      return named.length === 0 ? ['observed'] : [];
  }
}

/** Why it has no better verdict, where the checks do not say so themselves. */
function reasonOf(verdict: Verdict, evidence: readonly Evidence[]): string | undefined {
  if (verdict !== 'inconclusive' && verdict !== 'error') return undefined;
  const culprits = evidence.filter((one) => one.verdict === verdict).map(({ scenario }) => scenario);
  const first = culprits[0]?.reason ?? culprits[0]?.checks.find((check) => check.verdict === verdict)?.got;
  const passed = evidence.filter((one) => one.verdict === 'pass').length;
  const beside = passed === 0 ? '' : `; passed in ${passed} other scenario${passed === 1 ? '' : 's'}`;
  return `${culprits.map(({ id }) => id).join(', ')}${first === undefined ? '' : `: ${first}`}${beside}`;
}

/** Why a statement cannot be held against a broker in a run, whatever is played. */
function whyUnbound({ actor, observable }: Statement): string | undefined {
  return actor === 'client' || observable === 'wire-client' ? 'binds clients: see client conformance' : undefined;
}

function whyUncited({ observable, standard }: Statement, wasPlayed: boolean): string {
  if (!wasPlayed) return `nothing was played at MQTT ${standard} in this run`;
  switch (observable) {
    case 'restart':
      return 'needs start and stop commands for the target';
    case 'transport':
      return 'needs a WebSocket or TLS address';
    case 'credentials':
      return 'needs users or access rules of the target';
    case 'codec':
      return 'no packet came that could have broken it';
    case 'wire':
    case 'wire-client':
    case 'none':
      return 'no scenario of this run cites it';
  }
}

/** Counts of the verdicts, of all scenarios and of each section, in the order of the standard. */
export function summarise(scenarios: readonly ScenarioResult[]): Report['summary'] {
  const inOrder = new Intl.Collator('en', { numeric: true });
  const names = [...new Set(scenarios.map(({ section }) => section))].sort(inOrder.compare);
  const sections = names.map((section): SectionSummary => {
    return { section, counts: countVerdicts(scenarios.filter((result) => result.section === section)) };
  });
  return { scenarios: countVerdicts(scenarios), sections };
}

function countVerdicts(scenarios: readonly ScenarioResult[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, warn: 0, observed: 0, skipped: 0, inconclusive: 0, error: 0 };
  for (const { verdict } of scenarios) counts[verdict]++;
  return counts;
}

export interface Outcome {
  readonly endedBy: Report['run']['endedBy'];
  readonly scenarios: readonly ScenarioResult[];
}

/**
 * Exit code of a run: 0 compliant; 1 at least one scenario failed; 130 interrupted; 3 no verdict, because the target was lost, our own code
 * broke (in the run or in a scenario), or nothing was judged. No verdict comes before a fail: half a run proves nothing about the rest.
 */
export function exitCode({ endedBy, scenarios }: Outcome): Report['run']['exitCode'] {
  if (endedBy === 'interrupted') return 130;
  if (endedBy !== 'finished' || scenarios.some(({ verdict }) => verdict === 'error')) return 3;
  if (scenarios.some(({ verdict }) => verdict === 'fail')) return 1;
  const judged = scenarios.some(({ verdict }) => verdict !== 'skipped' && verdict !== 'inconclusive');
  return judged ? 0 : 3;
}
