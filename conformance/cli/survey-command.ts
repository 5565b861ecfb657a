// `mqttspec survey brokers.yaml --out folder`. In: a plan. Out: each broker's report, and the page that holds them side by side.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import type { Column } from '../comparison/matrix.ts';
import { reportText } from '../reporters/json.ts';
import { duration, oneLine } from '../reporters/text.ts';
import { BadSurvey, parseSurvey, type SurveyPlan } from '../survey/plan.ts';
import { survey } from '../survey/survey.ts';
import type { RunEvent } from '../verdict/events.ts';
import { writeComparison } from './compare-command.ts';
import { whyNot } from './why-not.ts';

interface Options {
  readonly out: string;
  readonly only: readonly string[];
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

export function surveyCommand(): Command {
  return new Command('survey')
    .description('start several brokers, judge each, and hold them side by side')
    .argument('<brokers.yaml>', 'names and start commands: see docs/survey.md')
    .option('--out <folder>', 'where the pages and reports go', 'reports/survey')
    .option('--only <id, section or word>', 'play only these scenarios (repeatable, commas)', collect, [])
    .action(async (file: string, options: Options) => {
      process.exitCode = await surveyOf(planIn(file), options);
    });
}

function planIn(file: string): SurveyPlan {
  try {
    return parseSurvey(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof BadSurvey) throw new UsageError(error.message, { cause: error });
    throw new UsageError(`cannot read ${file}: ${whyNot(error)}`, { cause: error });
  }
}

/** Exit code 0 where every broker was judged, whatever the verdict; 3 where one could not be; 130 interrupted. */
async function surveyOf(plan: SurveyPlan, { out, only }: Options): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const columns = await survey(plan, {
    signal: interruption.signal,
    ...(only.length === 0 ? {} : { only }),
    onEvent: ({ name }, event) => tell(name, event),
    onColumn: (column) => writeReport(column, out),
  });
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  writeComparison(columns, { out, title: plan.title });
  process.stdout.write(`Survey: ${join(out, 'index.html')}\n`);
  if (interruption.signal.aborted) return 130;
  return columns.every(({ report }) => report?.run.exitCode === 0 || report?.run.exitCode === 1) ? 0 : 3;
}

function tell(name: string, event: RunEvent): void {
  if (event.type !== 'run:end') return;
  const { run, summary, statements } = event.report;
  const violated = statements.filter(({ verdict }) => verdict === 'fail').length;
  const end = run.endedBy === 'finished' ? '' : `, ${run.reason ?? run.endedBy}`;
  const text = `${name}: ${violated} statements violated, ${summary.scenarios.fail} scenarios failed, ${duration(run.durationMs)}${end}`;
  process.stdout.write(`${oneLine(text)}\n`);
}

function writeReport({ name, report, reason }: Column, out: string): void {
  if (report === undefined) {
    process.stderr.write(`${oneLine(`${name} ${reason ?? ''}`)}\n`);
    return;
  }
  mkdirSync(join(out, name), { recursive: true });
  writeFileSync(join(out, name, 'report.json'), reportText(report));
}
