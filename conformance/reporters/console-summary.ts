// The end of a run on a terminal. In: the report. Out: lines: the table by section, what was violated, the verdict in a sentence.
import { statement } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { StatementResult } from '../verdict/verdict.ts';
import { sectionTable } from './console-table.ts';
import { summaryLine, whyNoVerdict } from './evidence.ts';
import { type Finding, worstFindings } from './findings.ts';
import type { Style } from './style.ts';
import { count, cut, duration, oneLine, wrap } from './text.ts';

export interface ClosingOptions {
  readonly style: Style;
  /** Every violated statement is told with the scenarios that showed it. */
  readonly verbose?: boolean;
  readonly reportPath?: string;
}

export function closingLines(report: Report, { style, verbose = false, reportPath }: ClosingOptions): string[] {
  const { columns } = style;
  const inconclusive = report.scenarios.filter(({ verdict }) => verdict === 'inconclusive');
  return [
    '',
    ...(report.scenarios.length === 0 ? [] : [...sectionTable(report, style), '']),
    ...(verbose ? violated(report, style) : worst(report, style)),
    ...(inconclusive.length === 0
      ? []
      : wrap(`inconclusive: ${inconclusive.map(({ id }) => id).join(', ')}`, {
          columns,
          first: '',
          next: '  ',
        })),
    ...wrap(verdictSentence(report), { columns, first: '' }).map((line) =>
      style.bold(style.paint(report.run.exitCode === 0 ? 'pass' : 'fail', line)),
    ),
    ...wrap(statementSentence(report), { columns, first: '' }),
    ...wrap(timeSentence(report), { columns, first: '' }),
    // A path that is broken over two lines can be neither clicked nor copied.
    ...(reportPath === undefined ? [] : [`Report: ${oneLine(reportPath)}`]),
  ];
}

/** The worst findings, and the numbers of all other statements that are violated. */
function worst(report: Report, style: Style): string[] {
  const { columns } = style;
  const findings = worstFindings(report).filter(({ result }) => result.verdict !== 'warn');
  if (findings.length === 0) return [];
  const told = new Set(findings.map(({ check }) => check?.statements[0]));
  const others = report.statements.filter(({ id, verdict }) => verdict === 'fail' && !told.has(id)).map(({ id }) => id);
  const also =
    others.length === 0 ? [] : wrap(`Also violated: ${others.join(', ')}`, { columns, first: '', next: '  ' });
  return [style.bold('Worst findings:'), ...findings.flatMap((one) => findingLines(one, style)), ...also, ''];
}

function findingLines({ result, check }: Finding, style: Style): string[] {
  const { columns } = style;
  const title = wrap(result.title, { columns, first: `${style.symbol(result.verdict)} ` });
  const [id] = check?.statements ?? [];
  const got = check === undefined ? summaryLine(result) : `got ${cut(oneLine(check.got), mostOfGot)}`;
  return [
    ...title.map((line) => style.paint(result.verdict, line)),
    ...wrap(got, { columns, first: '    ' }),
    ...wrap(`${id === undefined ? '' : `${id}, `}${result.id}`, { columns, first: '    ' }).map((line) =>
      style.dim(line),
    ),
  ];
}

const mostOfGot = 160;

function violated({ statements, scenarios }: Report, style: Style): string[] {
  const failed = statements.filter(({ verdict }) => verdict === 'fail');
  if (failed.length === 0) return [];
  const { columns } = style;
  const seenIn = ({ id }: StatementResult): string[] =>
    scenarios
      .filter(({ checks }) => checks.some((check) => check.verdict === 'fail' && check.statements.includes(id)))
      .map((scenario) => scenario.id);
  const lines = failed.flatMap((result) => {
    const { id, section, title, requirement } = statement(result.id);
    return [
      ...wrap(`${id} (${section}, ${title})`, { columns, first: `${style.symbol('fail')} ` }).map((line) =>
        style.paint('fail', line),
      ),
      ...wrap(requirement, { columns, first: '    ' }),
      ...wrap(`seen in ${seenIn(result).join(', ')}`, { columns, first: '    ' }).map((line) => style.dim(line)),
    ];
  });
  return [style.bold('Violated:'), ...lines, ''];
}

/** The verdict of the run, in a plain sentence. */
export function verdictSentence(report: Report): string {
  const { run, summary, statements, scenarios } = report;
  const address = oneLine(run.address);
  const failures = statements.filter(({ verdict }) => verdict === 'fail').length;
  const broken =
    failures > 0 ? count(failures, 'statement') : `${count(summary.scenarios.fail, 'scenario')} of the suite`;
  switch (run.exitCode) {
    case 0: {
      const { warn, inconclusive } = summary.scenarios;
      const but = [
        ...(warn === 0 ? [] : [`${count(warn, 'warning')}`]),
        ...(inconclusive === 0 ? [] : [`${count(inconclusive, 'scenario')} without a clear result`]),
      ];
      return `COMPLIANT: ${address} violated no MUST that was checked${but.length === 0 ? '' : `; ${but.join(', ')}`}.`;
    }
    case 1:
      return `NOT COMPLIANT: ${address} violates ${broken}.${run.reason === undefined ? '' : ` ${oneLine(run.reason)}`}`;
    case 130:
      return `INTERRUPTED after ${count(scenarios.length, 'result')}${summary.scenarios.fail === 0 ? '' : `, with violations`}: no verdict.`;
    case 3: {
      return `NO VERDICT on ${address}: ${whyNoVerdict(report).replace(/(?<![.?!])$/, '.')}${summary.scenarios.fail === 0 ? '' : ` Until then it had violated ${broken}.`}`;
    }
  }
}

function statementSentence({ statements }: Report): string {
  const sum = (...verdicts: StatementResult['verdict'][]): number =>
    statements.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const judged = sum('pass', 'fail', 'warn', 'observed');
  return (
    `${judged} of ${statements.length} statements judged: ${sum('pass')} passed, ${sum('fail')} failed, ` +
    `${sum('warn')} warned, ${sum('observed')} observed; ${sum('inconclusive', 'error')} unclear, ${sum('skipped')} skipped, ` +
    `${sum('not applicable', 'not observable')} not applicable or not observable.`
  );
}

const timeSentence = ({ run }: Report): string =>
  `${duration(run.durationMs)} (${duration(run.scenarioMs)} of scenarios), seed ${run.seed}.`;
