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
  const all = Object.fromEntries(values);
  const figures = Object.fromEntries(names.map((name) => [name, spread(all[name] ?? [])]));
  const { id, title, unit } = row;
  return { id, title, unit, rounds: wanted, figures, verdicts: smoke ? [] : judge(row, all) };
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  return { median, least: at(0), most: at(sorted.length - 1) };
}

/** Figures by contender, one for each round. */
type Values = Readonly<Record<string, readonly number[]>>;

export function judge(row: Row, values: Values): Verdict[] {
  const of = (name: string): readonly number[] => {
    const all = values[name];
    if (all === undefined) throw new Error(`${row.id} has no contender ${name}`);
    return all;
  };
  return [
    ...row.comparisons.map((comparison) => compared(comparison, row.better, of)),
    ...(row.bounds ?? []).map((bound) => bounded(bound, of)),
  ];
}

/** The median of the ratios of each round: what slows a round down slows both. */
function compared(
  { against, atLeast, possible }: Comparison,
  better: Row['better'],
  of: (name: string) => readonly number[],
): Verdict {
  const theirs = of(against);
  const ratios = of('ours').map((ours, round) => {
    const their = theirs[round] ?? Number.NaN;
    return better === 'more' ? ours / their : their / ours;
  });
  const value = spread(ratios).median;
  return { of: `× ${against}`, value, wanted: `≥ ${atLeast}`, possible, holds: value >= atLeast };
}

function bounded(
  { of: whose = 'ours', atMost, atLeast, possible }: Bound,
  of: (name: string) => readonly number[],
): Verdict {
  const value = spread(of(whose)).median;
  const wanted = [...(atLeast === undefined ? [] : [`≥ ${atLeast}`]), ...(atMost === undefined ? [] : [`≤ ${atMost}`])];
  const holds = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  return { of: whose, value, wanted: wanted.join(' '), possible, holds };
}
