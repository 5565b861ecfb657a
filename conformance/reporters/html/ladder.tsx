// A trace as a ladder: a lane for the broker and one per connection, an arrow per packet. In: a result. Out: a list that reads in order.
import type { VNode } from 'preact';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { Bytes, Packet } from './packet.tsx';
import { classOf, isBrief, shown } from './text.ts';

/** Longer traces show so many entries of each end. */
const longest = 120;
const keptAtEachEnd = 50;
/** The style sheet has so many lanes; further connections share the last. */
const lanes = 12;

interface Context {
  /** Connections in the order in which they were opened. */
  readonly names: readonly string[];
  /** Entries that decided a check that did not pass. */
  readonly deciding: ReadonlySet<number>;
  readonly brief: boolean;
  /** By the text of a passed check: its number in the list above the ladder. */
  readonly numberOf: ReadonlyMap<string, number>;
  readonly from: number;
}

function contextOf({ trace, checks, verdict, startedAt }: ScenarioResult): Context {
  const names = new Set(trace.flatMap(({ connection }) => (connection === undefined ? [] : [connection])));
  const undecided = checks.filter((check) => check.verdict !== 'pass' && check.verdict !== 'observed');
  return {
    names: [...names],
    deciding: new Set(undecided.flatMap(({ traceIndex }) => (traceIndex === undefined ? [] : [traceIndex]))),
    brief: isBrief(verdict),
    numberOf: new Map(checks.map(({ expected }, i) => [`as expected: ${expected}`, i + 1])),
    from: trace[0]?.at ?? startedAt,
  };
}

export function Ladder({ result }: { result: ScenarioResult }): VNode | null {
  const { trace, verdict } = result;
  if (trace.length === 0) return null;
  const context = contextOf(result);
  return (
    <details open={!isBrief(verdict)}>
      <summary>
        Trace, {trace.length} {trace.length === 1 ? 'entry' : 'entries'}
      </summary>
      <ol class={`l k${Math.min(lanes, context.names.length)}`}>
        <li>
          <i>ms</i>
          <p>{`lanes: ${context.names.map((name) => shown(name, 40)).join(' | ')} | broker`}</p>
        </li>
        {shownIndexes(trace, context.deciding).map((index) =>
          typeof index === 'number' ? (
            <Row key={index} index={index} entry={trace[index]} context={context} />
          ) : (
            <li key="gap">
              <p>{`… ${index.leftOut} entries left out …`}</p>
            </li>
          ),
        )}
      </ol>
    </details>
  );
}

/** What is shown of a long trace: both ends, and what decided. */
function shownIndexes(
  trace: ScenarioResult['trace'],
  deciding: ReadonlySet<number>,
): (number | { readonly leftOut: number })[] {
  const { length } = trace;
  const kept = (i: number): boolean =>
    length <= longest || i < keptAtEachEnd || i >= length - keptAtEachEnd || deciding.has(i);
  const shownOnes: (number | { readonly leftOut: number })[] = [];
  let leftOut = 0;
  for (let i = 0; i < length; i += 1) {
    if (!kept(i)) {
      leftOut += 1;
      continue;
    }
    if (leftOut > 0) shownOnes.push({ leftOut });
    leftOut = 0;
    shownOnes.push(i);
  }
  return shownOnes;
}

const kindClass: Readonly<Record<TraceEntry['kind'], string>> = {
  opened: 'b',
  sent: 't',
  received: 'r',
  ended: 'x',
  note: 'm',
};

interface RowProps {
  readonly index: number;
  readonly entry: TraceEntry | undefined;
  readonly context: Context;
}

/** The class tells kind and lane: `tb` is sent on the second connection. */
function rowClass(entry: TraceEntry, names: readonly string[]): string {
  const lane = entry.connection === undefined ? -1 : Math.min(lanes - 1, names.indexOf(entry.connection));
  return `${kindClass[entry.kind]}${lane < 0 ? '' : String.fromCharCode('a'.charCodeAt(0) + lane)}`;
}

/** Tenths where they tell something. */
const millis = (ms: number): number => Number(ms.toFixed(ms < 100 ? 1 : 0));

function Row({ index, entry, context }: RowProps): VNode | null {
  if (entry === undefined) return null;
  const { names, deciding, from, brief } = context;
  const decides = deciding.has(index);
  return (
    <li class={rowClass(entry, names)} aria-current={decides ? 'true' : undefined}>
      <i>{millis(entry.at - from)}</i>
      <p>
        {decides ? <strong>decided here: </strong> : null}
        <What entry={entry} context={context} />
      </p>
      {entry.kind === 'sent' || entry.kind === 'received' ? <Bytes entry={entry} brief={brief} /> : null}
    </li>
  );
}

function What({ entry, context }: { entry: TraceEntry; context: Context }): VNode {
  const { names, brief, numberOf } = context;
  // With one connection its name needs no repeating.
  const name = entry.connection === undefined || names.length < 2 ? '' : `${shown(entry.connection, 60)} `;
  switch (entry.kind) {
    case 'opened':
      return <>{`${shown(entry.connection, 60)} connects${brief ? '' : ` to ${shown(entry.to, 120)}`}`}</>;
    case 'ended':
      return (
        <>{`${name}${entry.by === 'target' ? '← ended by the target' : '→ ended by the tester'} (${entry.how})`}</>
      );
    case 'sent':
    case 'received':
      return <Packet entry={entry} brief={brief} name={name} />;
    case 'note': {
      const number = numberOf.get(entry.text);
      if (number !== undefined && entry.verdict === 'pass') return <>{`✓ check ${number}`}</>;
      return (
        <>
          {entry.verdict === undefined ? null : <b class={`v ${classOf[entry.verdict]}`}>{entry.verdict}</b>}
          {` ${name}${shown(entry.text)}`}
        </>
      );
    }
  }
}
