// A trace as a ladder: a lane per connection, one for the broker, an arrow per packet. In: a result. Out: markup of a list that reads in
// order. There are thousands of rows, most of them to be packed: what `shrink` would take away is not written.
import type { ScenarioResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { isMalformed, type PacketEntry } from '../packet-fields.ts';
import { annotated, grouped } from './annotated.ts';
import { numbersOf } from './checks.ts';
import { type Absence, absencesOf, decidingOnes, drawnLanes, type Gap, lanesOf } from './lanes.ts';
import { inMarkup } from './markup.ts';
import { classOf } from './text.ts';
import type { Words } from './words.ts';

interface Context {
  readonly names: readonly string[];
  readonly laneOf: ReadonlyMap<string, number>;
  readonly deciding: ReadonlySet<number>;
  readonly absences: ReadonlyMap<number, Absence>;
  /** By the text of a passed check: its number in the list above the ladder. */
  readonly numberOf: ReadonlyMap<string, number>;
  readonly result: ScenarioResult;
  readonly allBytes: boolean;
  readonly timesApart: boolean;
  readonly words: Words;
}

export interface LadderProps {
  readonly result: ScenarioResult;
  readonly indexes: readonly (number | Gap)[];
  /** Bytes of every packet can be unfolded, not only of those that words do not tell. */
  readonly allBytes: boolean;
  /** Times are told elsewhere: their places stay empty. */
  readonly timesApart?: boolean;
  readonly words: Words;
}

export function ladder({ result, indexes, allBytes, timesApart = false, words }: LadderProps): string {
  const { trace } = result;
  const names = lanesOf(trace);
  const context: Context = {
    names,
    laneOf: new Map(names.map((name, i) => [name, i])),
    deciding: decidingOnes(result),
    absences: absencesOf(result),
    numberOf: numbersOf(result),
    result,
    allBytes,
    timesApart,
    words,
  };
  const rows = indexes.map((index) =>
    typeof index === 'number' ? rowsOf(index, trace[index], context) : leftOutRow(index),
  );
  return `<ol class="l k${Math.min(drawnLanes, names.length)}">${heads(names, words)}${rows.join('')}</ol>`;
}

/** Written upwards: a long name would be in the way of what stands above. */
const longestHead = 22;
const headOf = (name: string): string => (name.length > longestHead ? `${name.slice(0, longestHead - 1)}…` : name);

function heads(names: readonly string[], words: Words): string {
  const shown = names.slice(0, drawnLanes).map((name) => headOf(words(name)));
  if (names.length > drawnLanes) shown[drawnLanes - 1] = `${names.length - drawnLanes + 1} others`;
  const lanes = [...shown, 'broker'].map((name) => `<b>${inMarkup(name)}</b>`);
  return `<li class=h0><i>ms</i><span>${lanes.join('')}</span>`;
}

const leftOutRow = ({ leftOut }: Gap): string => `<li><p>${leftOut === 1 ? '… 1 entry …' : `… ${leftOut} entries …`}`;

function rowsOf(index: number, entry: TraceEntry | undefined, context: Context): string {
  if (entry === undefined) return '';
  const absence = context.absences.get(index);
  const row = rowOf(index, entry, context);
  return absence === undefined ? row : `${row}${absent(absence, context)}`;
}

const kindClass: Readonly<Record<TraceEntry['kind'], string>> = {
  opened: 'b',
  sent: 't',
  received: 'r',
  ended: 'x',
  note: 'm',
};

/** The letter of a lane; nothing where an entry belongs to none. */
function laneLetter(connection: string | undefined, { laneOf }: Context): string {
  const lane = connection === undefined ? undefined : laneOf.get(connection);
  return lane === undefined ? '' : String.fromCharCode('a'.charCodeAt(0) + Math.min(drawnLanes - 1, lane));
}

/** Milliseconds since the trace began; tenths where they tell something. */
export function timeIn({ trace, startedAt }: ScenarioResult, index: number): number {
  const from = trace[0]?.at ?? startedAt;
  const ms = (trace[index]?.at ?? from) - from;
  return Number(ms.toFixed(ms < 10 ? 1 : 0));
}

/** The class tells kind and lane: `tb` is sent on the second connection. */
function rowOf(index: number, entry: TraceEntry, context: Context): string {
  const { names, deciding, absences, result, timesApart } = context;
  const decides = deciding.has(index);
  const waiting =
    absences.size > 0 &&
    [...absences.values()].some(
      ({ since, until, connection }) =>
        since < index && index <= until && (entry.connection === connection || names.length < 5),
    );
  const marks = `${decides ? ' aria-current=true' : ''}${waiting ? ' data-w' : ''}`;
  const time = timesApart ? '' : timeIn(result, index);
  const what =
    entry.kind === 'sent' || entry.kind === 'received'
      ? packetRow(entry, decides, context)
      : `<p>${whatOf(entry, decides, context)}`;
  return `<li class=${kindClass[entry.kind]}${laneLetter(entry.connection, context)}${marks}><i>${time}</i>${what}`;
}

/** A packet in words, its bytes to unfold: field by field and unfolded where they decided or are malformed. */
function packetRow(entry: PacketEntry, decides: boolean, context: Context): string {
  const telling = decides || isMalformed(entry);
  const words = whatOf(entry, decides, context);
  if (!telling && !context.allBytes) return `<p>${words}`;
  const size = entry.length === 1 ? '1 byte' : `${entry.length} bytes`;
  const bytes = telling ? annotated(entry) : grouped(entry);
  return `<details${telling ? ' open' : ''}><summary>${words} <small>${size}</small></summary>${bytes}</details>`;
}

function absent({ missing, connection }: Absence, context: Context): string {
  const { names, words } = context;
  const to = names.length < 2 ? '' : ` (to ${words(connection, 40)})`;
  const what = `${missing.map((one) => words(one, 200)).join('; or ')}${to}`;
  return `<li class=q${laneLetter(connection, context)}><p><strong>never came: </strong>${inMarkup(what)}`;
}

function whatOf(entry: TraceEntry, decides: boolean, { names, numberOf, words }: Context): string {
  // With one connection its name needs no repeating.
  const name = entry.connection === undefined || names.length < 2 ? '' : `${inMarkup(words(entry.connection, 60))} `;
  const mark = decides ? '<strong>decided here: </strong>' : '';
  switch (entry.kind) {
    case 'opened':
      return `${inMarkup(words(entry.connection, 60))} connects`;
    case 'ended':
      return `${mark}${name}${entry.by === 'target' ? '← ended by the target' : '→ ended by the tester'} (${entry.how})`;
    case 'sent':
    case 'received': {
      const findings = (entry.findings ?? []).map((finding) => `<em> ${inMarkup(words(finding))}</em>`);
      return `${mark}${name}${entry.kind === 'sent' ? '→' : '←'} ${inMarkup(words(entry.summary))}${findings.join('')}`;
    }
    case 'note': {
      const number = numberOf.get(entry.text);
      if (number !== undefined && entry.verdict === 'pass') return `✓ check ${number}`;
      if (entry.verdict === undefined) return `${mark}${name}${inMarkup(words(entry.text))}`;
      // What was expected and what came stands above, with the checks.
      return `${mark}${name}<b class="v ${classOf[entry.verdict]}">${entry.verdict}</b>`;
    }
  }
}
