// The whole page: one file, no network. In: a Report. Out: HTML.
import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import type { Report } from '../../verdict/report.ts';
import { Scenarios, Statements } from './evidence.tsx';
import { Overview, sentence, verdictOrder } from './overview.tsx';
import { script, style } from './style.ts';
import { shown } from './text.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;

/** The report as one self-contained HTML file. */
export function renderHtml(report: Report): string {
  const title = shown(`${report.run.address}: ${sentence(report)}`);
  return `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the verdict
        </a>
        <Overview report={report} />
        <section aria-label="Evidence" class="evidence">
          <Filters />
          <Statements report={report} />
          <Scenarios report={report} />
        </section>
        <footer>
          mqttspec {report.run.tool.version}, run {report.run.runId}, {report.run.startedAt} to {report.run.endedAt}.
          MQTT 3.1.1 is an OASIS standard; its statements are told here in our own words.
        </footer>
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>,
  )}\n`;
}

function Filters() {
  return (
    <search class="filters hidden" aria-label="Filter statements and scenarios">
      <label>
        Words <input id="words" type="search" size={18} />
      </label>
      <label>
        Verdict{' '}
        <select id="verdict">
          <option value="">all</option>
          {verdictOrder.map((verdict) => (
            <option key={verdict} value={verdict}>
              {verdict}
            </option>
          ))}
        </select>
      </label>
      <output id="count" class="small dim" />
    </search>
  );
}
