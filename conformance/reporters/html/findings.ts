// What the top of the page says. In: a report. Out: the verdict in a sentence, and the findings that matter most.
import { catalogue, type Statement } from '../../spec/catalogue.ts';
import type { Report } from '../../verdict/report.ts';
import type { Check, ScenarioResult } from '../../verdict/verdict.ts';
import { decidingChecks, whyNoVerdict } from '../evidence.ts';
import { count } from '../text.ts';

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
}

/** The findings that matter most: violations first, the stable and those of more statements before others; one per statement. */
export function worstFindings({ scenarios }: Report, most = 5): Finding[] {
  const ranked = scenarios
    .map((result, i) => ({ result, i, rank: rankOf(result) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || a.i - b.i);
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const { result } of ranked) {
    const [check] = decidingChecks(result);
    const about = `${result.verdict} ${check?.statements[0] ?? result.id}`;
    if (told.has(about)) continue;
    told.add(about);
    findings.push({ result, ...(check === undefined ? {} : { check }) });
    if (findings.length === most) break;
  }
  return findings;
}

const severity: Partial<Record<ScenarioResult['verdict'], number>> = { fail: 3_000, error: 2_000, warn: 1_000 };

function rankOf(result: ScenarioResult): number {
  const base = severity[result.verdict];
  if (base === undefined) return 0;
  const { stability } = result;
  const unstable = stability !== undefined && stability.same < stability.runs;
  const violated = new Set(decidingChecks(result).flatMap(({ statements }) => statements)).size;
  return base + (unstable ? 0 : 500) + Math.min(violated, 400);
}
