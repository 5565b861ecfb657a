// `mqttspec broker`: the reference broker as a process, until Ctrl-C.
import { Command, InvalidArgumentError } from 'commander';
import { startBroker } from '../../reference/broker/index.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

interface Options {
  readonly port: number;
  readonly host: string;
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
    .allowExcessArguments(false)
    .action(runBroker);
}

async function runBroker(options: Options): Promise<void> {
  const broker = await startBroker({ ...options, version: `mqttspec ${version}` }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UsageError(cannotListen(options, error), { cause: error });
    },
  );
  process.stdout.write(`mqttspec broker listens on mqtt://${options.host}:${broker.port}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  await broker.stop();
}

function cannotListen({ host, port: wanted }: Options, { code, message }: NodeJS.ErrnoException): string {
  const where = `${host}:${wanted}`;
  if (code === 'EADDRINUSE') return `cannot listen on ${where}: the port is in use. Choose another with --port`;
  if (code === 'EACCES') return `cannot listen on ${where}: not allowed. Ports below 1024 need rights`;
  return `cannot listen on ${where}: ${message}`;
}
