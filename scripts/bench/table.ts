// Measured rows → the table that people read.
import type { Measured, Spread } from './measure.ts';

const three = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

const shown = ({ median, least, most }: Spread): string =>
  least === most ? three(median) : `${three(median)} (${three(least)} to ${three(most)})`;

/** One row: its figures, then a line for each ratio or bound with what was wanted of it. */
export function rowText({ id, title, unit, rounds, figures, verdicts }: Measured): string {
  const width = Math.max(...Object.keys(figures).map(({ length }) => length));
  const values = Object.entries(figures).map(([name, figure]) => `    ${name.padEnd(width)}  ${shown(figure)} ${unit}`);
  const lines = verdicts.map(({ of, value, wanted, possible, holds }) => {
    const hint = possible === undefined ? '' : `, possible ${possible}`;
    return `  ${holds ? '✓' : '✗'} ${three(value)} ${of}   (wanted ${wanted}${hint})`;
  });
  return [`${id}: ${title}`, ...values, ...lines, `    median of ${rounds}`, ''].join('\n');
}

/** All rows as one table of ratios. */
export function summary(all: readonly Measured[]): string {
  const cells = all.flatMap(({ id, verdicts }) =>
    verdicts.map(({ of, value, wanted, possible, holds }) => [
      id,
      `${three(value)} ${of}`,
      wanted,
      possible === undefined ? '' : String(possible),
      holds ? 'holds' : 'MISSED',
    ]),
  );
  const lines = [['row', 'measured', 'at least', 'possible', ''], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}
