// The top of the page: what was judged, the verdict, the findings that matter most. In: a report. Out: what a reader sees first.
import type { VNode } from 'preact';
import type { Report } from '../../verdict/report.ts';
import { type Finding, sentence, statementsById, worstFindings } from '../findings.ts';
import { count } from '../text.ts';
import { verdictOrder } from './run.tsx';
import { anchorOf, classOf, shown, signs, stabilityText, timeText } from './text.ts';
import type { Words } from './words.ts';

const toneOf: Readonly<Record<Report['run']['exitCode'], string>> = { 0: 'p', 1: 'f', 3: 'i', 130: 'i' };

export function Heading({ report }: { report: Report }): VNode {
  const { run, target } = report;
  const version = target?.version === undefined ? '' : `${target.version} at `;
  const unnamed = target !== null && target.version === undefined ? ['it does not tell its version'] : [];
  const judged = target === null ? [] : [`MQTT ${target.protocols.join(' and ')}`];
  const facts = [
    ...unnamed,
    ...judged,
    ...(run.startedAt === '' ? [] : [`${run.startedAt.replace('T', ' ').slice(0, 19)} UTC`]),
    ...(run.durationMs === 0 ? [] : [`took ${timeText(run.durationMs)}`]),
    `mqttspec ${run.tool.version}`,
    `seed ${run.seed}`,
  ];
  return (
    <header>
      <h1>
        <small>{shown(`MQTT conformance of ${version}${run.address}`)}</small>
        <span class={`j ${toneOf[run.exitCode]}`}>{shown(sentence(report))}</span>
      </h1>
      <p class="q">{shown(facts.join(' · '))}</p>
      {run.complete ? null : (
        <p>
          <b class="v i">incomplete</b>{' '}
          {shown(`Not everything that was planned was played: ${run.reason ?? run.endedBy}.`)}
        </p>
      )}
      <Counts report={report} />
    </header>
  );
}

function Counts({ report: { summary, scenarios } }: { report: Report }): VNode {
  const verdicts = verdictOrder.filter((verdict) => summary.scenarios[verdict] > 0);
  return (
    <>
      <p class="q">{`${count(scenarios.length, 'scenario')}:`}</p>
      <ul class="t0">
        {verdicts.map((verdict) => (
          <li key={verdict} class={classOf[verdict]}>
            <a href="#page-scenarios" data-f={classOf[verdict]}>
              <b>{summary.scenarios[verdict]}</b> {`${signs[verdict]} ${verdict}`}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

interface WorstProps {
  readonly report: Report;
  readonly words: Words;
}

export function Worst({ report, words }: WorstProps): VNode | null {
  const findings = worstFindings(report);
  if (findings.length === 0) return null;
  return (
    <section aria-labelledby="page-worst">
      <h2 id="page-worst">What matters most</h2>
      <ol class="o0">
        {findings.map((finding) => (
          <FindingInWords key={anchorOf(finding.result)} finding={finding} words={words} />
        ))}
      </ol>
    </section>
  );
}

const whoMeets: Readonly<Record<NonNullable<Finding['meets']>, string>> = {
  everybody: 'Ordinary clients meet this.',
  offender: 'A client that breaks the rules meets this.',
};

/** Of a set of accepted outcomes the first, and how many more there are; all stand in the evidence. */
function firstOf(expected: string, words: Words): string {
  const [first = '', ...others] = expected.split('; or ');
  const more =
    others.length === 1 ? 'another outcome that is accepted' : `one of ${others.length} others that are accepted`;
  return others.length === 0 ? words(first, 200) : `${words(first, 200)}, or ${more}`;
}

/** About two lines of a wide screen; the evidence has all of it. */
const longestGot = 240;

/** Of a long list of what came its beginning, and what was missing or too many. */
function mostTelling(got: string, words: Words): string {
  const at = got.search(/; (?:missing|too many): /);
  const whole = words(got, longestGot);
  if (at < 0 || whole === words(got)) return whole;
  return `${words(got.slice(0, at), longestGot / 3)}${words(got.slice(at), longestGot)}`;
}

function FindingInWords({ finding, words }: { finding: Finding; words: Words }): VNode {
  const { result, check, meets } = finding;
  const [id] = check?.statements ?? result.cites;
  const requirement = id === undefined ? undefined : statementsById.get(id)?.requirement;
  return (
    <li>
      <b class={`v ${classOf[result.verdict]}`}>{`${signs[result.verdict]} ${result.verdict}`}</b>{' '}
      <a href={`#${anchorOf(result)}`}>{shown(result.title)}</a>
      <small>{stabilityText(result)}</small>
      <p>
        {check === undefined
          ? words(result.reason?.split('\n')[0] ?? '')
          : `Expected: ${firstOf(check.expected, words)}. Got: ${mostTelling(check.got, words)}.`}
        {meets === undefined ? null : ` ${whoMeets[meets]}`}
      </p>
      {id === undefined || requirement === undefined ? null : (
        <p class="q">
          <a href={`#${id}`}>{id}</a>
          {`: ${shown(requirement)}`}
        </p>
      )}
    </li>
  );
}
