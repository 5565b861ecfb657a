// `mqttspec broker`: the reference broker as a process, until Ctrl-C.
import { Command, InvalidArgumentError } from 'commander';
import { startBroker } from '../../reference/broker/index.ts';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { faultNamed, faults } from '../faults/all.ts';
import type { Fault } from '../faults/fault.ts';
import { version } from './version.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly fault?: string;
  readonly listFaults?: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('expected a port from 0 to 65535.');
  return value;
}

export function brokerCommand(): Command {
  return new Command('broker')
    .description('run the reference broker until Ctrl-C')
    .option('-p, --port <port>', 'port to listen on; 0: any free one', port, 1_883)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'keep sessions and retained messages there, so that they outlive the process')
    .option('--fault <name>', 'run a faulty variant, as a test double for clients')
    .option('--list-faults', 'show the faulty variants')
    .allowExcessArguments(false)
    .action(runBroker);
}

async function runBroker(options: Options): Promise<void> {
  if (options.listFaults === true) {
    for (const { name, title, violates } of faults)
      process.stdout.write(`${name}\n  ${title} (${violates.join(', ')})\n`);
    return;
  }
  const { port: wanted, host, data } = options;
  const fault = faultOf(options.fault);
  const started = startBroker({
    port: wanted,
    host,
    version: `mqttspec ${version}`,
    ...(data === undefined ? {} : { data }),
    ...(fault === undefined ? {} : { fault }),
  });
  const broker = await started.catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(cannotStart(options, error), { cause: error });
  });
  const how = fault === undefined ? '' : `, faulty: ${fault.title}`;
  process.stdout.write(`mqttspec broker listens on mqtt://${host}:${broker.port}${how}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  await broker.stop();
}

function faultOf(name: string | undefined): Fault | undefined {
  if (name === undefined) return undefined;
  const fault = faultNamed(name);
  if (fault === undefined) throw new UsageError(`there is no fault ${name}: see mqttspec broker --list-faults`);
  return fault;
}

function cannotStart({ host, port: wanted }: Options, { name, code, message }: NodeJS.ErrnoException): string {
  if (name === 'StoreError') return message;
  const where = `${host}:${wanted}`;
  if (code === 'EADDRINUSE') return `cannot listen on ${where}: the port is in use. Choose another with --port`;
  if (code === 'EACCES') return `cannot listen on ${where}: not allowed. Ports below 1024 need rights`;
  return `cannot listen on ${where}: ${message}`;
}
