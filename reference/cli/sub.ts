// `mqttspec sub`: subscribes, and prints what comes.
import { Command } from 'commander';
import type { ReceivedMessage, Subscription } from '../client/index.ts';
import { matches } from '../topics/matches.ts';
import { topicFilterProblem } from '../topics/validate.ts';
import {
  complain,
  connectAs,
  exitCodes,
  type SharedOptions,
  topicOfUrl,
  wholeNumber,
  withSharedOptions,
} from './client-options.ts';
import { formatMessage } from './format-message.ts';
import { failure } from './pub.ts';
import { UsageError } from './usage-error.ts';

interface Options extends SharedOptions {
  readonly topic: readonly string[];
  readonly filterOut: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly count?: number;
  readonly timeout?: number;
  readonly verbose?: boolean;
  readonly eol: boolean;
  readonly noRetained?: boolean;
  readonly retainedOnly?: boolean;
  readonly exitAfterSuback?: boolean;
  readonly format?: string;
}

const gather = (text: string, before: readonly string[]): readonly string[] => [...before, text];

export function subCommand(): Command {
  return withSharedOptions(new Command('sub').description('subscribe, and print the messages that come'))
    .option('-t, --topic <filter>', 'topic filter; may be repeated', gather, [])
    .option('-T, --filter-out <filter>', 'what this matches is not printed; may be repeated', gather, [])
    .option(
      '-U, --unsubscribe <filter>',
      'unsubscribe first, from what a kept session has; may be repeated',
      gather,
      [],
    )
    .option('-C, --count <n>', 'end after so many messages', wholeNumber(1, 1_000_000_000))
    .option('-W, --timeout <seconds>', 'end after so many seconds, with exit code 27', wholeNumber(1, 2_000_000))
    .option('-v, --verbose', 'print the topic before the message')
    .option('-N, --no-eol', 'no end of line behind a message')
    .option('-R, --no-retained', 'do not print retained messages')
    .option('--retained-only', 'print retained messages alone; end at the first other one')
    .option('-E, --exit-after-suback', 'end once the subscription is granted, and print no retained message')
    .option(
      '-F, --format <format>',
      'how a message is printed: %t topic, %p payload, %x in hex, %l length, %q QoS, %r retain, %d DUP, %%',
    )
    .action(async (options: Options & { readonly retained: boolean }) => {
      // What is retained comes behind SUBACK, at which `-E` ends.
      process.exitCode = await sub({ ...options, noRetained: !options.retained || options.exitAfterSuback === true });
    });
}

function filtersOf(options: Options): readonly string[] {
  const ofUrl = topicOfUrl(options);
  const filters = ofUrl === undefined ? options.topic : [ofUrl, ...options.topic];
  if (filters.length === 0) throw new UsageError('which topics? Say them by -t');
  for (const filter of [...filters, ...options.filterOut, ...options.unsubscribe]) {
    const problem = topicFilterProblem(filter);
    if (problem !== undefined) throw new UsageError(`expected ${problem.expected}, got ${problem.actual}`);
  }
  return filters;
}

async function sub(options: Options): Promise<number> {
  const filters = filtersOf(options);
  const end = new AbortController();
  let code: number = exitCodes.interrupted;
  const endWith = (exitCode: number): void => {
    if (!end.signal.aborted) code = exitCode;
    end.abort();
  };
  const interrupt = (): void => endWith(exitCodes.interrupted);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  // Who reads what is printed has left (`| head`): no error, as for other commands.
  const readerGone = (): void => endWith(exitCodes.done);
  process.stdout.on('error', readerGone);
  const timer =
    options.timeout === undefined ? undefined : setTimeout(() => endWith(exitCodes.timeOver), options.timeout * 1_000);
  try {
    const take = printer(options, endWith);
    // A kept session brings its messages before anybody has subscribed.
    await using client = await connectAs(options, { signal: end.signal, onMessage: take });
    client.on('ended', (reason) => {
      if (reason.reason === 'ended') return;
      endWith(failure(options, reason));
    });
    if (options.unsubscribe.length > 0) await client.unsubscribe(options.unsubscribe, { signal: end.signal });
    const subscribing = { qos: options.qos, partly: true, onMessage: take, signal: end.signal } as const;
    let subscription: Subscription | undefined;
    client.on('refused', ({ message }) => {
      complain(options, message);
      // After a reconnect: nothing comes any more.
      if (subscription?.grants.length === 0) endWith(exitCodes.failed);
    });
    subscription = await client.subscribe(filters, subscribing);
    if (options.exitAfterSuback === true) endWith(exitCodes.done);
    await new Promise<void>((done) => {
      if (end.signal.aborted) done();
      else end.signal.addEventListener('abort', () => done());
    });
    return code;
  } catch (error) {
    return end.signal.aborted ? code : failure(options, error);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    process.stdout.off('error', readerGone);
  }
}

/** Prints messages until there were enough. */
function printer(options: Options, endWith: (exitCode: number) => void): (message: ReceivedMessage) => void {
  const { filterOut, count = Number.POSITIVE_INFINITY, noRetained, retainedOnly } = options;
  let printed = 0;
  return (message) => {
    if (printed >= count) return;
    if (retainedOnly === true && !message.retain) return endWith(exitCodes.done);
    if (noRetained === true && message.retain) return;
    if (filterOut.some((filter) => matches(filter, message.topicName))) return;
    process.stdout.write(formatMessage(message, options));
    printed++;
    if (printed === count) endWith(exitCodes.done);
  };
}
