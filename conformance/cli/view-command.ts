// `mqttspec view report.json --out folder`. In: a saved report, also of an older version. Out: its page, made again, and other reports of it.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { verdictSentence } from '../reporters/console-summary.ts';
import { againstWhat } from '../reporters/evidence.ts';
import { createReporter, reporterNames } from '../reporters/registry.ts';
import { oneLine } from '../reporters/text.ts';
import { eventsOf } from '../verdict/events-of.ts';
import { madeFolder } from './made-folder.ts';
import { readReport } from './read-report.ts';
import { namedReporter } from './reporters-of.ts';

interface Options {
  readonly out: string;
  readonly reporter: readonly string[];
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

export function viewCommand(): Command {
  return new Command('view')
    .description('make the HTML report of a saved run again, also of an older version')
    .argument('<report.json>', 'as --out writes it')
    .option('--out <folder>', 'where index.html goes', 'reports/latest')
    .option(
      '--reporter <name[=file]>',
      `other reports of that run: ${reporterNames.join(', ')} (repeatable)`,
      collect,
      [],
    )
    .allowExcessArguments(false)
    .action(view);
}

async function view(file: string, { out, reporter }: Options): Promise<void> {
  const report = readReport(file);
  const page = resolve(out, 'index.html');
  const named = reporter.map((text) => namedReporter(text, { reportPath: page, target: againstWhat(report) }));
  madeFolder(out);
  const reporters = [...named, createReporter('html', { file: page })];
  for (const event of eventsOf(report)) for (const one of reporters) one.receive(event);
  await Promise.all(reporters.map((one) => one.end()));
  if (reporter.every((text) => text.includes('='))) {
    process.stdout.write(`${oneLine(verdictSentence(report))}\nReport: ${oneLine(page)}\n`);
  }
}
