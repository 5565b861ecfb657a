// The main job: `mqttspec [--target host:1883]`. In: options. Out: a run, its reports, and the exit code.
import { Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { judgementOn, type Known } from '../comparison/judgement.ts';
import { RunCapture } from '../replay/pcap/run-capture.ts';
import { reporterNames } from '../reporters/registry.ts';
import { visible } from '../reporters/text.ts';
import { choose, type Filed } from '../runner/plan.ts';
import { run } from '../runner/run.ts';
import { serverScenarios } from '../scenarios/all.ts';
import { type ChosenReadings, disputes, parseReading, UnknownReading } from '../spec/readings.ts';
import { type Address, BadAddress, parseAddress } from '../target/address.ts';
import { startEmbedded } from '../target/embedded.ts';
import type { Hints } from '../target/hints.ts';
import { type Restart, restartBy } from '../target/restart-commands.ts';
import type { Reporter, RunEvent } from '../verdict/events.ts';
import type { Protocol } from '../verdict/verdict.ts';
import { type KnownOptions, knownOf } from './known-of.ts';
import { listScenarios } from './list.ts';
import { replaysOf } from './replays-of.ts';
import { reportersOf } from './reporters-of.ts';
import { version } from './version.ts';
import { whyNot } from './why-not.ts';

interface Options extends KnownOptions {
  readonly target?: string;
  readonly websocket?: string;
  readonly forbiddenTopic?: string;
  readonly restartCommand?: string;
  readonly stopCommand?: string;
  readonly startCommand?: string;
  readonly reading: readonly string[];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly list?: boolean;
  readonly protocol: readonly Protocol[];
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly reporter: readonly string[];
  readonly out: string;
  readonly pcap?: string;
  readonly replay: readonly string[];
  readonly seed?: number;
  readonly repeatFailures: number;
  readonly thorough?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** The command of the suite. Its exit code is left in `process.exitCode`. */
export function conformanceCommand(): Command {
  return new Command('conformance')
    .description('judge a broker (without --target: the embedded reference broker)')
    .option('-t, --target <address>', 'host:port, or mqtt://user:password@host:port; also mqtts, ws, wss')
    .option('--websocket <address>', 'where the same target speaks WebSocket: ws://host:port/path')
    .option('--restart-command <command>', 'restarts the target, so that what it keeps can be judged')
    .option('--stop-command <command>', 'stops the target')
    .option('--start-command <command>', 'starts it again; may go on as long as the target runs')
    .option('--forbidden-topic <name>', 'a topic that the tester may neither publish nor subscribe to')
    .option(
      '--reading <question=name>',
      `how a disputed sentence is read, the first by default: ${disputes.map(({ id, readings }) => `${id}=${readings.map(({ name }) => name).join('|')}`).join(', ')}`,
      collect,
      [],
    )
    .option('--only <id, section or word>', 'play only these scenarios (repeatable, commas)', collect, [])
    .option('--skip <id, section or word>', 'leave these out (repeatable, commas)', collect, [])
    .option('--list', 'show what would be played, with the statements cited')
    .addOption(
      new Option('--protocol <version>', '3.1.1 or 3.1 (default: 3.1.1, and 3.1 where the target accepts it)')
        .argParser((value: string, before: readonly Protocol[]): readonly Protocol[] => {
          if (value !== '3.1' && value !== '3.1.1') throw new InvalidArgumentError('expected 3.1.1 or 3.1.');
          return [...before, value];
        })
        .default([], 'both'),
    )
    .option(
      '--timeout <ms>',
      'longest wait for a reply, in ms (default: 400 to 1500, by how fast the target is)',
      whole(50, 600_000),
    )
    .option(
      '--concurrency <n>',
      'scenarios played at the same time (default: 24 or 48, by how fast the target is)',
      whole(1, 1_000),
    )
    .option('--reporter <name[=file]>', `${reporterNames.join(', ')} (repeatable)`, collect, [])
    .option('--out <folder>', 'where index.html and report.json go', 'reports/latest')
    .option('--baseline <report.json>', 'an earlier report: only what is new against it makes exit code 1')
    .option('--accept <file.yaml>', 'known deviations, each with a reason: they do not make exit code 1')
    .option('--strict-accept', 'an accepted deviation that no longer occurs makes exit code 1')
    .option(
      '--replay <file>',
      'instead of the suite: replay this conversation, a fixture or a capture (repeatable)',
      collect,
      [],
    )
    .option('--pcap <file>', 'write all that passes as pcapng, for Wireshark and tshark')
    .option('--repeat-failures <n>', 'how often a failing scenario is played again, alone', whole(0, 100), 4)
    .option('--thorough', 'play what takes a slow target long (65,536 messages to one client) all the same')
    .option('--seed <n>', 'seed of all random choices', whole(0, 4_294_967_295))
    .option('--verbose', 'show every scenario')
    .option('--quiet', 'show the end alone')
    .allowExcessArguments(false)
    .action(async (options: Options) => {
      process.exitCode = await conformance(options);
    });
}

async function conformance(options: Options): Promise<number> {
  const scenarios = options.replay.length > 0 ? replaysOf(options.replay) : choose(serverScenarios, options);
  if (scenarios.length === 0) {
    throw new UsageError(
      `no scenario matches ${[...options.only].join(', ')}: see --list for ids, sections and titles`,
    );
  }
  const address = addressOf(options.target);
  readingsOf(options.reading);
  if (options.list === true) {
    process.stdout.write(listScenarios(scenarios));
    return 0;
  }
  const known = knownOf(options);
  const reporters = reportersOf(options);
  if (address !== undefined) return judge(address, { hints: hintsOf(options), options, scenarios, reporters, known });
  const embedded = await startEmbedded();
  try {
    const hints = { ...embedded.hints, ...hintsOf(options) };
    return await judge(embedded.address, { hints, options, scenarios, reporters, known, targetEnds: true });
  } finally {
    await embedded[Symbol.asyncDispose]();
  }
}

function readingsOf(texts: readonly string[]): ChosenReadings {
  try {
    return Object.assign({}, ...texts.map(parseReading)) as ChosenReadings;
  } catch (error) {
    if (error instanceof UnknownReading) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function restartOf({ restartCommand, stopCommand, startCommand }: Options): Restart | undefined {
  const restart = restartBy({
    ...(restartCommand === undefined ? {} : { restart: restartCommand }),
    ...(stopCommand === undefined ? {} : { stop: stopCommand }),
    ...(startCommand === undefined ? {} : { start: startCommand }),
  });
  if (restart === 'incomplete')
    throw new UsageError('give either --restart-command, or both --stop-command and --start-command');
  return restart;
}

function hintsOf(options: Options): Hints {
  const { websocket, forbiddenTopic } = options;
  const restart = restartOf(options);
  const address = addressOf(websocket);
  if (address !== undefined && !address.scheme.startsWith('ws'))
    throw new UsageError(`--websocket expects ws://host:port/path, got ${websocket}`);
  return {
    ...(address === undefined ? {} : { websocket: address }),
    ...(forbiddenTopic === undefined ? {} : { forbiddenTopic }),
    ...(restart === undefined ? {} : { restart }),
  };
}

function addressOf(target: string | undefined): Address | undefined {
  if (target === undefined) return undefined;
  try {
    return parseAddress(target);
  } catch (error) {
    if (error instanceof BadAddress) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function captureTo(file: string | undefined): RunCapture | undefined {
  if (file === undefined) return undefined;
  try {
    return new RunCapture(file);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${whyNot(error)}`, {
      cause: error,
    });
  }
}

interface Judging {
  readonly hints: Hints;
  readonly options: Options;
  readonly scenarios: readonly Filed[];
  readonly reporters: readonly Reporter[];
  readonly known: Known | undefined;
  readonly targetEnds?: boolean;
}

async function judge(
  address: Address,
  { hints, options, scenarios, reporters, known, targetEnds = false }: Judging,
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const { only, skip, protocol, reading, timeout, concurrency, repeatFailures, thorough = false } = options;
  const capture = captureTo(options.pcap);
  const seed = options.seed ?? Math.floor(Math.random() * 4_294_967_296);
  const report = await run({
    address,
    hints,
    readings: readingsOf(reading),
    scenarios,
    ...(protocol.length === 0 ? {} : { protocols: protocol }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(concurrency === undefined ? {} : { concurrency }),
    repeatFailures,
    thorough,
    targetEnds,
    seed,
    version,
    shownOptions: {
      only,
      skip,
      protocol,
      reading,
      timeout: timeout ?? 'by probing',
      concurrency: concurrency ?? 'by probing',
      repeatFailures,
      thorough,
      seed,
    },
    emit: (event: RunEvent) => {
      for (const reporter of reporters) reporter.receive(event);
    },
    ...(capture === undefined
      ? {}
      : { onlooker: (scenarioId: string, connection: string) => capture.watcher(scenarioId, connection) }),
    interrupted: interruption.signal,
  });
  capture?.close();
  await Promise.all(reporters.map((reporter) => reporter.end()));
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  if (known === undefined) return report.run.exitCode;
  const { exitCode, lines } = judgementOn(report, known);
  // Standard output may belong to a reporter that a program reads.
  const output = options.reporter.some((text) => !text.includes('=')) ? process.stderr : process.stdout;
  output.write(`${visible(lines.join('\n'))}\n`);
  return exitCode;
}
