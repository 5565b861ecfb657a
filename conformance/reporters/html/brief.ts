// A trace as text: a line an entry, in as few letters as tell it. In: a result. Out: lines for a <pre>.
import type { Protocol, ScenarioResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { numbersOf } from './checks.ts';
import type { Gap } from './lanes.ts';
import { lanesOf } from './lanes.ts';
import type { Words } from './words.ts';

/** Letters of the connections: A, B, … Z, A1 … */
export const letterOf = (lane: number): string =>
  `${String.fromCharCode('A'.charCodeAt(0) + (lane % 26))}${lane < 26 ? '' : Math.floor(lane / 26)}`;

/** `A subscriber, B publisher`; nothing of a single connection. */
export function legendOf(result: ScenarioResult, words: Words): string {
  const names = lanesOf(result.trace);
  return names.length < 2 ? '' : names.map((name, i) => `${letterOf(i)} ${words(name, 40)}`).join(', ');
}

/** The lines of these entries. What goes without saying is left out: openings, answers that grant what was asked, farewells of the tester. */
export function briefLines(result: ScenarioResult, indexes: readonly (number | Gap)[], words: Words): string[] {
  const names = lanesOf(result.trace);
  const letters = new Map(names.map((name, i) => [name, names.length < 2 ? '' : letterOf(i)]));
  const context = { numbers: numbersOf(result), words, protocol: result.protocol };
  const lines = indexes.flatMap((index) => {
    if (typeof index !== 'number') return [`… ${index.leftOut} entries left out …`];
    const entry = result.trace[index];
    if (entry === undefined) return [];
    const asked = (): TraceEntry | undefined =>
      result.trace.findLast(
        ({ kind, connection }, i) => i < index && kind === 'sent' && connection === entry.connection,
      );
    return lineOf(entry, letters.get(entry.connection ?? '') ?? '', { ...context, asked });
  });
  return alikeTogether(withoutNumbers(lines));
}

/** What several connections do in turn is one line: `A B C→CONNECT`; a check that passed several times too: `✓2 × 5`. */
function alikeTogether(lines: readonly string[]): string[] {
  const groups: { what: string; who: string[] }[] = [];
  for (const line of lines) {
    const [, who = '', what = line] = /^([A-Z]\d*)([→←×].*)$/s.exec(line) ?? [];
    const last = groups.at(-1);
    if (last?.what === what && (who !== '' || line.startsWith('✓'))) last.who.push(who);
    else groups.push({ what, who: [who] });
  }
  return groups.map(({ what, who }) =>
    what.startsWith('✓') && who.length > 1 ? `${what} × ${who.length}` : `${who.join(' ')}${what}`,
  );
}

/** Topics of a run are numbered; the numbers of one scenario begin anew: `"…/908/t"` is `"…/t"`, and another `"…2/t"`. */
function withoutNumbers(lines: readonly string[]): string[] {
  const ordinals = new Map<string, string>();
  return lines.map((line) =>
    line.replace(/(?<="…)\/(\d+)(?=\/)/g, (_, number: string) => {
      const ordinal = ordinals.get(number) ?? (ordinals.size === 0 ? '' : String(ordinals.size + 1));
      ordinals.set(number, ordinal);
      return ordinal;
    }),
  );
}

interface LineContext {
  readonly numbers: ReadonlyMap<string, number>;
  readonly words: Words;
  readonly protocol: Protocol;
  /** What was sent last on this connection. */
  readonly asked: () => TraceEntry | undefined;
}

/** An accepted connection, and a subscription that is granted at the QoS asked for. */
function goesWithoutSaying(summary: string, askedBefore: LineContext['asked']): boolean {
  if (summary === 'CONNACK') return true;
  const granted = /^SUBACK id (\d+) codes \[0([012])\]$/.exec(summary);
  const asked = granted === null ? undefined : askedBefore();
  if (granted === null || asked?.kind !== 'sent') return false;
  const [, id = '', qos = ''] = granted;
  return new RegExp(`^SUBSCRIBE id ${id} "[^"]*" QoS ${qos}$`).test(asked.summary);
}

function lineOf(entry: TraceEntry, letter: string, { numbers, words, protocol, asked }: LineContext): string[] {
  switch (entry.kind) {
    case 'opened':
      return [];
    case 'sent':
      return entry.summary === 'DISCONNECT' ? [] : [`${letter}→${words.brief(entry.summary, protocol)}`];
    case 'received': {
      const summary = words.brief(entry.summary, protocol);
      const findings = entry.findings ?? [];
      if (findings.length === 0 && goesWithoutSaying(summary, asked)) return [];
      return [`${letter}←${[summary, ...findings.map((one) => words(one))].join('; ')}`];
    }
    case 'ended':
      return entry.by === 'tester' ? [] : [`${letter}× ${entry.how}`];
    case 'note':
      return [noteLine(entry, letter, { numbers, words })];
  }
}

function noteLine(
  { text, verdict }: Extract<TraceEntry, { kind: 'note' }>,
  letter: string,
  { numbers, words }: Pick<LineContext, 'numbers' | 'words'>,
): string {
  const number = numbers.get(text);
  if (number !== undefined && verdict === 'pass') return `✓${number}`;
  // What was expected and what came stands above, with the checks.
  return `${letter} ${verdict ?? words(text, 160)}`.trim();
}
