// `mqttspec compare a.json b.json … --out folder`. In: reports. Out: a page that holds them side by side, and each report's own page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { scenarioChanges } from '../comparison/changes.ts';
import { type Column, namesFor } from '../comparison/matrix.ts';
import { compareMarkdown } from '../reporters/compare/markdown.ts';
import { renderCompare } from '../reporters/compare/page.tsx';
import { renderHtml } from '../reporters/html/page.tsx';
import { visible } from '../reporters/text.ts';
import type { Report } from '../verdict/report.ts';
import { madeFolder } from './made-folder.ts';
import { readReport } from './read-report.ts';

export function compareCommand(): Command {
  return new Command('compare')
    .description('hold several reports side by side: statements by targets, or two runs of one target')
    .argument('<report.json...>', 'reports, as --out writes them; name=report.json gives a name')
    .option('--out <folder>', 'where index.html, compare.md and the page of each report go', 'reports/compare')
    .action((files: readonly string[], { out }: { readonly out: string }) => {
      const columns = columnsOf(files);
      writeComparison(columns, { out, title: columns.map(({ name }) => name).join(' beside ') });
      process.stdout.write(endOf(columns, out));
    });
}

function columnsOf(files: readonly string[]): readonly Column[] {
  if (files.length < 2) throw new UsageError('compare needs at least two reports');
  const wanted = files.map((text) => {
    const [, name, file = text] = /^([^=/\\]+)=(.+)$/.exec(text) ?? [];
    const report = readReport(file);
    return { report, name: name ?? nameOf(report) };
  });
  const names = namesFor(wanted.map(({ name }) => name));
  return wanted.map(({ report }, i) => ({ name: names[i] ?? '', report }));
}

/** What the target calls itself, or its address. */
const nameOf = ({ target, run }: Report): string => target?.version ?? run.address.replace(/^\w+:\/\//, '');

/** Writes the pages: `index.html`, `compare.md`, and `<name>/index.html` for each report. */
export function writeComparison(
  columns: readonly Column[],
  { out, title }: { readonly out: string; readonly title: string },
): void {
  madeFolder(out);
  for (const { name, report } of columns) {
    if (report === undefined) continue;
    mkdirSync(join(out, name), { recursive: true });
    writeFileSync(join(out, name, 'index.html'), renderHtml(report));
  }
  const linkOf = ({ name }: Column): string => `${encodeURIComponent(name)}/index.html`;
  writeFileSync(join(out, 'index.html'), renderCompare(columns, { title, linkOf }));
  writeFileSync(join(out, 'compare.md'), compareMarkdown(columns, title));
}

function endOf(columns: readonly Column[], out: string): string {
  const lines = columns.map(({ name, report }) => {
    const violated = report?.statements.filter(({ verdict }) => verdict === 'fail').length ?? 0;
    return `${name}: ${violated} statements violated, ${report?.summary.scenarios.fail ?? 0} scenarios failed`;
  });
  const [before, after] = columns;
  if (columns.length === 2 && before?.report !== undefined && after?.report !== undefined) {
    const changes = scenarioChanges(before.report, after.report);
    for (const [kind, list] of Object.entries(changes))
      for (const { id, before: was, after: is } of list)
        lines.push(`${kind.padEnd(8)} ${id}: ${was ?? 'not played'}, then ${is ?? 'not played'}`);
  }
  return `${visible(lines.join('\n'))}\nComparison: ${join(out, 'index.html')}\n`;
}
