// `report.json`. In: the end of a run. Out: the report as JSON, its format described in docs/report-format.md.
import type { Reporter, RunEvent } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import type { Output } from './output.ts';

/** The order of keys; options of a run, which are not listed, follow by their names. */
const order = `
  format formatVersion kind at by how connection to id title section name value evidence protocol verdict reason cites statements
  runId tool version seed address options protocols capabilities startedAt machine node system processors endedAt durationMs scenarioMs complete endedBy exitCode
  run target summary pass fail warn observed skipped inconclusive error counts sections stability runs same
  expected got missing traceIndex checks scenarios text summary offset length findings problem hex fields trace
`
  .trim()
  .split(/\s+/);
const rankOf = new Map(order.map((key, i) => [key, i]));

/** Sorted keys by those of objects that were seen: a report has hundreds of thousands of objects, and few kinds. */
const sortedKeys = new Map<string, readonly string[]>();

function inOrder(keys: readonly string[]): readonly string[] {
  const kind = keys.join();
  const known = sortedKeys.get(kind);
  if (known !== undefined) return known;
  const rank = (key: string): number => rankOf.get(key) ?? order.length;
  const sorted = keys.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  sortedKeys.set(kind, sorted);
  return sorted;
}

/** The value with all keys in the stable order: a copy, since a function that JSON.stringify asks for each value takes several times as long. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const from = value as Readonly<Record<string, unknown>>;
  const copy: Record<string, unknown> = {};
  for (const key of inOrder(Object.keys(from))) copy[key] = ordered(from[key]);
  return copy;
}

/** The report as text: the same report gives the same text, and ends with a line feed. */
export const reportText = (report: Report): string =>
  `${JSON.stringify(ordered(report), null, 1).replace(misleading, asNumber)}\n`;

/** What orders a terminal about, or changes the direction of text, and JSON may hold as it is. */
const misleading = /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu;
const asNumber = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

export function jsonReporter(output: Output): Reporter {
  return {
    receive(event: RunEvent): void {
      if (event.type === 'run:end') output.write(reportText(event.report));
    },
    end: () => output.done(),
  };
}
