// Several brokers side by side. In: named reports. Out: a row for each statement. Knows no file and no screen.
import { catalogue, type Statement } from '../spec/catalogue.ts';
import type { Report } from '../verdict/report.ts';
import type { StatementResult } from '../verdict/verdict.ts';

/** A report under the name by which it is shown; `report` is missing where its broker did not start. */
export interface Column {
  /** Letters, digits, dots and hyphens: also the name of its folder. */
  readonly name: string;
  readonly report?: Report;
  /** Why there is no report. */
  readonly reason?: string;
}

export interface Row {
  readonly statement: Statement;
  /** One a column, in their order; undefined where there is no report, or it does not know the statement. */
  readonly cells: readonly (StatementResult | undefined)[];
  /** Whether the columns disagree. */
  readonly differs: boolean;
}

/** A row for each statement of the catalogue, in its order. */
export function matrixOf(columns: readonly Column[]): readonly Row[] {
  const results = columns.map(({ report }) => new Map((report?.statements ?? []).map((one) => [one.id, one])));
  const present = results.filter(({ size }) => size > 0);
  return catalogue.map((statement) => {
    const verdicts = new Set(present.map((column) => column.get(statement.id)?.verdict));
    return { statement, cells: results.map((column) => column.get(statement.id)), differs: verdicts.size > 1 };
  });
}

/** A name for each report, from the target's own words, made unique by a number. */
export function namesFor(wanted: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return wanted.map((text) => {
    const name = text.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'report';
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}-${times}`;
  });
}
