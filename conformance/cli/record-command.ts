// `mqttspec record`: a proxy that writes what passes as a fixture, and shows it. Until Ctrl-C.

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { Command } from 'commander';
import pico from 'picocolors';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { judgeReport, tellReporters } from '../replay/judge-report.ts';
import { Judgement, type Violation } from '../replay/judgement.ts';
import { LiveText } from '../replay/live-text.ts';
import { type RecordingProxy, startProxy } from '../replay/proxy.ts';
import { Recording } from '../replay/recording.ts';
import { EventTexts, headText } from '../replay/write-fixture.ts';
import { oneLine } from '../reporters/text.ts';
import { type Address, BadAddress, formatAddress, parseAddress } from '../target/address.ts';
import { portNumber } from './port-number.ts';
import { reportersOf } from './reporters-of.ts';
import { version } from './version.ts';

interface Options {
  readonly listen: number;
  readonly host: string;
  readonly target: string;
  readonly out?: string;
  readonly title: string;
  readonly keepPasswords?: boolean;
  readonly brief?: boolean;
  readonly quiet?: boolean;
  readonly judge?: boolean;
  readonly report: string;
}

/** The recording proxy. */
export function recordCommand(): Command {
  return new Command('record')
    .description('a proxy before a broker: shows what passes, and writes it as a fixture, until Ctrl-C')
    .requiredOption('-l, --listen <port>', 'port to listen on; 0: any free one', portNumber)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .requiredOption('-t, --target <address>', 'the broker: host:port, mqtt://host:port or mqtts://host:port')
    .option('-o, --out <file>', 'the fixture to write (without: only show)')
    .option('--title <sentence>', 'what the conversation shows', 'A recorded conversation')
    .option('--keep-passwords', 'write passwords into the file as they are (otherwise as *)')
    .option('--brief', 'show one line a packet, without its fields')
    .option('--quiet', 'show nothing')
    .option('--judge', 'judge both sides while they talk; the exit code is that of a run')
    .option('--report <folder>', 'with --judge: where index.html and report.json go', 'reports/latest')
    .allowExcessArguments(false)
    .action(record);
}

async function record(options: Options): Promise<void> {
  const target = targetOf(options.target);
  const file = await openFile(options, target);
  const texts = new EventTexts();
  const live = new LiveText({ brief: options.brief === true, dim: pico.dim, problem: pico.red });
  const judgement = options.judge === true ? new Judgement(tellViolation) : undefined;
  const [began, startedAt] = [performance.now(), new Date()];
  const recording = new Recording({
    now: () => performance.now(),
    keepPasswords: options.keepPasswords === true,
    emit: (event) => {
      file?.write(texts.of(event));
      if (options.quiet !== true) process.stdout.write(live.of(event));
      judgement?.take(event);
    },
  });
  const proxy = await listen(options, target, recording);
  process.stdout.write(
    `mqttspec record listens on mqtt://${options.host}:${proxy.port} for ${formatAddress(target)}\n`,
  );
  await new Promise<void>((stop, broke) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
    file?.once('error', (cause) => broke(new UsageError(`cannot write ${options.out}: ${cause.message}`, { cause })));
  });
  await proxy[Symbol.asyncDispose]();
  if (file !== undefined) await new Promise<void>((done) => file.end(done));
  if (judgement === undefined) return;
  const durationMs = performance.now() - began;
  const source = { address: formatAddress(target), version, startedAt, durationMs, remarks: [] };
  const report = judgeReport(judgement, source);
  await tellReporters(report, reportersOf({ reporter: [], out: options.report, quiet: options.quiet === true }));
  process.exitCode = report.run.exitCode;
}

function tellViolation({ by, connection, problem, statements }: Violation): void {
  const who = by === 'client' ? 'the client' : 'the broker';
  process.stdout.write(
    `${pico.red(`✖ ${oneLine(connection)}: ${who}: ${oneLine(problem)} (${statements.join(', ')})`)}\n`,
  );
}

function targetOf(text: string): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof BadAddress) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function openFile({ out, title, listen }: Options, address: Address): Promise<WriteStream | undefined> {
  if (out === undefined) return undefined;
  const file = createWriteStream(out);
  try {
    await once(file, 'open');
  } catch (error) {
    throw new UsageError(`cannot write ${out}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const again = `mqttspec record --listen ${listen} --target ${formatAddress(address)} --out ${out}`;
  file.write(headText({ title, recorder: [`mqttspec record ${version}`], capture: [again] }));
  return file;
}

async function listen({ listen: port, host }: Options, target: Address, recording: Recording): Promise<RecordingProxy> {
  const unreachable = (code: string): void => {
    process.stderr.write(
      `mqttspec: cannot reach ${formatAddress(target)}: ${code}. Is the broker running, and on this port?\n`,
    );
  };
  try {
    return await startProxy({ port, host, target, opened: () => recording.open(), unreachable });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the port is in use. Choose another with --listen' : message;
    throw new UsageError(`cannot listen on ${host}:${port}: ${why}`, { cause: error });
  }
}
