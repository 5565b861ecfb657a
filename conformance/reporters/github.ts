// Annotations and a job summary for GitHub Actions. In: the events of a run. Out: workflow commands, and Markdown.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
import { appendFileSync } from 'node:fs';
import type { Reporter } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { commandAlone, decidingChecks, summaryLine } from './evidence.ts';
import { sentence, worstFindings } from './findings.ts';
import type { Output } from './output.ts';
import { cut, duration, oneLine } from './text.ts';

/** GitHub shows ten annotations of a kind a step. */
const mostAnnotations = 10;
/** Of what was expected and came; the report has all of it. */
const mostOfSummary = 500;

export interface GithubOptions {
  readonly output: Output;
  /** The file that `GITHUB_STEP_SUMMARY` names. */
  readonly summaryFile?: string;
  readonly target?: string;
}

export function githubReporter({ output, summaryFile, target }: GithubOptions): Reporter {
  return {
    receive: (event) => {
      if (event.type !== 'run:end') return;
      output.write(annotations(event.report));
      if (summaryFile !== undefined) appendFileSync(summaryFile, summaryMarkdown(event.report, target));
    },
    end: () => output.done(),
  };
}

/** In a message `%`, CR and LF are escaped, in a property `:` and `,` too. */
const inMessage = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const inProperty = (text: string): string => inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** An error for each violated scenario, a warning for each that is warned of, and one for a run without verdict. */
export function annotations(report: Report): string {
  const { run, scenarios } = report;
  const of = (verdict: ScenarioResult['verdict'], command: string): string[] =>
    scenarios.filter((result) => result.verdict === verdict).map((result) => annotation(command, result));
  const [errors, warnings] = [[...of('fail', 'error'), ...of('error', 'error')], of('warn', 'warning')];
  const noVerdict = run.exitCode === 3 || run.exitCode === 130;
  return [
    ...(noVerdict ? [`::error title=mqttspec::${inMessage(oneLine(sentence(report)))}`] : []),
    ...shortened(errors, 'error'),
    ...shortened(warnings, 'warning'),
    '',
  ].join('\n');
}

function annotation(command: string, result: ScenarioResult): string {
  const blamed = [...new Set(decidingChecks(result).flatMap(({ statements }) => statements))];
  const title = [result.title, ...blamed].join(' ');
  return `::${command} title=${inProperty(oneLine(title))}::${inMessage(`${result.id}: ${summaryLine(result)}`)}`;
}

function shortened(lines: readonly string[], command: string): readonly string[] {
  if (lines.length <= mostAnnotations) return lines;
  const left = lines.length - (mostAnnotations - 1);
  return [
    ...lines.slice(0, mostAnnotations - 1),
    `::${command} title=mqttspec::${left} more: see the summary and the report`,
  ];
}

/** What a target says shall not become markup. */
const cell = (text: string): string => oneLine(text).replace(/[\\|<>`*_[\]&#]/g, '\\$&');

export function summaryMarkdown(report: Report, target?: string): string {
  const { summary, run } = report;
  const verdicts = ['pass', 'fail', 'warn', 'observed', 'skipped', 'inconclusive', 'error'] as const;
  const row = (name: string, counts: Readonly<Record<(typeof verdicts)[number], number>>): string =>
    `| ${cell(name)} | ${verdicts.map((verdict) => counts[verdict]).join(' | ')} |`;
  const findings = worstFindings(report).map(
    ({ result }) =>
      `- **${cell(result.title)}**: ${cell(cut(summaryLine(result), mostOfSummary))} \n  \`${commandAlone(result, target)}\``,
  );
  return [
    `## mqttspec: ${cell(sentence(report))}`,
    '',
    `Target ${cell(run.address)}${report.target?.version === undefined ? '' : `, ${cell(report.target.version)}`}; ${duration(run.durationMs)}.`,
    '',
    ...(findings.length === 0 ? [] : ['Worst findings:', '', ...findings, '']),
    `| section | ${verdicts.join(' | ')} |`,
    `| --- | ${verdicts.map(() => '---').join(' | ')} |`,
    ...summary.sections.map(({ section, counts }) => row(section, counts)),
    row('all', summary.scenarios),
    '',
    '',
  ].join('\n');
}
