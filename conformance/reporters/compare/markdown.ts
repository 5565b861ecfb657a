// The same for the page of a repository. In: named reports. Out: Markdown.
import { type Column, matrixOf } from '../../comparison/matrix.ts';
import { signs, timeText } from '../html/text.ts';

/** What a target says shall not become markup. */
const cell = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '').replace(/[\\|<>`*_[\]]/g, '\\$&');

export function compareMarkdown(columns: readonly Column[], title: string): string {
  const differing = matrixOf(columns).filter(({ differs }) => differs);
  const names = columns.map(({ name }) => cell(name));
  const judged = columns.map(({ name, report, reason }) => {
    if (report === undefined) return `| ${cell(name)} | ${cell(reason ?? 'no report')} | | | | |`;
    const { pass, fail, warn } = report.summary.scenarios;
    const violated = report.statements.filter(({ verdict }) => verdict === 'fail').length;
    const version = cell(report.target?.version ?? 'not told');
    return `| ${cell(name)} | ${version} | ${violated} | ${fail} | ${warn} | ${pass} | ${timeText(report.run.durationMs)} |`;
  });
  const legend = Object.entries(signs).map(([verdict, sign]) => `${sign} ${verdict}`);
  return [
    `# ${title}`,
    '',
    '| target | version | statements violated | scenarios failed | warned | passed | time |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...judged,
    '',
    `Statements in which they differ (${legend.join(', ')}):`,
    '',
    `| statement | demand | ${names.join(' | ')} |`,
    `| --- | --- | ${names.map(() => '---').join(' | ')} |`,
    ...differing.map(
      ({ statement, cells }) =>
        `| ${statement.id} | ${cell(statement.requirement)} | ${cells.map((one) => (one === undefined ? '' : signs[one.verdict])).join(' | ')} |`,
    ),
    '',
  ].join('\n');
}
