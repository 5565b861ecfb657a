// `npm run faults`: the suite against each faulty broker. Out: a table of who catches what, and exit code 1 where something escapes.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { serverScenarios } from '../scenarios/all.ts';
import { faults } from './all.ts';
import type { Fault } from './fault.ts';
import type { Detection } from './judge-fault.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

interface Options {
  readonly only?: string;
  readonly jobs: string;
  readonly perJob: string;
  readonly out?: string;
  readonly whole?: boolean;
}

const options = new Command('faults')
  .description('run the suite against each faulty broker and show who catches what')
  .option('--only <words>', 'faults whose name has one of these words (commas)')
  .option('--jobs <n>', 'processes', String(availableParallelism()))
  .option('--per-job <n>', 'faults at the same time in each process', '3')
  .option('--whole', 'play every scenario against every fault, not only those that speak of what it breaks')
  .option('--out <file>', 'write the detections as JSON')
  .parse()
  .opts<Options>();

const words = options.only?.split(',') ?? [''];
const chosen = faults.filter(({ name }) => words.some((word) => name.includes(word)));

/** Gives every process new work as soon as it is done with some. */
async function judgeAll(
  names: readonly string[],
  { jobs: processes, perJob }: { readonly jobs: number; readonly perJob: number },
): Promise<Detection[]> {
  const queue = [...names];
  const detections: Detection[] = [];
  const jobs = Array.from({ length: processes }, () => {
    const worker = fork(new URL(`./worker.${extension}`, import.meta.url), { execArgv: process.execArgv });
    return new Promise<void>((done, broke) => {
      let open = 0;
      const next = (): void => {
        const name = queue.shift();
        if (name !== undefined) {
          open++;
          worker.send({ name, whole: options.whole === true });
        } else if (open === 0 && worker.connected) worker.disconnect();
      };
      worker.on('message', (detection: Detection) => {
        open--;
        detections.push(detection);
        process.stderr.write(`\r${detections.length} of ${names.length} `);
        next();
      });
      worker.on('exit', (code) => (code === 0 ? done() : broke(new Error(`a worker ended with exit code ${code}`))));
      for (let i = 0; i < perJob; i++) next();
    });
  });
  await Promise.all(jobs);
  process.stderr.write('\n');
  return detections;
}

function row({ name, title, violates }: Fault, found: Detection): string {
  const caught =
    found.caughtBy.length === 0
      ? 'NOT CAUGHT'
      : `caught by ${found.caughtBy.length}: ${found.caughtBy.slice(0, 4).join(', ')}`;
  const blame = found.attributed
    ? `blames ${violates.filter((id) => found.blamed.includes(id)).join(', ')}`
    : `NOT ATTRIBUTED to ${violates.join(', ')}; blamed: ${found.blamed.join(', ')}`;
  return `${found.attributed ? '  ' : '! '}${name}\n    ${title}\n    ${caught}\n    ${blame}${found.broke === undefined ? '' : `\n    the run broke off: ${found.broke}`}\n`;
}

/** Scenarios that can fail, and that none of these made fail. */
function toothlessIn(detections: readonly Detection[]): readonly (typeof serverScenarios)[number][] {
  const failing = new Set(detections.flatMap(({ caughtBy }) => caughtBy));
  return serverScenarios.filter(({ scenario: { id, observesOnly } }) => !observesOnly && !failing.has(id));
}

const began = performance.now();
const atOnce = { jobs: Number(options.jobs), perJob: Number(options.perJob) };
const first = await judgeAll(
  chosen.map(({ name }) => name),
  atOnce,
);
// A machine that is busy with others makes verdicts unclear, never false: what was missed is looked at once more, alone, and so is
// what left the only scenario without a verdict that might have shown it.
const unclear = new Set(options.only === undefined ? toothlessIn(first).map(({ scenario: { id } }) => id) : []);
const missed = first
  .filter(({ attributed, inconclusive }) => !attributed || inconclusive.some((id) => unclear.has(id)))
  .map(({ name }) => name);
const again = missed.length === 0 ? [] : await judgeAll(missed, { jobs: 1, perJob: 1 });
const detections = [...first.filter(({ name }) => !missed.includes(name)), ...again];
const byName = new Map(detections.map((detection) => [detection.name, detection]));
let escaped = 0;
for (const fault of chosen) {
  const found = byName.get(fault.name);
  if (found === undefined) continue;
  if (!found.attributed) escaped++;
  process.stdout.write(row(fault, found));
}
const toothless = toothlessIn(detections);
if (options.only === undefined && toothless.length > 0) {
  process.stdout.write(
    `\nScenarios that no fault fails:\n${toothless.map(({ section, scenario: { id } }) => `  ${section}  ${id}\n`).join('')}`,
  );
}
if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(detections, null, 1));
const caught = detections.filter(({ caughtBy }) => caughtBy.length > 0).length;
const attributed = detections.filter((one) => one.attributed).length;
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
process.stdout.write(
  `\n${chosen.length} faults: ${caught} caught, ${attributed} attributed; ${serverScenarios.length} scenarios, ${toothless.length} that no fault fails; ${seconds} s\n`,
);
const complete = options.only !== undefined || toothless.length === 0;
process.exitCode = escaped === 0 && complete ? 0 : 1;
