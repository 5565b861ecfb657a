import { describe, expect, test } from 'vitest';
import { Load } from './load.ts';

/** Averages after so many steps of ten seconds, at 100 a step. */
function averagesAfter(steps: number, load = new Load(), from = 0): readonly number[] {
  let averages: readonly number[] = [];
  for (let i = 1; i <= steps; i++) averages = load.update(from + i * 100, 1 / 6);
  return averages.map((average) => Math.round(average));
}

describe('load', () => {
  test('comes up to what happens a minute, sooner over short periods', () => {
    expect(averagesAfter(6)).toEqual([379, 109, 39]);
    expect(averagesAfter(6 * 120)).toEqual([600, 600, 600]);
  });

  test('goes down when nothing happens any more', () => {
    const load = new Load();
    averagesAfter(6 * 120, load);
    const averages = Array.from({ length: 6 }, () => [...load.update(6 * 120 * 100, 1 / 6)]).at(-1);
    expect(averages?.map((average) => Math.round(average))).toEqual([221, 491, 561]);
  });

  test('stays as it is where no time has gone by', () => {
    expect(new Load().update(100, 0)).toEqual([0, 0, 0]);
  });
});
