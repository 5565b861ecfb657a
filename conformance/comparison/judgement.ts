// What a run means where something is known beforehand: a baseline, accepted deviations. In: reports and entries. Out: the exit
// code, and lines that tell why. Knows no file and no screen.
import { count } from '../reporters/text.ts';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { type Accepted, holdAgainst } from './accepted.ts';
import { type Change, keyOf, scenarioChanges } from './changes.ts';

export interface Known {
  readonly baseline?: Report;
  readonly accepted?: readonly Accepted[];
  /** An accepted deviation that no longer occurs fails too. */
  readonly strictAccept?: boolean;
}

export interface Judgement {
  readonly exitCode: Report['run']['exitCode'];
  readonly lines: readonly string[];
}

/** A run without a verdict stays one; of fails, only those count that are new and not accepted. */
export function judgementOn(report: Report, { baseline, accepted = [], strictAccept = false }: Known): Judgement {
  const { left, covered, unused } = holdAgainst(report, accepted);
  const fresh = baseline === undefined ? left : left.filter((result) => isNew(result, baseline));
  const lines = [
    ...(baseline === undefined ? [] : baselineLines(report, baseline)),
    ...covered.map(
      ({ result, by }) => `accepted  ${keyOf(result)}: ${[...new Set(by.map(({ reason }) => reason))].join('; ')}`,
    ),
    ...unused.map(({ id, reason }) => `no longer occurs: ${id}, accepted because: ${reason}`),
  ];
  const { exitCode } = report.run;
  if (exitCode === 3 || exitCode === 130) return { exitCode, lines };
  const fails = fresh.length > 0 || (strictAccept && unused.length > 0);
  const known = report.summary.scenarios.fail - fresh.length;
  const end = `${count(fresh.length, 'scenario')} ${baseline === undefined ? 'left to answer for' : 'newly failing'}, ${known} known`;
  return { exitCode: fails ? 1 : 0, lines: [...lines, end] };
}

/** It did not fail before, or did not blame one of the statements that it blames now. */
function isNew(result: ScenarioResult, baseline: Report): boolean {
  const before = baseline.scenarios.find((one) => keyOf(one) === keyOf(result));
  if (before?.verdict !== 'fail') return true;
  const blamed = new Set(blamedBy(before));
  return blamedBy(result).some((id) => !blamed.has(id));
}

const blamedBy = ({ checks }: ScenarioResult): readonly string[] =>
  checks.filter(({ verdict }) => verdict === 'fail').flatMap(({ statements }) => statements);

/** A part of the suite, played alone, shall not list all the rest. */
const mostGone = 10;

function baselineLines(report: Report, baseline: Report): string[] {
  const changes = scenarioChanges(baseline, report);
  const fails = report.scenarios.filter((result) => result.verdict === 'fail' && isNew(result, baseline));
  const line = (label: string, { id, before, after }: Change): string =>
    `${label.padEnd(9)} ${id}: ${before ?? 'not played'}, now ${after ?? 'not played'}`;
  return [
    `against the baseline of ${baseline.run.startedAt}:`,
    ...fails.map((result) => `new       ${keyOf(result)}: ${result.title}`),
    ...changes.mended.map((change) => line('mended', change)),
    ...changes.changed.map((change) => line('changed', change)),
    ...(changes.gone.length > mostGone
      ? [`gone      ${count(changes.gone.length, 'scenario')} of the baseline were not played`]
      : changes.gone.map((change) => line('gone', change))),
  ];
}
