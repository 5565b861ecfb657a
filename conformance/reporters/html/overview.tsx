// The top of the report: what was judged, the verdict, the worst findings, every statement at a glance.
import type { VNode } from 'preact';
import { catalogue, type Statement } from '../../spec/catalogue.ts';
import type { Report } from '../../verdict/report.ts';
import type { StatementResult, Verdict } from '../../verdict/verdict.ts';
import { anchorOf, classOf, shown, signs } from './text.ts';

export const verdictOrder: readonly Verdict[] = [
  'pass',
  'fail',
  'warn',
  'observed',
  'skipped',
  'inconclusive',
  'error',
];

export const statementsById = new Map<string, Statement>(catalogue.map((statement) => [statement.id, statement]));

/** The verdict on the target in one plain sentence. */
export function sentence({ run, statements }: Report): string {
  const violated = statements.filter(({ verdict }) => verdict === 'fail').length;
  switch (run.exitCode) {
    case 0:
      return 'Compliant: no MUST is violated.';
    case 1:
      return `Not compliant: ${violated} ${violated === 1 ? 'statement is' : 'statements are'} violated.`;
    case 130:
      return 'Interrupted: no verdict.';
    case 3:
      return 'No verdict.';
  }
}

export function Overview({ report }: { report: Report }): VNode {
  const { run, target, summary } = report;
  return (
    <>
      <header>
        <h1>mqttspec · conformance of {shown(run.address)}</h1>
        <p class="big">{sentence(report)}</p>
        <p class="dim">
          {target?.version === undefined ? '' : `${shown(target.version)} · `}
          {target === null ? '' : `MQTT ${target.protocols.join(' and ')} · `}
          {run.startedAt.replace('T', ' ').slice(0, 19)} UTC · {(run.durationMs / 1_000).toFixed(1)} s (the scenarios
          one after another: {(run.scenarioMs / 1_000).toFixed(1)} s) · mqttspec {run.tool.version} · seed {run.seed}
        </p>
        {run.reason === undefined ? null : (
          <p>
            <span class="v inconclusive">{run.complete ? 'note' : 'incomplete'}</span> {shown(run.reason)}
          </p>
        )}
        <ul class="cards">
          {verdictOrder
            .filter((verdict) => summary.scenarios[verdict] > 0)
            .map((verdict) => (
              <li key={verdict}>
                <b>{summary.scenarios[verdict]}</b>
                <span class={`v ${verdict}`}>{verdict}</span>
              </li>
            ))}
        </ul>
      </header>
      <main id="main">
        <Worst report={report} />
        <h2 id="statements-at-a-glance">Every statement at a glance</h2>
        <p class="small dim">A cell a statement, in the order of the standard. A cell leads to its evidence.</p>
        <Legend />
        <Grid results={report.statements} />
        <Sections report={report} />
        <Capabilities report={report} />
        <Timeline report={report} />
      </main>
    </>
  );
}

function Worst({ report }: { report: Report }): VNode | null {
  const worst = report.scenarios.filter(({ verdict }) => verdict === 'fail').slice(0, 5);
  if (worst.length === 0) return null;
  return (
    <section>
      <h2>The worst findings</h2>
      {worst.map((result) => {
        const check = result.checks.find(({ verdict }) => verdict === 'fail');
        return (
          <p key={anchorOf(result)}>
            <span class="v fail">✗ {(check?.statements ?? result.cites)[0]}</span>{' '}
            <a href={`#${anchorOf(result)}`}>{result.title}</a>
            <br />
            <span class="dim">Got: {shown(check?.got ?? '', 240)}</span>
          </p>
        );
      })}
    </section>
  );
}

function Legend(): VNode {
  return (
    <p class="small">
      {(Object.keys(signs) as (keyof typeof signs)[]).map((verdict) => (
        <span key={verdict} class={`v ${classOf(verdict)}`}>
          {signs[verdict]} {verdict}
        </span>
      ))}
    </p>
  );
}

const chapterOf = ({ standard, section }: Statement): string =>
  standard === '3.1' ? `MQTT 3.1: ${section}` : section.split('.').slice(0, 2).join('.');

function Grid({ results }: { results: readonly StatementResult[] }): VNode {
  const chapters = new Map<string, StatementResult[]>();
  for (const result of results) {
    const statement = statementsById.get(result.id);
    const chapter = statement === undefined ? 'others' : chapterOf(statement);
    chapters.set(chapter, [...(chapters.get(chapter) ?? []), result]);
  }
  return (
    <>
      {[...chapters].map(([chapter, inside]) => (
        <div class="sec" key={chapter}>
          <h3>{titleOf(chapter)}</h3>
          <ul class="grid">
            {inside.map(({ id, verdict }) => (
              <li key={id}>
                <a
                  class={classOf(verdict)}
                  href={`#${id}`}
                  title={`${id}: ${verdict}`}
                  aria-label={`${id}: ${verdict}`}
                >
                  {signs[verdict]}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

const titles: Readonly<Record<string, string>> = {
  '1.5': 'Data representations',
  '2.2': 'Fixed header',
  '2.3': 'Packet Identifier',
  '3.1': 'CONNECT',
  '3.2': 'CONNACK',
  '3.3': 'PUBLISH',
  '3.6': 'PUBREL',
  '3.8': 'SUBSCRIBE',
  '3.9': 'SUBACK',
  '3.10': 'UNSUBSCRIBE',
  '3.12': 'PINGREQ',
  '3.14': 'DISCONNECT',
  '4.1': 'Storing state',
  '4.3': 'Quality of Service',
  '4.4': 'Message delivery retry',
  '4.5': 'Message receipt',
  '4.6': 'Message ordering',
  '4.7': 'Topic Names and Topic Filters',
  '4.8': 'Handling errors',
  '5.1': 'Security',
  '6.0': 'WebSocket',
  '7.0': 'Conformance',
  '7.1': 'Conformance',
};
const titleOf = (chapter: string): string =>
  titles[chapter] === undefined ? chapter : `${chapter} ${titles[chapter]}`;

function Sections({ report }: { report: Report }): VNode {
  return (
    <section>
      <h2>By section</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">section</th>
              {verdictOrder.map((verdict) => (
                <th scope="col" key={verdict}>
                  {verdict}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.summary.sections.map(({ section, counts }) => (
              <tr key={section}>
                <th scope="row">{section}</th>
                {verdictOrder.map((verdict) => (
                  <td key={verdict}>{counts[verdict] === 0 ? '' : counts[verdict]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Capabilities({ report: { target } }: { report: Report }): VNode | null {
  if (target === null) return null;
  return (
    <section>
      <h2>What probing found</h2>
      <ul class="cards">
        {target.capabilities.map(({ name, value }) => (
          <li key={name}>
            <span class="small dim">{name}</span>
            <br />
            {shown(value === true ? 'yes' : value === false ? 'no' : String(value))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What ran beside what: a bar a scenario, packed into rows. */
function Timeline({ report }: { report: Report }): VNode | null {
  const bars = report.scenarios.filter(({ durationMs }) => durationMs > 0).sort((a, b) => a.startedAt - b.startedAt);
  if (bars.length === 0) return null;
  const rows: number[] = [];
  const total = Math.max(1, report.run.durationMs);
  const placed = bars.map((result) => {
    let row = rows.findIndex((end) => end <= result.startedAt);
    if (row < 0) row = rows.push(0) - 1;
    rows[row] = result.startedAt + result.durationMs;
    return { result, row };
  });
  const path = (wanted: boolean): string =>
    placed
      .filter(({ result }) => (result.verdict === 'fail') === wanted)
      .map(({ result, row }) => {
        const x = ((result.startedAt / total) * 1_000).toFixed(1);
        const width = Math.max(0.6, (result.durationMs / total) * 1_000).toFixed(1);
        return `M${x} ${row}h${width}v.8h-${width}z`;
      })
      .join('');
  return (
    <section>
      <h2>Time</h2>
      <p class="small dim">
        What was played beside what, from 0 to {(total / 1_000).toFixed(1)} s. Waits for real timers overlap.
      </p>
      <div class="line">
        <svg
          viewBox={`0 0 1000 ${Math.max(8, rows.length)}`}
          preserveAspectRatio="none"
          role="img"
          aria-label="Timeline of the scenarios"
        >
          <path d={path(false)} fill="var(--accent)" opacity=".55" />
          <path d={path(true)} fill="var(--fail)" />
        </svg>
      </div>
    </section>
  );
}
