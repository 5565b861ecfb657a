// `npm run bench`: rows side by side with the peers. Each row has a process of its own, so that no row pays for another's heap or
// compiled code. Exit code 1 where a figure misses what is wanted of it, 3 where a row broke.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { allRows } from './all.ts';
import { type Measured, measureRow } from './measure.ts';
import type { Row } from './row.ts';
import { rowText, summary } from './table.ts';

interface Options {
  readonly rounds: string;
  readonly smoke?: boolean;
  readonly list?: boolean;
  readonly json?: string;
  readonly inThisProcess?: boolean;
}

const command = new Command('bench')
  .description('measure our codec, topics, broker and client side by side with what people use, as ratios')
  .argument('[words...]', 'rows whose id has one of these words; all without any')
  .option('--rounds <n>', 'rounds of each row; medians count', '9')
  .option('--smoke', 'one short round of each row, in this process: shows that all rows run, and judges no figure')
  .option('--list', 'name the rows and end')
  .option('--json <file>', 'write all figures as JSON')
  .option('--in-this-process', 'measure here and not in a process for each row (for profilers)')
  .parse();
const options = command.opts<Options>();
const rounds = Number(options.rounds);
const smoke = options.smoke === true;
const rows = allRows.filter(({ id }) => command.args.length === 0 || command.args.some((word) => id.includes(word)));
if (rows.length === 0)
  command.error(`no row has ${command.args.join(' or ')} in its id; --list names them`, { exitCode: 2 });
if (!Number.isInteger(rounds) || rounds < 1)
  command.error(`--rounds ${options.rounds}: a number above 0`, { exitCode: 2 });

/** The row in a process of its own, which sends what it measured. */
function measureApart(row: Row): Promise<Measured> {
  const worker = fork(new URL(import.meta.url), [row.id, '--rounds', String(rounds)], {
    execArgv: [...process.execArgv, '--expose-gc'],
    env: { ...process.env, MQTTSPEC_BENCH_ROW: row.id },
  });
  return new Promise((done, broke) => {
    let measured: Measured | undefined;
    worker.on('message', (message: Measured) => {
      measured = message;
    });
    worker.on('exit', (code) => {
      if (measured !== undefined && code === 0) done(measured);
      else broke(new Error(`${row.id} broke: its process ended with exit code ${code}`));
    });
  });
}

async function measureAll(): Promise<void> {
  const all: Measured[] = [];
  const broken: string[] = [];
  for (const row of rows) {
    try {
      const measured =
        smoke || options.inThisProcess === true ? await measureRow(row, { rounds, smoke }) : await measureApart(row);
      all.push(measured);
      process.stdout.write(smoke ? `${row.id} runs\n` : `${rowText(measured)}\n`);
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      broken.push(row.id);
      process.exitCode = 3;
    }
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(all, null, 1));
  if (smoke) process.stdout.write(`${all.length} of ${rows.length} rows ran\n`);
  else process.stdout.write(summary(all));
  if (broken.length > 0) process.stderr.write(`No figures of ${broken.join(', ')}: the reasons stand above.\n`);
  const missed = all.some(({ verdicts }) => verdicts.some(({ holds }) => !holds));
  if (missed && !smoke) process.exitCode ??= 1;
}

const apart = process.env['MQTTSPEC_BENCH_ROW'];
if (options.list === true) process.stdout.write(rows.map(({ id, title }) => `${id}  ${title}\n`).join(''));
else if (apart === undefined) await measureAll();
else {
  const row = rows.find(({ id }) => id === apart);
  if (row === undefined) throw new Error(`there is no row ${apart}`);
  const measured = await measureRow(row, { rounds, smoke: false });
  process.send?.(measured);
  process.disconnect();
}
