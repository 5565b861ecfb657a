// `mqttspec judge capture.pcapng`: holds both sides of a conversation against the statements, as far as it shows them.
import { Command } from 'commander';
import { judgeReport, tellReporters } from '../replay/judge-report.ts';
import { Judgement } from '../replay/judgement.ts';
import { reporterNames } from '../reporters/registry.ts';
import { readConversation } from './conversation-file.ts';
import { type ReportOptions, reportersOf } from './reporters-of.ts';
import { version } from './version.ts';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

export function judgeCommand(): Command {
  return new Command('judge')
    .description('judge recorded traffic, both sides: a pcap or pcapng file, or a fixture')
    .argument('<files...>', 'pcap, pcapng, or fixtures')
    .option('--reporter <name[=file]>', `${reporterNames.join(', ')} (repeatable)`, collect, [])
    .option('--out <folder>', 'where index.html and report.json go', 'reports/latest')
    .option('--verbose', 'show every invariant')
    .option('--quiet', 'show the end alone')
    .action(judge);
}

async function judge(files: readonly string[], options: ReportOptions): Promise<void> {
  const began = performance.now();
  const startedAt = new Date();
  const judgement = new Judgement();
  const remarks: string[] = [];
  for (const file of files) {
    const { fixture, remarks: more } = readConversation(file);
    remarks.push(...more);
    // Several files may have connections of the same name.
    const prefix = files.length === 1 ? '' : `${file} `;
    for (const event of fixture.events) judgement.take({ ...event, connection: `${prefix}${event.connection}` });
  }
  if (options.quiet !== true) for (const remark of remarks) process.stderr.write(`mqttspec: ${remark}\n`);
  const reporters = reportersOf(options);
  const durationMs = performance.now() - began;
  const report = judgeReport(judgement, { address: files.join(', '), version, startedAt, durationMs, remarks });
  await tellReporters(report, reporters);
  process.exitCode = report.run.exitCode;
}
