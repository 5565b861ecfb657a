// Who talks in a trace, and which of its entries are shown. In: a result. Out: lanes, indexes, and what never came.
import type { Check, ScenarioResult } from '../../verdict/verdict.ts';
import type { Trace, TraceEntry } from '../../wire/trace.ts';
import { isBrief } from './text.ts';

/** The style sheet has so many lanes; further connections share the last. */
export const drawnLanes = 16;

/** Longer traces show so many entries of each end. */
const longest = 120;
const keptAtEachEnd = 50;

/** Of traces that were looked at: much of a page asks for the same. */
const knownLanes = new WeakMap<Trace, readonly string[]>();

/** Connections in the order in which they appear. */
export function lanesOf(trace: Trace): readonly string[] {
  const known = knownLanes.get(trace);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const { connection } of trace) if (connection !== undefined) names.add(connection);
  const lanes = [...names];
  knownLanes.set(trace, lanes);
  return lanes;
}

/** Checks that did not pass. */
export const troubles = ({ checks }: ScenarioResult): readonly Check[] =>
  checks.filter(({ verdict }) => !isBrief(verdict));

/** Checks that did not pass, in groups whose every word is the same: many rows of a table may fail alike. */
export function troublesInGroups(result: ScenarioResult): Check[][] {
  const groups = new Map<string, Check[]>();
  for (const check of troubles(result)) {
    const key = [check.verdict, check.expected, check.got, ...check.statements].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()];
}

/** From so many connections on, a scenario plays rows of a table side by side: what one does is no news of another. */
const manyLanes = 5;

const isOfOthers = (result: ScenarioResult, { connection }: Check): ((entry: TraceEntry | undefined) => boolean) => {
  const many = connection !== undefined && lanesOf(result.trace).length >= manyLanes;
  return (entry) => many && entry?.connection !== connection;
};

/** The entry that decided a check: of its own connection where there are many. */
function decidedAt(check: Check, result: ScenarioResult): number | undefined {
  const others = isOfOthers(result, check);
  let index = check.traceIndex;
  while (index !== undefined && index > 0 && others(result.trace[index])) index -= 1;
  return index;
}

/** Entries that decided a check that did not pass. */
export const decidingOnes = (result: ScenarioResult): ReadonlySet<number> =>
  new Set(troubles(result).flatMap((check) => decidedAt(check, result) ?? []));

export interface Gap {
  readonly leftOut: number;
}

/** The indexes that are kept, and how many are left out between them. */
function withGaps(length: number, kept: (index: number) => boolean): (number | Gap)[] {
  const shown: (number | Gap)[] = [];
  let leftOut = 0;
  for (let i = 0; i <= length; i += 1) {
    if (i < length && !kept(i)) {
      leftOut += 1;
      continue;
    }
    if (leftOut > 0) shown.push({ leftOut });
    leftOut = 0;
    if (i < length) shown.push(i);
  }
  return shown;
}

/** Of a long trace: both ends, and what decided. */
export function wholeOf({ trace }: ScenarioResult, deciding: ReadonlySet<number>): (number | Gap)[] {
  const { length } = trace;
  return withGaps(
    length,
    (i) => length <= longest || i < keptAtEachEnd || i >= length - keptAtEachEnd || deciding.has(i),
  );
}

/** So many entries are drawn in all, and so many before one that decided. */
const drawnEntries = 12;
const drawnBefore = 5;

/** What is drawn at once: for each kind of trouble the entry that decided, what came before it, and the verdict behind it. */
export function coreOf(result: ScenarioResult): (number | Gap)[] {
  const { trace } = result;
  const kept = new Set<number>();
  for (const [check] of troublesInGroups(result)) {
    if (check === undefined || kept.size >= drawnEntries) break;
    for (const index of around(check, result)) kept.add(index);
  }
  if (kept.size === 0) for (let i = Math.max(0, trace.length - drawnBefore); i < trace.length; i += 1) kept.add(i);
  return withGaps(trace.length, (i) => kept.has(i));
}

function around(check: Check, result: ScenarioResult): number[] {
  const { trace } = result;
  const decided = decidedAt(check, result);
  if (decided === undefined) return [];
  const others = isOfOthers(result, check);
  const before = trace.flatMap((entry, i) => (i <= decided && !others(entry) ? [i] : [])).slice(-1 - drawnBefore);
  const verdict = trace.findIndex(
    (entry, i) => i > decided && entry.kind === 'note' && entry.verdict === check.verdict,
  );
  return verdict < 0 ? before : [...before, verdict];
}

/** What is told in brief beside what is drawn: a gap stands for what is drawn, or is too much. */
export function restOf({ trace }: ScenarioResult, drawn: readonly (number | Gap)[]): (number | Gap)[] {
  const own = new Set(drawn.filter((index) => typeof index === 'number'));
  const rest = trace.flatMap((_, i) => (own.has(i) ? [] : [i]));
  const most = new Set([...rest.slice(0, restAtEachEnd), ...rest.slice(-restAtEachEnd)]);
  return withGaps(trace.length, (i) => most.has(i));
}

const restAtEachEnd = 8;

export interface Absence {
  /** Index of the entry behind which it should have come. */
  readonly since: number;
  /** Index of the entry that proves it did not. */
  readonly until: number;
  readonly connection: string;
  readonly missing: readonly string[];
}

/** What prompts nothing by itself. */
const noStimulus = /^(?:PINGREQ|PUBACK|PUBREC|PUBREL|PUBCOMP)\b|"sentinel \d+"/;

const isStimulus = (entry: TraceEntry | undefined): boolean =>
  entry?.kind === 'sent' && !noStimulus.test(entry.summary);

/** What should have come and never did, by the entry that proves it. */
export function absencesOf(result: ScenarioResult): ReadonlyMap<number, Absence> {
  const { trace } = result;
  const found = new Map<number, Absence>();
  for (const check of troubles(result)) {
    const { missing = [], connection } = check;
    const until = decidedAt(check, result);
    if (missing.length === 0 || connection === undefined || until === undefined) continue;
    const others = isOfOthers(result, check);
    let since = until;
    while (since > 0 && (others(trace[since]) || !isStimulus(trace[since]))) since -= 1;
    found.set(until, { since, until, connection, missing });
  }
  return found;
}
