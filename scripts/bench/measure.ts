// Measures one row: a round to warm up, then rounds in which all contenders take turns, in alternating order.
import type { Bound, Comparison, Row } from './row.ts';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Verdict {
  /** Whose figure was held against what, e.g. `ours : mqtt-packet`. */
  readonly of: string;
  readonly value: number;
  readonly wanted: string;
  readonly possible: number | undefined;
  readonly holds: boolean;
}

export interface Measured {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly rounds: number;
  readonly figures: Readonly<Record<string, Spread>>;
  readonly verdicts: readonly Verdict[];
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly smoke: boolean;
}

export async function measureRow(row: Row, { rounds, smoke }: MeasureOptions): Promise<Measured> {
  await using open = await row.open({ smoke });
  const names = Object.keys(open.contenders);
  const values = new Map<string, number[]>(names.map((name) => [name, []]));
  const wanted = smoke ? 1 : (row.rounds ?? rounds);
  const warmUps = smoke ? 0 : 1;
  for (let round = -warmUps; round < wanted; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const value = (await open.contenders[name]?.()) ?? Number.NaN;
      if (!Number.isFinite(value) || value < 0) throw new Error(`${row.id}: ${name} gave ${value}, which is no figure`);
      if (round >= 0) values.get(name)?.push(value);
    }
  }
  const figures = Object.fromEntries([...values].map(([name, all]) => [name, spread(all)]));
  const { id, title, unit } = row;
  return { id, title, unit, rounds: wanted, figures, verdicts: judge(row, figures) };
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  return { median, least: at(0), most: at(sorted.length - 1) };
}

export function judge(row: Row, figures: Readonly<Record<string, Spread>>): Verdict[] {
  const median = (name: string): number => {
    const figure = figures[name];
    if (figure === undefined) throw new Error(`${row.id} has no contender ${name}`);
    return figure.median;
  };
  return [
    ...row.comparisons.map((comparison) => compared(comparison, row.better, median)),
    ...(row.bounds ?? []).map((bound) => bounded(bound, median)),
  ];
}

function compared(
  { against, atLeast, possible }: Comparison,
  better: Row['better'],
  median: (name: string) => number,
): Verdict {
  const [ours, theirs] = [median('ours'), median(against)];
  const value = better === 'more' ? ours / theirs : theirs / ours;
  return { of: `× ${against}`, value, wanted: `≥ ${atLeast}`, possible, holds: value >= atLeast };
}

function bounded({ of = 'ours', atMost, atLeast, possible }: Bound, median: (name: string) => number): Verdict {
  const value = median(of);
  const wanted = [...(atLeast === undefined ? [] : [`≥ ${atLeast}`]), ...(atMost === undefined ? [] : [`≤ ${atMost}`])];
  const holds = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  return { of, value, wanted: wanted.join(' '), possible, holds };
}
