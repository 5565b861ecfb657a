// What the top of the page says. In: a report. Out: the verdict in a sentence, and the findings that matter most.
import { catalogue, type Statement } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { Check, ScenarioResult } from '../verdict/verdict.ts';
import { decidingChecks, whyNoVerdict } from './evidence.ts';
import { isMalformed } from './packet-fields.ts';
import { count } from './text.ts';

export const statementsById: ReadonlyMap<string, Statement> = new Map(catalogue.map((one) => [one.id, one]));

/** The verdict on the target in one plain sentence. */
export function sentence(report: Report): string {
  const { run, statements } = report;
  const violated = statements.filter(({ verdict }) => verdict === 'fail').length;
  switch (run.exitCode) {
    case 0:
      return 'Compliant: no violation was found.';
    case 1:
      return `Not compliant: it violates ${count(violated, 'statement')}.`;
    case 130:
      return `No verdict: the run was interrupted.${violated === 0 ? '' : ` Until then it violated ${count(violated, 'statement')}.`}`;
    case 3:
      return `No verdict: ${whyNoVerdict(report)}.`.replace(/([.!?])\.$/, '$1');
  }
}

export interface Finding {
  readonly result: ScenarioResult;
  readonly check?: Check;
  /** Who gets to feel a violation. */
  readonly meets?: 'everybody' | 'offender';
}

/** The findings that matter most: violations first, what ordinary clients meet before what offenders meet; one per statement. */
export function worstFindings({ scenarios }: Pick<Report, 'scenarios'>, most = 5): Finding[] {
  const ranked = scenarios
    .flatMap((result, i) => (severity[result.verdict] === undefined ? [] : [{ finding: findingOf(result), i }]))
    .map((one) => ({ ...one, rank: rankOf(one.finding) }))
    .sort((a, b) => b.rank - a.rank || a.i - b.i);
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const { finding } of ranked) {
    const { result, check } = finding;
    const about = `${result.verdict} ${check?.statements[0] ?? result.id}`;
    if (told.has(about)) continue;
    told.add(about);
    findings.push(finding);
    if (findings.length === most) break;
  }
  return findings;
}

function findingOf(result: ScenarioResult): Finding {
  const [check] = decidingChecks(result);
  if (check === undefined || result.verdict !== 'fail') return { result, ...(check === undefined ? {} : { check }) };
  return { result, check, meets: isOffence(result, check) ? 'offender' : 'everybody' };
}

/** Whether the tester broke the rules first: it sent what is malformed, or what has to end the connection. */
function isOffence({ trace }: ScenarioResult, { expected }: Check): boolean {
  return (
    /^the connection is closed|^CONNACK return code [1-9]/.test(expected) ||
    trace.some((entry) => entry.kind === 'sent' && isMalformed(entry))
  );
}

const severity: Partial<Record<ScenarioResult['verdict'], number>> = { fail: 3_000, error: 2_000, warn: 1_000 };

/** Messages that are lost, doubled or out of order come before formalities. */
const ofDelivery = /^MQTT-(?:3\.1\.2-[4-9]|3\.3\.[15]|3\.8\.4|4\.[1-6]|4\.7)/;

/** What was the same each time before what was not played again, and that before what comes and goes. */
function certainty({ stability }: ScenarioResult): number {
  if (stability === undefined) return 500;
  if (stability.same < stability.runs) return 0;
  return stability.runs === 1 ? 300 : 500;
}

function rankOf({ result, check, meets }: Finding): number {
  const violated = new Set(decidingChecks(result).flatMap(({ statements }) => statements)).size;
  return (
    (severity[result.verdict] ?? 0) +
    certainty(result) +
    (meets === 'everybody' ? 250 : 0) +
    (check?.statements.some((id) => ofDelivery.test(id)) === true ? 100 : 0) +
    Math.min(violated, 50)
  );
}
