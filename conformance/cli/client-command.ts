// `mqttspec conformance-client --adapter "node my-adapter.mjs"`: judges a client. In: options. Out: a run, its reports, and the exit code.
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { reporterNames } from '../reporters/registry.ts';
import { chooseClientScenarios, runClient } from '../runner/client-run.ts';
import { BadAdapter } from '../wire/serve/adapter.ts';
import { reportersOf } from './reporters-of.ts';
import { version } from './version.ts';

interface Options {
  readonly adapter?: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list?: boolean;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly reporter: readonly string[];
  readonly out: string;
  readonly repeatFailures: number;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    return value;
  };
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const ownAdapter = fileURLToPath(new URL(`../adapters/mqttspec.${extension}`, import.meta.url));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export function clientCommand(): Command {
  return new Command('conformance-client')
    .description('judge a client: the tester plays the broker (without --adapter: the reference client)')
    .option('--adapter <command>', 'a program that drives the client by JSON lines: see docs/client-adapters.md')
    .option('--only <id, section or word>', 'play only these scenarios (repeatable, commas)', collect, [])
    .option('--skip <id, section or word>', 'leave these out (repeatable, commas)', collect, [])
    .option('--list', 'show what would be played, with the statements cited')
    .option('--timeout <ms>', 'longest wait for a reaction, in ms (default: 3000)', whole(50, 600_000))
    .option('--concurrency <n>', 'scenarios played at the same time (default: 4)', whole(1, 100))
    .option('--reporter <name[=file]>', `${reporterNames.join(', ')} (repeatable)`, collect, [])
    .option('--out <folder>', 'where index.html and report.json go', 'reports/latest-client')
    .option('--repeat-failures <n>', 'how often a failing scenario is played again', whole(0, 100), 4)
    .option('--verbose', 'show every scenario')
    .option('--quiet', 'show the end alone')
    .allowExcessArguments(false)
    .action(async (options: Options) => {
      process.exitCode = await judgeClient(options);
    });
}

async function judgeClient(options: Options): Promise<number> {
  const { adapter, only, skip, list, timeout, concurrency, repeatFailures } = options;
  const scenarios = chooseClientScenarios(only, skip);
  if (scenarios.length === 0) throw new UsageError(`no scenario matches ${only.join(', ')}: see --list`);
  if (list === true) {
    for (const { id, title, cites } of scenarios) process.stdout.write(`${id}\n  ${title}\n  ${cites.join(' ')}\n`);
    return 0;
  }
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const own = [process.execPath, ...process.execArgv, ownAdapter].map(quoted).join(' ');
  const reporters = reportersOf({ ...options, ...(adapter === undefined ? {} : { target: adapter }) });
  try {
    const report = await runClient({
      adapter: adapter ?? own,
      ...(adapter === undefined ? {} : { shownAdapter: adapter }),
      scenarios,
      version,
      repeatFailures,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(concurrency === undefined ? {} : { concurrency }),
      interrupted: interruption.signal,
      emit: (event) => {
        for (const reporter of reporters) reporter.receive(event);
      },
    });
    await Promise.all(reporters.map((reporter) => reporter.end()));
    return report.run.exitCode;
  } catch (error) {
    if (error instanceof BadAdapter) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
