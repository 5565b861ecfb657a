import { expect, test } from 'vitest';
import { judge, measureRow, spread } from './measure.ts';
import { contenders, type Row } from './row.ts';
import { rowText, summary } from './table.ts';

const rowOf = (better: 'more' | 'less', calls: string[] = []): Row => ({
  id: 'sample/row',
  title: 'a sample',
  unit: 'B',
  better,
  comparisons: [{ against: 'peer', atLeast: 2, possible: 3 }],
  bounds: [{ atMost: 160 }],
  open: () =>
    contenders(
      {
        ours: () => {
          calls.push('ours');
          return 100;
        },
        peer: () => {
          calls.push('peer');
          return 300;
        },
      },
      async () => void calls.push('closed'),
    ),
});

test('contenders take turns in alternating order after a round that does not count, and the row is closed', async () => {
  const calls: string[] = [];
  const measured = await measureRow(rowOf('less', calls), { rounds: 2, smoke: false });
  expect(calls).toEqual(['peer', 'ours', 'ours', 'peer', 'peer', 'ours', 'closed']);
  expect(measured.rounds).toBe(2);
});

test('a smoke run is one round', async () => {
  const calls: string[] = [];
  await measureRow(rowOf('less', calls), { rounds: 9, smoke: true });
  expect(calls).toEqual(['ours', 'peer', 'closed']);
});

test('a ratio above 1 says that ours is better, whichever way the unit counts', () => {
  const figures = { ours: [100, 100, 10], peer: [300, 300, 20] };
  expect(judge(rowOf('less'), figures)[0]).toMatchObject({ value: 3, holds: true });
  expect(judge(rowOf('more'), figures)[0]).toMatchObject({ value: 1 / 3, holds: false });
});

test('bounds hold a figure itself', () => {
  expect(judge(rowOf('less'), { ours: [160], peer: [1] })[1]).toMatchObject({
    value: 160,
    holds: true,
  });
  expect(judge(rowOf('less'), { ours: [161], peer: [1] })[1]).toMatchObject({ holds: false });
});

test('the median of an even number of rounds lies between the two in the middle', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test('a contender that gives no figure breaks its row', async () => {
  const broken: Row = { ...rowOf('more'), open: () => contenders({ ours: () => Number.NaN, peer: () => 1 }) };
  await expect(measureRow(broken, { rounds: 1, smoke: false })).rejects.toThrow('sample/row: ours gave NaN');
});

test('tables say what was wanted and whether it holds', async () => {
  const measured = await measureRow(rowOf('less'), { rounds: 1, smoke: false });
  expect(rowText(measured)).toContain('✓ 3.00 × peer   (wanted ≥ 2, possible 3)');
  expect(summary([measured])).toContain('sample/row  3.00 × peer  ≥ 2       3         holds');
});
