// How many scenarios of each section have which verdict, on a terminal. In: the report. Out: lines, none wider than the terminal.
import type { Report } from '../verdict/report.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { Style } from './style.ts';
import { cut, duration, oneLine, wrap } from './text.ts';

const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'observed', 'skipped', 'inconclusive', 'error'];

/** Where words leave no room, verdicts are headed by their signs. */
interface Layout {
  readonly name: number;
  readonly columns: readonly { readonly verdict: Verdict; readonly heading: string; readonly width: number }[];
  /** 0: not told. */
  readonly time: number;
}

const timeWidth = 12;
const shortTimeWidth = 9;
const narrowestName = 16;

export function sectionTable(report: Report, style: Style): string[] {
  const layout = layoutFor(report, style);
  const heading = layout.columns.map((column) => column.heading.padStart(column.width)).join('');
  const { sections, scenarios } = report.summary;
  const timeOf = (section: string): number =>
    report.scenarios.filter((one) => one.section === section).reduce((sum, { durationMs }) => sum + durationMs, 0);
  const time = layout.time === 0 ? '' : 'time'.padStart(layout.time);
  return [
    style.bold(`${'section'.padEnd(layout.name)}${heading}${time}`),
    style.dim(style.rule()),
    ...sections.map(({ section, counts }) => row({ name: section, counts, ms: timeOf(section) }, layout, style)),
    style.dim(style.rule()),
    row({ name: 'all', counts: scenarios, ms: report.run.scenarioMs }, layout, style),
    ...legend(layout, style),
  ];
}

function layoutFor({ summary: { scenarios } }: Report, style: Style): Layout {
  // An error is our own defect: its column stands only where there is one.
  const shown = verdicts.filter((verdict) => verdict !== 'error' || scenarios.error > 0);
  const inWords = shown.map((verdict) => ({ verdict, heading: verdict, width: Math.max(5, verdict.length + 1) }));
  const inSigns = shown.map((verdict) => {
    const width = Math.max(3, `${scenarios[verdict]}`.length + 1);
    return { verdict, heading: style.symbol(verdict), width };
  });
  const room = (columns: Layout['columns'], time: number): Layout => ({
    columns,
    time,
    name: style.columns - columns.reduce((sum, { width }) => sum + width, time),
  });
  const layouts = [room(inWords, timeWidth), room(inSigns, shortTimeWidth)];
  return layouts.find(({ name }) => name >= narrowestName) ?? room(inSigns, 0);
}

interface Row {
  readonly name: string;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly ms: number;
}

function row({ name, counts, ms }: Row, layout: Layout, style: Style): string {
  const cells = layout.columns.map(({ verdict, width }) => {
    const text = `${counts[verdict]}`.padStart(width);
    return counts[verdict] === 0 ? style.dim(text) : style.paint(verdict, text);
  });
  const time = layout.time === 0 ? '' : duration(ms).padStart(layout.time);
  return `${cut(oneLine(name), layout.name).padEnd(layout.name)}${cells.join('')}${time}`;
}

/** A blank at which no line ends. */
const together = '\u00a0';

/** What the signs stand for; nothing where words say it. */
function legend({ columns }: Layout, style: Style): string[] {
  if (columns.every(({ heading, verdict }) => heading === verdict)) return [];
  const meanings = columns.map(({ heading, verdict }) => `${heading}${together}${verdict}`).join(', ');
  return wrap(meanings, { columns: style.columns, first: '' }).map((line) => style.dim(line.replaceAll(together, ' ')));
}
