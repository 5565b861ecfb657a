// Writes the table of the README that tells how long the suite takes: against the reference broker and each real one.
// times.ts [runs]: the median of several runs. times.ts <report.json>…: what a survey has measured, named by folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ConformanceOptions, type Report, runConformance } from '../../conformance/index.ts';
import { formatAddress } from '../../conformance/target/address.ts';
import { startEmbedded } from '../../conformance/target/embedded.ts';
import { reportOf } from '../../conformance/verdict/report-of.ts';
import { brokerNames, startRealBroker } from './start.ts';

const args = process.argv.slice(2);
const files = args.filter((one) => one.endsWith('.json'));
const [runs = '3'] = args;
const readme = join(import.meta.dirname, '../../README.md');
const begin = '<!-- times: made by scripts/brokers/times.ts -->';
const end = '<!-- end of times -->';

interface Target extends AsyncDisposable {
  readonly options: ConformanceOptions;
}

async function reference(): Promise<Target> {
  const embedded = await startEmbedded();
  const { websocket, forbiddenTopic = '' } = embedded.hints;
  const withPassword = (address: typeof embedded.address): string =>
    formatAddress(address).replace('@', `:${address.password ?? ''}@`);
  return {
    options: {
      target: withPassword(embedded.address),
      forbiddenTopic,
      ...(websocket === undefined ? {} : { websocket: withPassword(websocket) }),
    },
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

const targets: readonly (readonly [string, () => Promise<Target>])[] = [
  ['reference broker', reference],
  ...brokerNames.map(
    (name) =>
      [
        name,
        async () => {
          const broker = await startRealBroker(name);
          return { options: { target: broker.address }, [Symbol.asyncDispose]: () => broker.stop() };
        },
      ] as const,
  ),
];

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const middle = (reports: readonly Report[]): Report | undefined =>
  [...reports].sort((a, b) => a.run.durationMs - b.run.durationMs)[Math.floor(reports.length / 2)];

/** Each target's name and report, one after the other. */
async function* measured(): AsyncGenerator<readonly [name: string, report: Report | undefined]> {
  for (const file of files) {
    const name = basename(dirname(file));
    yield [name === 'reference' ? 'reference broker' : name, reportOf(JSON.parse(readFileSync(file, 'utf8')))];
  }
  if (files.length > 0) return;
  for (const [name, start] of targets) {
    const reports: Report[] = [];
    for (let i = 0; i < Number(runs); i++) {
      await using target = await start();
      reports.push(await runConformance(target.options));
    }
    yield [name, middle(reports)];
  }
}

const rows: string[] = [];
for await (const [name, report] of measured()) {
  if (report === undefined) continue;
  const longest = report.scenarios.reduce((a, b) => (b.durationMs > a.durationMs ? b : a));
  const row = [
    name,
    String(report.scenarios.length),
    seconds(report.run.durationMs),
    seconds(report.run.scenarioMs),
    `${seconds(longest.durationMs)} (\`${longest.id}\`)`,
  ];
  rows.push(`| ${row.join(' | ')} |`);
  process.stdout.write(`${rows.at(-1)}\n`);
}

const table = [
  '| target | results | a run takes | sum of its scenarios | longest scenario |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
];
const text = readFileSync(readme, 'utf8');
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) throw new Error(`README.md lacks the lines ${begin} and ${end}`);
writeFileSync(readme, `${before}${begin}\n${table.join('\n')}\n${end}${after}`);
