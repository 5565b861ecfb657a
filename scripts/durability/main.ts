// `npm run test:durability`: kills brokers at random moments and sees whether they keep what they have promised; then brokers that do
// not, which have to be found out.
import { Command, InvalidArgumentError } from 'commander';
import { type Breakage, breakages, isBreakage } from './broken-store.ts';
import { killLoop, type LoopResult } from './rounds.ts';

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly broken?: Breakage;
  readonly bites: boolean;
}

const positive = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('expected a whole number above 0.');
  return Number(text);
};

const breakage = (text: string): Breakage => {
  if (!isBreakage(text)) throw new InvalidArgumentError(`expected one of ${Object.keys(breakages).join(', ')}.`);
  return text;
};

/** By then every broken broker was found out, several times over, when this was written. */
const mostRoundsOfBroken = 100;

const told = ({ rounds, kills, published }: LoopResult): string =>
  `${rounds} rounds, ${kills} brokers killed, ${published} messages published`;

function progressEvery(seconds: number): (round: number, result: LoopResult) => void {
  let next = performance.now() + seconds * 1_000;
  return (_round, result) => {
    if (performance.now() < next) return;
    next += seconds * 1_000;
    process.stdout.write(`  … ${told(result)}\n`);
  };
}

/** Whether the broker has kept everything. */
async function judge({ rounds, seed }: Options): Promise<boolean> {
  const result = await killLoop({ rounds, seed, progress: progressEvery(20) });
  for (const violation of result.violations.slice(0, 20)) process.stdout.write(`  ${violation}\n`);
  const verdict = result.violations.length === 0 ? 'everything was kept' : 'promises were broken';
  process.stdout.write(`${told(result)}, seed ${seed}: ${verdict}\n`);
  return result.violations.length === 0;
}

/** Whether a broken broker was found out. */
async function bites(which: Breakage, { seed }: Options): Promise<boolean> {
  const result = await killLoop({ rounds: mostRoundsOfBroken, seed, breakage: which });
  const [first] = result.violations;
  const verdict = first === undefined ? 'NOT found out' : `found out, ${first}`;
  process.stdout.write(`a broker that ${breakages[which]}: ${verdict}\n`);
  return first !== undefined;
}

const program = new Command('test:durability')
  .description('kills brokers at random moments and sees whether they keep what they have promised')
  .option('--rounds <count>', 'how many brokers to kill while they serve', positive, 200)
  .option('--seed <number>', 'of the random numbers', positive, (Date.now() % 1_000_000) + 1)
  .option('--broken <what>', `only one broken broker: ${Object.keys(breakages).join(', ')}`, breakage)
  .option('--no-bites', 'without the broken brokers')
  .allowExcessArguments(false)
  .parse();
const options = program.opts<Options>();
const outcomes: boolean[] = [];
if (options.broken === undefined) outcomes.push(await judge(options));
const found = Object.keys(breakages).filter(isBreakage);
const wanted = options.broken === undefined ? (options.bites ? found : []) : [options.broken];
for (const which of wanted) outcomes.push(await bites(which, options));
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
