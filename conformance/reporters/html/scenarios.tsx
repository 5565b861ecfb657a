// Every scenario with its evidence. In: a report. Out: a folding part for each, under the folders of the suite.
import type { VNode } from 'preact';
import type { Report } from '../../verdict/report.ts';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import { againstWhat, commandAlone } from '../evidence.ts';
import { briefLines, legendOf } from './brief.ts';
import { passedOnes } from './checks.ts';
import { Passes, Trouble } from './evidence.tsx';
import { ladder } from './ladder.ts';
import { coreOf, decidingOnes, type Gap, restOf, wholeOf } from './lanes.ts';
import { inMarkup } from './markup.ts';
import { pack } from './packed.ts';
import { anchorOf, classOf, folderAnchor, isBrief, shown, shownLines, signs, stabilityText, timeText } from './text.ts';
import type { Words } from './words.ts';

interface ScenariosProps {
  readonly report: Report;
  readonly words: Words;
}

/** So many ladders are drawn in the page itself; where much fails the others are told in brief until the script draws them. */
const mostDrawn = 20;

const drawnOnes = ({ scenarios }: Report): ReadonlySet<ScenarioResult> =>
  new Set(
    (['fail', 'error', 'warn', 'inconclusive'] as const)
      .flatMap((verdict) => scenarios.filter((result) => result.verdict === verdict))
      .slice(0, mostDrawn),
  );

export function Scenarios({ report, words }: ScenariosProps): VNode {
  const drawn = drawnOnes(report);
  const folders = new Map<string, ScenarioResult[]>();
  for (const result of report.scenarios) {
    const inside = folders.get(result.section);
    if (inside === undefined) folders.set(result.section, [result]);
    else inside.push(result);
  }
  const packed = pack([...folders.values()].flat(), report, words);
  return (
    <section aria-labelledby="page-scenarios">
      <h2 id="page-scenarios">Scenarios</h2>
      <p id="page-brief" class="q">
        Without JavaScript traces are told in brief: → to the broker, ← from it, × an end of the connection, ✓ a check
        that passed, by its number; what several connections do in turn stands on one line; fields with their usual
        values are left out, and so are the bytes of packets that words tell in full. What is said to be as at another
        version of MQTT differs in identifiers, times, and what overtook what on other connections.
      </p>
      {[...folders].map(([folder, inside]) => (
        <div key={folder}>
          <h3 id={folderAnchor(folder)}>{shown(folder)}</h3>
          {inside.map((result, i) => (
            <ScenarioEvidence
              key={anchorOf(result)}
              result={result}
              drawn={drawn.has(result)}
              before={inside[i - 1]?.id === result.id ? inside[i - 1] : undefined}
              report={report}
              words={words}
            />
          ))}
        </div>
      ))}
      <template id="page-packed" data-bytes={packed.byteLength}>
        {packed.text}
      </template>
    </section>
  );
}

interface ScenarioProps extends ScenariosProps {
  readonly result: ScenarioResult;
  /** The same scenario at another protocol. */
  readonly before: ScenarioResult | undefined;
  readonly drawn: boolean;
}

function ScenarioEvidence({ result, before, drawn, report, words }: ScenarioProps): VNode {
  const { title, verdict, checks, reason, protocol } = result;
  const same = before !== undefined && isSame(result, before, words);
  const told = reason === undefined || checks.some(({ got }) => reason.endsWith(got));
  return (
    <details id={anchorOf(result)} data-v={classOf[verdict]}>
      <summary>
        <b>{`${signs[verdict]} ${verdict}`}</b> {protocol === '3.1.1' ? null : <small>{`MQTT ${protocol} `}</small>}
        {words(title)}
      </summary>
      <Facts result={result} />
      {told ? null : <p class="w0">{shownLines(reason)}</p>}
      <Trouble result={result} words={words} />
      {same ? null : <Passes result={result} whole={false} words={words} />}
      {isBrief(verdict) ? null : (
        <p>
          Play it alone: <code>{shown(commandAlone(result, againstWhat(report)))}</code>
        </p>
      )}
      <Trace result={result} before={same ? before : undefined} drawn={drawn} words={words} />
    </details>
  );
}

function Facts({ result }: { result: ScenarioResult }): VNode {
  const { id, durationMs, cites } = result;
  return (
    <p class="q">
      {`${id} · ${timeText(durationMs)}${stabilityText(result)}${cites.length === 0 ? '' : ' · cites '}`}
      {isBrief(result.verdict) ? cites.join(' ') : <Links ids={cites} />}
    </p>
  );
}

/** The script makes links of the others too, when they are unfolded. */
const Links = ({ ids }: { ids: readonly string[] }): VNode => (
  <>
    {ids.map((id) => [
      <a key={id} href={`#${id}`}>
        {id}
      </a>,
      ' ',
    ])}
  </>
);

/** Whether both passed the same checks by the same exchange, but for what differs from run to run. */
const isSame = (one: ScenarioResult, other: ScenarioResult, words: Words): boolean =>
  isBrief(one.verdict) &&
  one.trace.length > 0 &&
  one.verdict === other.verdict &&
  skeleton(one, words) === skeleton(other, words);

/** Checks, and what went on on each connection, without identifiers and other numbers of this very run. At level 3 no session is told of. */
function skeleton(result: ScenarioResult, words: Words): string {
  const exchange = wholeText(result, words)
    .split('\n')
    .filter((line) => !/←CONNACK return code 0/.test(line))
    .sort(byLetter);
  const checks = passedOnes(result).map(({ expected, got = '' }) => `${words(expected)} ${got}`);
  return [...checks, ...exchange]
    .join('\n')
    .replace(/\b(id|sentinel|identifier than) \d+|(?<="…)\/?\d+/g, '$1')
    .replace(/\d+ entries/g, 'entries');
}

const byLetter = (a: string, b: string): number =>
  (/^[A-Z]?/.exec(a)?.[0] ?? '').localeCompare(/^[A-Z]?/.exec(b)?.[0] ?? '');

type TraceProps = Pick<ScenarioProps, 'result' | 'before' | 'drawn' | 'words'>;

/** Drawn around what decided, the rest in brief; the script puts the whole ladder in its place. */
function Trace({ result, before, drawn, words }: TraceProps): VNode | null {
  if (result.trace.length === 0) return null;
  if (!drawn) return <BriefTrace result={result} before={before} words={words} />;
  const core = coreOf(result);
  const whole = core.every((index) => typeof index === 'number');
  const others = whole ? '' : inMarkup(briefText(result, words, restOf(result, core)));
  const folded = whole ? '' : `<details><summary>The other entries in brief</summary><pre>${others}</pre></details>`;
  const drawing = ladder({ result, indexes: core, allBytes: false, words });
  return <div class="t" dangerouslySetInnerHTML={{ __html: `${drawing}${folded}` }} />;
}

function BriefTrace({ result, before, words }: Omit<TraceProps, 'drawn'>): VNode {
  if (before === undefined)
    return (
      <pre class="t">
        {shortened(wholeText(result, words), longestBrief[isBrief(result.verdict) ? 'passed' : 'not passed'])}
      </pre>
    );
  return (
    <p class="t q">
      {'As '}
      <a href={`#${anchorOf(before)}`}>{`at MQTT ${before.protocol}`}</a>
    </p>
  );
}

/** Lines of a trace that is told in brief: of what passed enough to see how it went. */
const longestBrief = { passed: 10, 'not passed': 16 };

/** The ends of a long text, and how much stands between them. */
function shortened(text: string, most: number): string {
  const lines = text.split('\n');
  if (lines.length <= most) return text;
  const [start, end] = [lines.slice(0, most - 6), lines.slice(-5)];
  return [...start, `… ${lines.length - start.length - end.length} more lines …`, ...end].join('\n');
}

/** The brief text of a whole trace: it is compared with that at another version, and shown. */
const knownTexts = new WeakMap<Words, Map<ScenarioResult, string>>();

function wholeText(result: ScenarioResult, words: Words): string {
  const ofRun = knownTexts.get(words) ?? new Map<ScenarioResult, string>();
  knownTexts.set(words, ofRun);
  const text = ofRun.get(result) ?? briefText(result, words, wholeOf(result, decidingOnes(result)));
  ofRun.set(result, text);
  return text;
}

function briefText(result: ScenarioResult, words: Words, indexes: readonly (number | Gap)[]): string {
  const legend = legendOf(result, words);
  const lines = briefLines(result, indexes, words);
  return (legend === '' ? lines : [legend, ...lines]).join('\n');
}
