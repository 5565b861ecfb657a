// Deviations that somebody has accepted, each with a reason. In: the text of the file, a report. Out: what is left to answer for.
// Knows no file and no screen.
import { parseDocument } from 'yaml';
import { statement } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { keyOf } from './changes.ts';

/** An entry: a statement's number, or a scenario's id (`id@3.1` at MQTT 3.1). */
export interface Accepted {
  readonly kind: 'statement' | 'scenario';
  readonly id: string;
  readonly reason: string;
}

/** The file is not what it should be; the message names file, line and key. */
export class BadAcceptFile extends Error {}

/**
 * Reads a list of `{ statement: MQTT-3.3.1-3, reason: … }` and `{ scenario: some-id, reason: … }`, in YAML or JSON.
 * Throws BadAcceptFile.
 */
export function parseAccepted(text: string, fileName: string): readonly Accepted[] {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax !== undefined) throw new BadAcceptFile(`${fileName}: ${syntax.message.split('\n')[0]}`);
  const entries: unknown = document.toJS();
  if (!Array.isArray(entries)) throw new BadAcceptFile(`${fileName}: expected a list of accepted deviations`);
  return entries.map((entry: unknown, i) => acceptedOf(entry, `${fileName}: entry ${i + 1}`));
}

const keys = ['statement', 'scenario', 'reason'];

function acceptedOf(entry: unknown, where: string): Accepted {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw new BadAcceptFile(`${where}: expected "statement" or "scenario", and "reason"`);
  const fields = new Map(Object.entries(entry as Record<string, unknown>));
  const unknownKey = [...fields.keys()].find((key) => !keys.includes(key));
  if (unknownKey !== undefined)
    throw new BadAcceptFile(`${where}: unknown key "${unknownKey}": use ${keys.join(', ')}`);
  const [about, surplus] = (['statement', 'scenario'] as const).filter((key) => fields.has(key));
  if (about === undefined || surplus !== undefined)
    throw new BadAcceptFile(`${where}: expected either "statement" or "scenario"`);
  const [id, reason] = [fields.get(about), fields.get('reason')];
  if (typeof id !== 'string' || id === '') throw new BadAcceptFile(`${where}: "${about}" has to be a text`);
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new BadAcceptFile(`${where} (${id}): "reason" is missing: say why this deviation is accepted`);
  if (about === 'statement' && !isStatement(id))
    throw new BadAcceptFile(`${where}: there is no statement ${id}: see mqttspec explain`);
  return { kind: about, id, reason: reason.trim() };
}

function isStatement(id: string): boolean {
  try {
    statement(id as never);
    return true;
  } catch {
    return false;
  }
}

export interface HeldAgainst {
  /** Failing scenarios that no entry covers. */
  readonly left: readonly ScenarioResult[];
  /** Failing scenarios that are covered, with the entries that do. */
  readonly covered: readonly { readonly result: ScenarioResult; readonly by: readonly Accepted[] }[];
  /** Entries that no failing scenario needed, though what they speak of was judged. */
  readonly unused: readonly Accepted[];
}

/** A failing scenario is covered by an entry of its own, or where every statement that it blames is accepted. */
export function holdAgainst(report: Report, accepted: readonly Accepted[]): HeldAgainst {
  const left: ScenarioResult[] = [];
  const covered: { result: ScenarioResult; by: readonly Accepted[] }[] = [];
  for (const result of report.scenarios.filter(({ verdict }) => verdict === 'fail')) {
    const by = coveredBy(result, accepted);
    if (by.length === 0) left.push(result);
    else covered.push({ result, by });
  }
  const used = new Set(covered.flatMap(({ by }) => by));
  return { left, covered, unused: accepted.filter((entry) => !used.has(entry) && wasJudged(entry, report)) };
}

function coveredBy(result: ScenarioResult, accepted: readonly Accepted[]): readonly Accepted[] {
  const own = accepted.filter(({ kind, id }) => kind === 'scenario' && id === keyOf(result));
  if (own.length > 0) return own;
  const blamed = new Set(
    result.checks
      .filter(({ verdict }) => verdict === 'fail')
      .flatMap(({ statements }) => statements as readonly string[]),
  );
  const entries = accepted.filter(({ kind, id }) => kind === 'statement' && blamed.has(id));
  return blamed.size > 0 && [...blamed].every((id) => entries.some((entry) => entry.id === id)) ? entries : [];
}

/** Not where it was not played at all, or could not be judged. */
function wasJudged({ kind, id }: Accepted, { scenarios, statements }: Report): boolean {
  const verdict =
    kind === 'scenario'
      ? scenarios.find((result) => keyOf(result) === id)?.verdict
      : statements.find((one) => one.id === id)?.verdict;
  return verdict === 'pass' || verdict === 'warn' || verdict === 'observed';
}
