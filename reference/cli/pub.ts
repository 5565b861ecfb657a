// `mqttspec pub`: publishes what stands on the command line, in a file, or on standard input.
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { type Client, ConnectRefused, Disconnected } from '../client/index.ts';
import { topicNameProblem } from '../topics/validate.ts';
import {
  complain,
  connectAs,
  exitCodes,
  type SharedOptions,
  seconds,
  topicOfUrl,
  wholeNumber,
  withSharedOptions,
} from './client-options.ts';
import { lines } from './lines.ts';
import { UsageError } from './usage-error.ts';

interface Options extends SharedOptions {
  readonly topic?: string;
  readonly message?: string;
  readonly file?: string;
  readonly stdinLine?: boolean;
  readonly stdinFile?: boolean;
  readonly nullMessage?: boolean;
  readonly retain?: boolean;
  readonly repeat: number;
  readonly repeatDelay: number;
}

export function pubCommand(): Command {
  return withSharedOptions(new Command('pub').description('publish messages'))
    .option('-t, --topic <topic>', 'topic to publish to')
    .option('-m, --message <text>', 'the message')
    .option('-f, --file <file>', 'its contents are the message')
    .option('-l, --stdin-line', 'each line of standard input is a message')
    .option('-s, --stdin-file', 'all of standard input is the message; where there is none: exit code 1')
    .option('-n, --null-message', 'a message of no bytes')
    .option('-r, --retain', 'the server keeps the message for subscriptions to come')
    .option('--repeat <n>', 'publish the message so often', wholeNumber(1, 1_000_000_000), 1)
    .option('--repeat-delay <seconds>', 'time between two of them', seconds, 0)
    .addOption(new Option('--nodelay', 'always so; for scripts that say it to mosquitto_pub').hideHelp())
    .action(async (options: Options) => {
      process.exitCode = await pub(options);
    });
}

/** The topic of `-t` or of `-L`. Throws UsageError where there is none, or where it is no Topic Name. */
function topicOf(options: Options): string {
  const topicName = options.topic ?? topicOfUrl(options);
  if (topicName === undefined) throw new UsageError('which topic? Say it by -t');
  const problem = topicNameProblem(topicName);
  if (problem !== undefined) throw new UsageError(`-t: expected ${problem.expected}, got ${problem.actual}`);
  return topicName;
}

async function payloadOf({ message, file, stdinFile }: Options): Promise<string | Uint8Array> {
  if (message !== undefined) return message;
  if (stdinFile === true) return await buffer(process.stdin);
  if (file === undefined) return '';
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`-f: cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function checkSource({ message, file, stdinLine, stdinFile, nullMessage }: Options): void {
  const sources = [message, file, stdinLine, stdinFile, nullMessage].filter((source) => source !== undefined);
  if (sources.length !== 1) throw new UsageError('which message? Say it by one of -m, -f, -l, -s and -n');
}

async function pub(options: Options): Promise<number> {
  checkSource(options);
  const topicName = topicOf(options);
  const payload = options.stdinLine === true ? undefined : await payloadOf(options);
  if (options.stdinFile === true && payload?.length === 0) {
    complain(options, 'nothing came on standard input: say -n for a message of no bytes');
    return exitCodes.failed;
  }
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let lost: Disconnected | undefined;
  try {
    await using client = await connectAs(options, { signal: interrupt.signal });
    // Not when the next line comes: nothing may ever come.
    client.on('ended', (reason) => {
      if (reason.reason === 'ended') return;
      lost = reason;
      stop();
    });
    const send = (one: string | Uint8Array): Promise<void> =>
      client.publish(topicName, one, { qos: options.qos, retain: options.retain === true });
    if (payload === undefined) await publishLines(client, send, interrupt.signal);
    else await publishRepeatedly(payload, options, send, interrupt.signal);
    await client.end({ settle: true, signal: interrupt.signal });
    return exitCodes.done;
  } catch (error) {
    if (lost !== undefined) return failure(options, lost);
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    return failure(options, error);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** What went wrong, said on standard error, as an exit code. Throws what is no affair of the connection. */
export function failure(options: SharedOptions, error: unknown): number {
  if (error instanceof UsageError || !(error instanceof Error)) throw error;
  complain(options, error.message);
  return error instanceof Disconnected && !(error instanceof ConnectRefused) ? exitCodes.unreachable : exitCodes.failed;
}

/** Messages of standard input that wait for their acknowledgement. */
const mostPending = 1_000;

async function publishLines(
  client: Client,
  send: (line: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let failed: unknown;
  let waiting = 0;
  let allSettled = (): void => {};
  const settled = (): void => {
    if (--waiting === 0) allSettled();
  };
  signal.addEventListener('abort', () => {
    process.stdin.destroy();
    allSettled();
  });
  for await (const line of lines(process.stdin)) {
    signal.throwIfAborted();
    waiting++;
    const sent = send(line).then(settled, (error: unknown) => {
      failed ??= error;
      settled();
    });
    if (client.pendingMessages >= mostPending) await sent;
    if (failed !== undefined) throw failed;
  }
  // The last of them may fail long after the input has ended.
  if (waiting > 0 && !signal.aborted)
    await new Promise<void>((done) => {
      allSettled = done;
    });
  signal.throwIfAborted();
  if (failed !== undefined) throw failed;
}

async function publishRepeatedly(
  payload: string | Uint8Array,
  { repeat, repeatDelay }: Options,
  send: (payload: string | Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let i = 0; i < repeat; i++) {
    if (i > 0 && repeatDelay > 0) await after(repeatDelay * 1_000, undefined, { signal });
    signal.throwIfAborted();
    await send(payload);
  }
}
