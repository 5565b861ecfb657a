// The run in numbers: counts by section, what probing found, and what was played when. In: a report. Out: tables and a picture.
import type { VNode } from 'preact';
import type { Machine, Report } from '../../verdict/report.ts';
import type { ScenarioResult, Verdict } from '../../verdict/verdict.ts';
import { count } from '../text.ts';
import { anchorOf, folderAnchor, shown, timeText } from './text.ts';

export const verdictOrder: readonly Verdict[] = [
  'pass',
  'fail',
  'warn',
  'observed',
  'skipped',
  'inconclusive',
  'error',
];

export function Sections({ report }: { report: Report }): VNode {
  const { scenarios, sections } = report.summary;
  const columns = verdictOrder.filter((verdict) => scenarios[verdict] > 0);
  return (
    <section aria-labelledby="page-sections">
      <h2 id="page-sections">Scenarios by section</h2>
      <table class="z">
        <thead>
          <tr>
            <th scope="col">section</th>
            {columns.map((verdict) => (
              <th scope="col" key={verdict}>
                {verdict}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sections.map(({ section, counts }) => (
            <tr key={section}>
              <th scope="row">
                <a href={`#${folderAnchor(section)}`}>{shown(section)}</a>
              </th>
              {columns.map((verdict) => (
                <td key={verdict}>{counts[verdict] === 0 ? '' : counts[verdict]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const valueText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

export function Capabilities({ report: { target } }: { report: Report }): VNode | null {
  if (target === null) return null;
  return (
    <section aria-labelledby="page-capabilities">
      <h2 id="page-capabilities">What the target can do</h2>
      <dl class="k">
        {target.capabilities.map(({ name, value, evidence }) => (
          <div key={name}>
            <dt>{shown(name)}</dt>
            <dd>
              {shown(valueText(value))}
              {evidence === undefined ? null : <small>{` ${shown(evidence)}`}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const machineText = ({ node, system, processors }: Machine): string =>
  `Node ${node.replace(/^v/, '')} on ${system}, ${count(processors, 'processor')}`;

/** What produced the report. */
export function Origin({ report: { run } }: { report: Report }): VNode {
  const options = Object.entries(run.options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)])
    .filter(([name, value]) => name !== 'seed' && value !== '')
    .map(([name, value]) => `${name} ${value}`);
  const parts = [
    `mqttspec ${run.tool.version}`,
    ...(run.runId === '' ? [] : [`run ${run.runId}`, `seed ${run.seed}`]),
    ...(run.startedAt === '' ? [] : [`${run.startedAt} to ${run.endedAt}`]),
    ...(run.machine === undefined ? [] : [machineText(run.machine)]),
    ...options,
  ];
  return <>{shown(`${parts.join(' · ')}.`)}</>;
}

interface Bar {
  readonly result: ScenarioResult;
  readonly row: number;
}

/** Bars that overlap stand in different rows. */
function packed(scenarios: readonly ScenarioResult[]): { bars: Bar[]; rows: number } {
  const ends: number[] = [];
  const byStart = scenarios.filter(({ durationMs }) => durationMs > 0).sort((a, b) => a.startedAt - b.startedAt);
  const bars = byStart.map((result) => {
    const free = ends.findIndex((end) => end <= result.startedAt);
    const row = free < 0 ? ends.length : free;
    ends[row] = result.startedAt + result.durationMs;
    return { result, row };
  });
  return { bars, rows: ends.length };
}

const longest = (scenarios: readonly ScenarioResult[]): ScenarioResult[] =>
  [...scenarios].sort((a, b) => b.durationMs - a.durationMs).slice(0, 3);

/** What ran beside what: a bar per scenario. */
export function Timeline({ report: { scenarios, run } }: { report: Report }): VNode | null {
  const { bars, rows } = packed(scenarios);
  if (bars.length === 0) return null;
  const total = Math.max(1, run.durationMs, ...bars.map(({ result }) => result.startedAt + result.durationMs));
  const path = (failed: boolean): string =>
    bars
      .filter(({ result }) => (result.verdict === 'fail' || result.verdict === 'error') === failed)
      .map(({ result, row }) => {
        const x = Math.round((result.startedAt / total) * 1_000);
        const width = Math.max(1, Math.round((result.durationMs / total) * 1_000));
        return `M${x} ${row}h${width}v.8h-${width}z`;
      })
      .join('');
  return (
    <section aria-labelledby="page-time">
      <h2 id="page-time">Time</h2>
      <p class="q">
        {`A bar per scenario, from 0 to ${timeText(total)}; at most ${rows} at once. What failed is red.`}
      </p>
      <svg viewBox={`0 0 1000 ${rows}`} preserveAspectRatio="none" role="img" aria-label="Timeline of the scenarios">
        <path d={path(false)} />
        <path class="f" d={path(true)} />
      </svg>
      <p class="q">
        {'Longest: '}
        {longest(scenarios).map((one) => [
          <a key={anchorOf(one)} href={`#${anchorOf(one)}`}>
            {anchorOf(one)}
          </a>,
          ` ${timeText(one.durationMs)} `,
        ])}
      </p>
    </section>
  );
}
