// Why a scenario got its verdict, in lines of text. In: a result. Out: lines for the console, TAP and JUnit.
import { statement } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { Check, ScenarioResult } from '../verdict/verdict.ts';
import type { TraceEntry } from '../wire/trace.ts';
import { count, cut, oneLine, visible, withoutPassword, wrap } from './text.ts';

const decisive: Partial<Record<ScenarioResult['verdict'], Check['verdict']>> = {
  fail: 'fail',
  warn: 'warn',
  inconclusive: 'inconclusive',
};

/** The checks that decided the verdict. */
export function decidingChecks({ verdict, checks }: ScenarioResult): readonly Check[] {
  const sought = decisive[verdict];
  return sought === undefined ? [] : checks.filter((check) => check.verdict === sought);
}

/** One line: what was expected and what came, or why there is no verdict. */
export function summaryLine(result: ScenarioResult): string {
  const [check] = decidingChecks(result);
  if (result.verdict === 'fail' && check !== undefined) {
    return oneLine(`expected ${check.expected}; got ${check.got}`);
  }
  const found = result.reason ?? check?.got ?? `the verdict is ${result.verdict}`;
  // Of an error only the message: the stack stands in the report.
  return oneLine(result.verdict === 'error' ? (found.split('\n')[0] ?? found) : found);
}

export interface EvidenceOptions {
  readonly columns: number;
  /** How many entries of the trace are shown. */
  readonly traceEntries: number;
  /** The address as the user gave it; the embedded broker without it. */
  readonly target?: string;
}

/** Everything about a result that a reader needs to judge it; each line but the command is at most `columns` wide. */
export function evidenceLines(result: ScenarioResult, options: EvidenceOptions): string[] {
  const { columns } = options;
  const labelled = (label: string, text: string): string[] => wrap(text, { columns, first: label.padEnd(10) });
  const checks = decidingChecks(result);
  const demands = [...new Set(checks.flatMap(({ statements }) => statements))].flatMap((id) =>
    labelled('demanded', `${id} (${statement(id).level}): ${statement(id).requirement}`),
  );
  const seen = alike(checks).flatMap(([check, times]) => [
    ...labelled('expected', cut(check.expected, mostOfText)),
    ...labelled('got', `${cut(check.got, mostOfText)}${times === 1 ? '' : ` (${times} times, with other bytes each)`}`),
  ]);
  const { reason, stability } = result;
  return [
    ...demands,
    ...seen,
    ...(checks.length > 0 || reason === undefined ? [] : reasonLines(reason, columns)),
    ...(stability === undefined ? [] : labelled('repeated', stabilityText(stability))),
    ...traceLines(result, options),
    // A command that is broken over two lines cannot be copied.
    `${'alone'.padEnd(10)}${commandAlone(result, options.target)}`,
  ];
}

const mostOfText = 400;

/** Checks that differ in nothing that is told, and how many there are. */
function alike(checks: readonly Check[]): [Check, number][] {
  const groups = new Map<string, [Check, number]>();
  for (const check of checks) {
    const key = `${check.expected}\n${check.got}`;
    groups.set(key, [check, (groups.get(key)?.[1] ?? 0) + 1]);
  }
  return [...groups.values()];
}

function reasonLines(reason: string, columns: number): string[] {
  return visible(reason)
    .split('\n')
    .flatMap((line, i) => wrap(line, { columns, first: (i === 0 ? 'reason' : '').padEnd(10) }));
}

function stabilityText({ runs, same }: { readonly runs: number; readonly same: number }): string {
  return same === runs ? `stable: the same in ${count(runs, 'run')}` : `unstable: the same in ${same} of ${runs} runs`;
}

/** From so many connections on, only the one is shown on which it was decided. */
const manyConnections = 5;

/** The last entries of the trace before it was decided, of the connection that is judged where there are many; the deciding one is marked. */
function traceLines(result: ScenarioResult, { columns, traceEntries }: EvidenceOptions): string[] {
  const { trace } = result;
  if (trace.length === 0) return [];
  const check = decidingChecks(result)[0];
  const many = new Set(trace.map(({ connection }) => connection)).size > manyConnections;
  const own = trace.flatMap((entry, i) =>
    many && check?.connection !== undefined && entry.connection !== check.connection ? [] : [i],
  );
  const decided = own.findLast((i) => i <= (check?.traceIndex ?? trace.length));
  const end = Math.max(own.indexOf(decided ?? -1) + 2, Math.min(traceEntries, own.length));
  const shown = own.slice(Math.max(0, end - traceEntries), end);
  const whole = shown.length === trace.length;
  const [first = 0] = shown;
  const heading = whole ? 'trace' : `trace, entries ${first + 1} to ${(shown.at(-1) ?? 0) + 1} of ${trace.length}`;
  const missing = check?.missing ?? [];
  const lines = shown.flatMap((i) => {
    const entry = trace[i];
    if (entry === undefined) return [];
    const mark = i === decided && check?.traceIndex !== undefined ? '>' : ' ';
    const first = `${mark}${entry.at.toFixed(1).padStart(9)} ms  `;
    const next = ' '.repeat(first.length);
    const text = wrap(entryText(entry), { columns, first, next });
    if (i !== decided || missing.length === 0) return text;
    return [...text, ...wrap(`never came: ${missing.join(', ')}`, { columns, first: next, next })];
  });
  return [heading, ...lines];
}

/** One entry of a trace in words. */
export function entryText(entry: TraceEntry): string {
  switch (entry.kind) {
    case 'opened':
      return `${entry.connection}: connected to ${entry.to}`;
    case 'sent':
      return `${entry.connection} -> ${entry.summary} ${bytesText(entry.hex)}`;
    case 'received':
      return `${entry.connection} <- ${[entry.summary, ...(entry.findings ?? [])].join('; ')} ${bytesText(entry.hex)}`;
    case 'ended':
      return `${entry.connection}: ended by the ${entry.by} (${entry.how})`;
    case 'note':
      return `${entry.connection === undefined ? '' : `${entry.connection}: `}${entry.text}`;
  }
}

const shownBytes = 64;

const bytesText = (hex: string): string =>
  hex.length <= shownBytes * 2 ? `[${hex}]` : `[${hex.slice(0, shownBytes * 2)}...]`;

/** One line: why a run has no verdict. */
export function whyNoVerdict({ run, scenarios }: Report): string {
  const broke = scenarios.find(({ verdict }) => verdict === 'error');
  const reason =
    run.reason ?? (broke === undefined ? 'nothing was judged' : `an error of mqttspec itself in ${broke.id}`);
  return oneLine(reason.split('\n')[0] ?? '');
}

/** The command that plays a scenario alone. */
export function commandAlone({ id, protocol }: ScenarioResult, target?: string): string {
  if (id.startsWith('client-')) return clientAlone(id, target);
  const to = target === undefined ? '' : ` --target ${inShell(withoutPassword(target))}`;
  const at = protocol === '3.1.1' ? '' : ` --protocol ${protocol}`;
  return `npm run conformance --${to}${at} --only ${id}`;
}

/** A word as a shell takes it. */
function inShell(word: string): string {
  if (/^[\w@%+=:,./*-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : `"${word}"`;
}

/** A client is driven by a command, its adapter; the reference client needs none. */
function clientAlone(id: string, adapter: string | undefined): string {
  const named = adapter === undefined || adapter.startsWith('client: ') ? '' : ` --adapter ${inShell(adapter)}`;
  return `npm run conformance:client --${named} --only ${id}`;
}

/** What a command needs to play a part of a run again: the target's address, or a client's adapter. */
export function againstWhat({ run }: Report): string {
  const { adapter } = run.options;
  return typeof adapter === 'string' ? adapter : run.address;
}
