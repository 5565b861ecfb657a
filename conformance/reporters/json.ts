// `report.json`. In: the end of a run. Out: the report as JSON, its format described in docs/report-format.md.
import type { Reporter, RunEvent } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import type { Output } from './output.ts';

/** The keys that a reader wants first; the rest follows as it was made. */
const leading = [
  'format',
  'formatVersion',
  'kind',
  'id',
  'title',
  'section',
  'protocol',
  'verdict',
  'reason',
  'runId',
  'tool',
  'name',
];
const rankOf = new Map(leading.map((key, i) => [key, i]));

function inStableOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const rank = (key: string): number => rankOf.get(key) ?? leading.length;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b)));
}

/** The report as text: the same report gives the same text, and ends with a line feed. */
export const reportText = (report: Report): string => `${JSON.stringify(report, inStableOrder, 1)}\n`;

export function jsonReporter(output: Output): Reporter {
  return {
    receive(event: RunEvent): void {
      if (event.type === 'run:end') output.write(reportText(event.report));
    },
    end: () => output.done(),
  };
}
