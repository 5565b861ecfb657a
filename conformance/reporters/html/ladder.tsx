// A trace as a ladder: a lane per connection, one for the broker, an arrow per packet. In: a result. Out: a list that reads in order.
import type { VNode } from 'preact';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { isMalformed, type PacketEntry } from '../packet-fields.ts';
import { Annotated, Grouped } from './annotated.tsx';
import { numbersOf } from './checks.ts';
import { type Absence, absencesOf, decidingOnes, drawnLanes, type Gap, lanesOf } from './lanes.ts';
import { classOf } from './text.ts';
import type { Words } from './words.ts';

interface Context {
  readonly names: readonly string[];
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

export function Ladder({ result, indexes, allBytes, timesApart = false, words }: LadderProps): VNode {
  const { trace } = result;
  const context: Context = {
    names: lanesOf(trace),
    deciding: decidingOnes(result),
    absences: absencesOf(result),
    numberOf: numbersOf(result),
    result,
    allBytes,
    timesApart,
    words,
  };
  return (
    <ol class={`l k${Math.min(drawnLanes, context.names.length)}`}>
      <Heads names={context.names} words={words} />
      {indexes.flatMap((index) =>
        typeof index === 'number' ? rowsOf(index, trace[index], context) : [<LeftOut key={index} {...index} />],
      )}
    </ol>
  );
}

/** Written upwards: a long name would be in the way of what stands above. */
const longestHead = 22;
const headOf = (name: string): string => (name.length > longestHead ? `${name.slice(0, longestHead - 1)}…` : name);

function Heads({ names, words }: { names: readonly string[]; words: Words }): VNode {
  const shown = names.slice(0, drawnLanes).map((name) => headOf(words(name)));
  if (names.length > drawnLanes) shown[drawnLanes - 1] = `${names.length - drawnLanes + 1} others`;
  return (
    <li class="h0">
      <i>ms</i>
      <span>
        {[...shown, 'broker'].map((name, i) => (
          <b key={i}>{name}</b>
        ))}
      </span>
    </li>
  );
}

const LeftOut = ({ leftOut }: Gap): VNode => (
  <li>
    <p>{leftOut === 1 ? '… 1 entry …' : `… ${leftOut} entries …`}</p>
  </li>
);

function rowsOf(index: number, entry: TraceEntry | undefined, context: Context): VNode[] {
  if (entry === undefined) return [];
  const absence = context.absences.get(index);
  const row = <Row key={index} index={index} entry={entry} context={context} />;
  return absence === undefined ? [row] : [row, <Absent key={`${index} absent`} absence={absence} context={context} />];
}

const kindClass: Readonly<Record<TraceEntry['kind'], string>> = {
  opened: 'b',
  sent: 't',
  received: 'r',
  ended: 'x',
  note: 'm',
};

/** The letter of a lane; nothing where an entry belongs to none. */
function laneLetter(connection: string | undefined, names: readonly string[]): string {
  const lane = connection === undefined ? -1 : Math.min(drawnLanes - 1, names.indexOf(connection));
  return lane < 0 ? '' : String.fromCharCode('a'.charCodeAt(0) + lane);
}

/** Milliseconds since the trace began; tenths where they tell something. */
export function timeIn({ trace, startedAt }: ScenarioResult, index: number): number {
  const from = trace[0]?.at ?? startedAt;
  const ms = (trace[index]?.at ?? from) - from;
  return Number(ms.toFixed(ms < 10 ? 1 : 0));
}

interface RowProps {
  readonly index: number;
  readonly entry: TraceEntry;
  readonly context: Context;
}

/** The class tells kind and lane: `tb` is sent on the second connection. */
function Row({ index, entry, context }: RowProps): VNode {
  const { names, deciding, absences, result, timesApart } = context;
  const decides = deciding.has(index);
  const waiting = [...absences.values()].some(
    ({ since, until, connection }) =>
      since < index && index <= until && (entry.connection === connection || names.length < 5),
  );
  return (
    <li
      class={`${kindClass[entry.kind]}${laneLetter(entry.connection, names)}`}
      aria-current={decides ? 'true' : undefined}
      data-w={waiting ? '' : undefined}
    >
      <i>{timesApart ? '' : timeIn(result, index)}</i>
      {entry.kind === 'sent' || entry.kind === 'received' ? (
        <Packet entry={entry} decides={decides} context={context} />
      ) : (
        <p>
          <What entry={entry} decides={decides} context={context} />
        </p>
      )}
    </li>
  );
}

interface EntryProps<E extends TraceEntry> {
  readonly entry: E;
  readonly decides: boolean;
  readonly context: Context;
}

/** A packet in words, its bytes to unfold: field by field and unfolded where they decided or are malformed. */
function Packet({ entry, decides, context }: EntryProps<PacketEntry>): VNode {
  const telling = decides || isMalformed(entry);
  const words = <What entry={entry} decides={decides} context={context} />;
  if (!telling && !context.allBytes) return <p>{words}</p>;
  return (
    <details open={telling}>
      <summary>
        {words} <small>{entry.length === 1 ? '1 byte' : `${entry.length} bytes`}</small>
      </summary>
      {telling ? <Annotated entry={entry} /> : <Grouped entry={entry} />}
    </details>
  );
}

function Absent({ absence, context }: { absence: Absence; context: Context }): VNode {
  const { names, words } = context;
  const { missing, connection } = absence;
  return (
    <li class={`q${laneLetter(connection, names)}`}>
      <p>
        <strong>never came: </strong>
        {missing.map((one) => words(one, 200)).join('; or ')}
        {names.length < 2 ? '' : ` (to ${words(connection, 40)})`}
      </p>
    </li>
  );
}

function What({ entry, decides, context }: EntryProps<TraceEntry>): VNode {
  const { names, numberOf, words } = context;
  // With one connection its name needs no repeating.
  const name = entry.connection === undefined || names.length < 2 ? '' : `${words(entry.connection, 60)} `;
  const mark = decides ? <strong>decided here: </strong> : null;
  switch (entry.kind) {
    case 'opened':
      return <>{`${words(entry.connection, 60)} connects`}</>;
    case 'ended':
      return (
        <>
          {mark}
          {`${name}${entry.by === 'target' ? '← ended by the target' : '→ ended by the tester'} (${entry.how})`}
        </>
      );
    case 'sent':
    case 'received':
      return (
        <>
          {mark}
          {`${name}${entry.kind === 'sent' ? '→' : '←'} ${words(entry.summary)}`}
          {entry.findings?.map((finding) => (
            <em key={finding}> {words(finding)}</em>
          ))}
        </>
      );
    case 'note': {
      const number = numberOf.get(entry.text);
      if (number !== undefined && entry.verdict === 'pass') return <>{`✓ check ${number}`}</>;
      if (entry.verdict === undefined)
        return (
          <>
            {mark}
            {`${name}${words(entry.text)}`}
          </>
        );
      // What was expected and what came stands above, with the checks.
      return (
        <>
          {mark}
          {name}
          <b class={`v ${classOf[entry.verdict]}`}>{entry.verdict}</b>
        </>
      );
    }
  }
}
