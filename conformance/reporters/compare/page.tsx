// Several brokers on one page. In: named reports. Out: HTML without script and without network; each cell leads into a report beside it.
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type Change, type Changes, scenarioChanges, statementChanges } from '../../comparison/changes.ts';
import type { Column } from '../../comparison/matrix.ts';
import type { Report } from '../../verdict/report.ts';
import { sentence } from '../findings.ts';
import { style as baseStyle } from '../html/style.ts';
import { shown, timeText } from '../html/text.ts';
import { Capabilities, Matrix } from './matrix.tsx';
import { Wide } from './wide.tsx';

const own = `
.x{overflow-x:auto;overflow-wrap:normal}.x td[colspan]{overflow-wrap:anywhere}.x .line{white-space:nowrap}.x .said{min-width:11rem}.x table{border-collapse:collapse}.x th,.x td{padding:.15rem .3rem .15rem 0;vertical-align:top}.x:not([aria-labelledby=matrix]) :is(th,td){padding-right:1rem}
.x thead th{vertical-align:bottom}.x thead .b{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap;padding:.2rem 0}
.x tbody th{font-weight:400;min-width:9rem;max-width:34rem}.x tbody th b{display:block;font-size:.8rem}.x tbody th span{font-size:.8rem;color:var(--q)}
.x .cell{display:grid;place-items:center;width:1.5rem;height:1.5rem;border-radius:.3rem;font-size:.8rem;font-weight:700;text-decoration:none}
.x .cell.f,.x .cell.e{border-radius:0;box-shadow:inset 0 0 0 2px}.x .cell.w{border-radius:50%}
.x tr.h3 th{padding-top:1rem;font-size:.95rem;font-weight:600}
body:has(#only:checked) .x tr.same{display:none}
@media (max-width:44rem){.x tbody th span{display:none}.x tbody th{min-width:0}}
`;
const style = baseStyle + own;
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

export interface CompareOptions {
  readonly title: string;
  /** Where the report of a column lies, from the page. */
  readonly linkOf: (column: Column) => string;
}

/** The same reports give the same text. */
export const renderCompare = (columns: readonly Column[], options: CompareOptions): string =>
  `<!doctype html>\n${renderToString(<Page columns={columns} options={options} />)}\n`;

function Page({ columns, options }: { columns: readonly Column[]; options: CompareOptions }): VNode {
  const [before, after] = columns.flatMap(({ report }) => (report === undefined ? [] : [report]));
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>{shown(options.title)}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <header>
          <h1>{shown(options.title)}</h1>
        </header>
        <main>
          <Columns columns={columns} options={options} />
          {columns.length === 2 && before !== undefined && after !== undefined ? (
            <BetweenTwo before={before} after={after} />
          ) : null}
          <Capabilities columns={columns} />
          <Matrix columns={columns} linkOf={options.linkOf} />
        </main>
        <footer>The statements of the standard are told in our own words.</footer>
      </body>
    </html>
  );
}

function Columns({ columns, options }: { columns: readonly Column[]; options: CompareOptions }): VNode {
  return (
    <section aria-labelledby="targets">
      <h2 id="targets">Who was judged</h2>
      <Wide labelledBy="targets">
        <table>
          <thead>
            <tr>
              {['name', 'version', 'verdict', 'statements violated', 'scenarios failed', 'time'].map((text) => (
                <th key={text} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row" class="line">
                  {shown(column.name)}
                </th>
                {column.report === undefined ? (
                  <td colSpan={5}>{shown(column.reason ?? 'no report')}</td>
                ) : (
                  <ColumnCells report={column.report} link={options.linkOf(column)} />
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

const longestVersion = 60;

function ColumnCells({ report, link }: { report: Report; link: string }): VNode {
  const violated = report.statements.filter(({ verdict }) => verdict === 'fail').length;
  return (
    <>
      <td class="line">{shown(report.target?.version ?? 'not told', longestVersion)}</td>
      <td class="said">
        <a href={link}>{sentence(report)}</a>
      </td>
      <td>{violated}</td>
      <td>{report.summary.scenarios.fail}</td>
      <td class="line">{timeText(report.run.durationMs)}</td>
    </>
  );
}

const kinds = {
  new: 'fails now, and did not before',
  mended: 'failed before, and no longer',
  changed: 'another verdict',
  gone: 'judged before, not played now',
} as const satisfies Record<keyof Changes, string>;

function BetweenTwo({ before, after }: { before: Report; after: Report }): VNode {
  const [scenarios, statements] = [scenarioChanges(before, after), statementChanges(before, after)];
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">From the first to the second</h2>
      {Object.entries(kinds).map(([kind, words]) => (
        <details key={kind} open={kind === 'new'}>
          <summary>
            {kind}: {words} — {statements[kind as keyof Changes].length} statements,{' '}
            {scenarios[kind as keyof Changes].length} scenarios
          </summary>
          <ul>
            {[...statements[kind as keyof Changes], ...scenarios[kind as keyof Changes]].map((change) => (
              <li key={change.id}>{changeText(change)}</li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

const changeText = ({ id, before, after }: Change): string =>
  shown(`${id}: ${before ?? 'not played'}, then ${after ?? 'not played'}`);
