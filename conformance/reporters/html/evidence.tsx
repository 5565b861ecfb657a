// Why a scenario has its verdict: what was done, what is demanded, expected, and what came. In: a result. Out: lists.
import type { VNode } from 'preact';
import type { Statement } from '../../spec/catalogue.ts';
import type { Check, ScenarioResult } from '../../verdict/verdict.ts';
import { statementsById } from '../findings.ts';
import { linkTo } from './chapters.ts';
import { observedOnes, passedOnes } from './checks.ts';
import { lanesOf, troublesInGroups } from './lanes.ts';
import { classOf, isBrief, signs } from './text.ts';
import type { Words } from './words.ts';

interface EvidenceProps {
  readonly result: ScenarioResult;
  readonly words: Words;
}

/** Every check that did not pass; what was observed where nothing else was to be judged. A demand is told once. */
export function Trouble({ result, words }: EvidenceProps): VNode | null {
  const told = new Set<string>();
  const observed = result.checks.filter(({ verdict }) => verdict === 'observed').map((check) => [check]);
  const groups = [...troublesInGroups(result), ...(result.verdict === 'observed' ? observed : [])];
  if (groups.length === 0) return null;
  return (
    <>
      {groups.map((group, i) => {
        const [check] = group;
        if (check === undefined) return null;
        const demands = check.statements.filter((id) => !told.has(id)).flatMap((id) => statementsById.get(id) ?? []);
        for (const { id } of demands) told.add(id);
        return (
          <CheckEvidence key={i} check={check} times={group.length} demands={demands} result={result} words={words} />
        );
      })}
    </>
  );
}

interface CheckProps extends EvidenceProps {
  readonly check: Check;
  /** How many checks came out so. */
  readonly times: number;
  readonly demands: readonly Statement[];
}

/** So many demands are told in words; the numbers of all lead to theirs. */
const mostDemands = 3;

function CheckEvidence({ check, times, result, demands, words }: CheckProps): VNode {
  const { verdict, expected, got, statements } = check;
  const done = isBrief(verdict) ? [] : doneBefore(check, result, words);
  return (
    <div class="c">
      <p>
        <b class={`v ${classOf[verdict]}`}>{`${signs[verdict]} ${verdict}`}</b>{' '}
        {statements.map((id) => [
          <a key={id} href={`#${id}`}>
            {id}
          </a>,
          ' ',
        ])}
        {times === 1 ? '' : `${times} times, with other bytes each`}
      </p>
      <dl>
        {done.length === 0 ? null : (
          <>
            <dt>done</dt>
            <dd>
              <List items={done} />
            </dd>
          </>
        )}
        {isBrief(verdict) || demands.length === 0 ? null : (
          <>
            <dt>demanded</dt>
            <dd>
              {demands.slice(0, mostDemands).map((one, i) => (
                <p key={one.id}>
                  {`${one.level}: ${one.requirement} `}
                  {i === 0 ? (
                    <a href={linkTo(one)}>{`MQTT ${one.standard}, section ${one.section}`}</a>
                  ) : (
                    `Section ${one.section}.`
                  )}
                </p>
              ))}
            </dd>
          </>
        )}
        <dt>expected</dt>
        <dd>
          <List items={expected.split('; or ').map((one) => words(one))} between="or " />
        </dd>
        <dt>got</dt>
        <dd>{words(got)}</dd>
      </dl>
    </div>
  );
}

/** One item as it is, several as a list. */
function List({ items, between = '' }: { items: readonly string[]; between?: string }): VNode {
  const [only = ''] = items;
  if (items.length < 2) return <>{only}</>;
  return (
    <ul>
      {items.map((item, i) => (
        <li key={i}>{i === 0 ? item : `${between}${item}`}</li>
      ))}
    </ul>
  );
}

const mostSteps = 3;

/** The last things sent before the check that prompt something: of its connection alone where its scenario plays many side by side. */
function doneBefore({ traceIndex, connection }: Check, { trace, protocol }: ScenarioResult, words: Words): string[] {
  const names = lanesOf(trace);
  const many = names.length > 4 && connection !== undefined;
  const sent = trace.slice(0, (traceIndex ?? trace.length - 1) + 1).flatMap((entry) => {
    if (entry.kind !== 'sent' || (many && entry.connection !== connection)) return [];
    if (/^PINGREQ|^PUBACK|"sentinel \d+"/.test(entry.summary)) return [];
    return [`${words(entry.connection, 40)} sends: ${words.brief(entry.summary, protocol)}`];
  });
  const steps = sent.slice(-mostSteps);
  return sent.length > steps.length ? [`… ${sent.length - steps.length} earlier …`, ...steps] : steps;
}

const mostPasses = 40;
const longestPass = 160;
/** In the page itself; the whole list is packed with the ladder. */
const mostPassesAtOnce = 4;
const longestPassAtOnce = 80;

export const hasMorePasses = (result: ScenarioResult): boolean =>
  Math.max(passedOnes(result).length, observedOnes(result).length) > mostPassesAtOnce;

/** What passed, in few words. */
export function Passes({ result, whole, words }: EvidenceProps & { readonly whole: boolean }): VNode | null {
  const passes = passedOnes(result);
  const observed = result.verdict === 'observed' ? [] : observedOnes(result);
  if (passes.length + observed.length === 0) return null;
  const most = whole ? mostPasses : mostPassesAtOnce;
  const longest = whole ? longestPass : longestPassAtOnce;
  const shown = passes.slice(0, most).map(({ expected, got, times }) => {
    const often = times === 1 ? '' : `${times} × `;
    return `✓ ${often}${words(expected, longest)}${got === undefined ? '' : `; got ${words(got, longest)}`}`;
  });
  return (
    <ol class="h">
      {shown.map((text, i) => (
        <li key={i}>{text}</li>
      ))}
      {observed.slice(0, most).map((got) => (
        <li key={got}>{`o ${words(got, longest)}`}</li>
      ))}
      {passes.length > most ? <li>{`✓ … ${passes.length - most} more`}</li> : null}
    </ol>
  );
}
