// The whole page: one file, no network. In: a Report. Out: HTML.
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Report } from '../../verdict/report.ts';
import { sentence } from '../findings.ts';
import { byChapter } from './chapters.ts';
import { Grid } from './grid.tsx';
import { Heading, Worst } from './overview.tsx';
import { Capabilities, Origin, Sections, Timeline } from './run.tsx';
import { Scenarios } from './scenarios.tsx';
import { script } from './script.ts';
import { shrink } from './shrink.ts';
import { Statements } from './statements.tsx';
import { style } from './style.ts';
import { classOf, shown } from './text.ts';
import { type Words, wordsOf } from './words.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The report as one self-contained HTML file: the same report gives the same text. */
export const renderHtml = (report: Report): string =>
  `<!doctype html>\n${shrink(renderToString(<Page report={report} words={wordsOf(report)} />))}\n`;

function Page({ report, words }: { report: Report; words: Words }): VNode {
  const { run } = report;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{shown(`${run.address}: ${sentence(report)}`)}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a class="skip" href="#page-main">
          Skip to the findings
        </a>
        <Heading report={report} />
        <Contents />
        <main id="page-main" tabIndex={-1}>
          <Worst report={report} words={words} />
          <Grid results={report.statements} />
          <Sections report={report} />
          <Capabilities report={report} />
          <Timeline report={report} />
          <Filters report={report} />
          <Statements report={report} />
          <Scenarios report={report} words={words} />
        </main>
        <footer>
          <Origin report={report} /> The statements of the standard are told in our own words.
        </footer>
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
}

const parts = [
  ['page-grid', 'All statements'],
  ['page-sections', 'Sections'],
  ['page-capabilities', 'Capabilities'],
  ['page-time', 'Time'],
  ['page-statements', 'Statements'],
  ['page-scenarios', 'Scenarios'],
] as const;

const Contents = (): VNode => (
  <nav aria-label="Parts of this page">
    {parts.map(([id, name]) => [
      <a key={id} href={`#${id}`}>
        {name}
      </a>,
      ' ',
    ])}
  </nav>
);

/** Hidden until the script runs: without it they would do nothing. */
function Filters({ report }: { report: Report }): VNode {
  const chapters = byChapter(report.statements).map(([chapter]) => chapter);
  return (
    <search id="page-filters" hidden aria-label="Filter statements and scenarios">
      <label>
        Words{' '}
        <input id="page-words" type="search" autocomplete="off" aria-keyshortcuts="/" placeholder="press / to search" />
      </label>
      <label>
        Verdict{' '}
        <select id="page-verdict">
          <option value="">all</option>
          {Object.entries(classOf).map(([verdict, letter]) => (
            <option key={verdict} value={letter}>
              {verdict}
            </option>
          ))}
        </select>
      </label>
      <label>
        Section{' '}
        <select id="page-chapter">
          <option value="">all</option>
          {chapters.map((chapter) => (
            <option key={chapter}>{chapter}</option>
          ))}
        </select>
      </label>
      <button id="page-reset" type="button">
        Show all
      </button>
      <output id="page-count" />
    </search>
  );
}
