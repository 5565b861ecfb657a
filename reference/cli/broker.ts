// `mqttspec broker`: the reference broker as a process, until Ctrl-C. SIGHUP reads users, permissions and certificates again.

import { listenerOf, tlsOf } from '../broker/config/certificates.ts';
import { ConfigError } from '../broker/config/read-settings.ts';
import type { ListenerSettings, Settings } from '../broker/config/settings.ts';
import {
  AccessError,
  type Broker,
  type BrokerOptions,
  jsonLine,
  type LogEntry,
  startBroker,
  textLine,
} from '../broker/index.ts';
import { StoreError } from '../storage/store.ts';
import { type BrokerCliOptions, settingsOf } from './broker-settings.ts';
import { UsageError } from './usage-error.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

export interface RunOptions {
  readonly version: string;
  readonly fault?: BrokerOptions['fault'];
  /** Stands behind each place that the broker tells. */
  readonly note?: string;
}

/** Runs a broker until SIGINT or SIGTERM. Throws UsageError where it cannot be started. */
export async function runBroker(options: BrokerCliOptions, { version, fault, note = '' }: RunOptions): Promise<void> {
  keepYoungGenerationSmall();
  const hangUps = new HangUps();
  const settings = await settingsOf(options);
  await using broker = await started(options, settings, {
    ...(await brokerOptions(settings, options)),
    version: `mqttspec ${version}`,
    ...(fault === undefined ? {} : { fault }),
  });
  for (const { address } of broker.places) say(`mqttspec broker listens on ${address}${note}`);
  if (broker.metricsAddress !== undefined) say(`metrics: ${broker.metricsAddress}`);
  hangUps.serve(() => reload(broker, { options, before: settings }));
  await stopped();
  await hangUps.end();
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What is not acknowledged is lost with the process, and nobody was promised it. */
function endFor({ message }: Error): never {
  process.stderr.write(`mqttspec: ${message}. The broker has ended, and keeps what it has acknowledged\n`);
  process.exit(3);
}

const defaultListeners: readonly ListenerSettings[] = [{ kind: 'tcp', host: '127.0.0.1', port: 1_883 }];

async function brokerOptions(settings: Settings, { trace }: BrokerCliOptions): Promise<BrokerOptions> {
  const { listeners = defaultListeners, access, data, limits, log = {}, metrics, sysIntervalSeconds } = settings;
  const { level = 'warn', format = 'text' } = log;
  const line = format === 'json' ? jsonLine : textLine;
  const write = (entry: LogEntry): void => void process.stderr.write(`${line(entry)}\n`);
  return {
    listeners: await usable(Promise.all(listeners.map((one, i) => listenerOf(one, `listeners[${i}]`)))),
    ...limits,
    ...(access === undefined ? {} : { access }),
    ...(data === undefined ? {} : { data, dataFailed: endFor }),
    ...(level === 'none' ? {} : { log: { level, write } }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(sysIntervalSeconds === undefined ? {} : { sysIntervalMs: sysIntervalSeconds * 1_000 }),
    ...(trace === true ? { trace: say } : {}),
  };
}

async function usable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ConfigError || error instanceof AccessError || error instanceof StoreError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function started(cli: BrokerCliOptions, settings: Settings, options: BrokerOptions): Promise<Broker> {
  try {
    return await usable(startBroker(options));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(cannotListen(cli, settings, error as ListenError), { cause: error });
  }
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function cannotListen(
  { listen, config }: BrokerCliOptions,
  { metrics }: Settings,
  { code, message, address = '', port = -1 }: ListenError,
): string {
  const [isPath, isOfMetrics] = [port < 0, port > 0 && port === metrics?.port];
  const where = isPath ? address : `${address}:${port}`;
  const usual = listen === undefined && config === undefined ? '--port' : '--listen or listeners';
  const how = isOfMetrics ? '--metrics-port or metrics.port' : usual;
  if (code === 'EADDRINUSE')
    return `cannot listen on ${where}: ${isPath ? 'something else is there' : 'the port is in use'}. Choose another with ${how}`;
  if (code === 'EACCES')
    return `cannot listen on ${where}: ${isPath ? 'its folder is missing, or may not be written to' : 'not allowed. Ports below 1024 need rights'}`;
  return `cannot listen: ${message}`;
}

/** Somebody wants it to end. */
function stopped(): Promise<void> {
  return new Promise((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
    // Who read our output has left.
    process.stdout.on('error', () => stop());
  });
}

/** SIGHUP never ends the process: while it starts it is kept for later, and while it ends there is nothing to read again. */
class HangUps {
  #reload: (() => Promise<void>) | undefined;
  #came = false;
  #reloading = Promise.resolve();

  constructor() {
    process.on('SIGHUP', () => {
      const reload = this.#reload;
      if (reload === undefined) this.#came = true;
      else this.#reloading = this.#reloading.then(reload);
    });
  }

  serve(reload: () => Promise<void>): void {
    this.#reload = reload;
    if (this.#came) this.#reloading = reload();
  }

  end(): Promise<void> {
    this.#reload = undefined;
    return this.#reloading;
  }
}

interface Reloading {
  readonly options: BrokerCliOptions;
  readonly before: Settings;
}

/** Users, permissions and certificates of now; what is wrong is told, and everything stays as it was. */
async function reload(broker: Broker, { options, before }: Reloading): Promise<void> {
  try {
    const settings = await settingsOf(options);
    // Where it listens stays; what it shows there is in the same files.
    const { listeners = defaultListeners } = before;
    const renewed = await usable(Promise.all(listeners.map((one, i) => certificateOf(one, i))));
    const stays =
      JSON.stringify({ ...before, access: undefined }) === JSON.stringify({ ...settings, access: undefined });
    if (!stays) say('reload: what has changed besides access needs a restart');
    // Access that is gone from the configuration is not what it was before.
    await usable(broker.reload(settings.access ?? (before.access && {})));
    for (const [i, tls] of renewed.entries()) if (tls !== undefined) broker.places[i]?.renewCertificate?.(tls);
    say('reloaded: users, permissions, certificates');
  } catch (error) {
    process.stderr.write(`mqttspec: cannot reload: ${(error as Error).message}\n`);
  }
}

async function certificateOf(listener: ListenerSettings, i: number) {
  return listener.kind === 'tls' || listener.kind === 'wss' ? tlsOf(listener, `listeners[${i}]`) : undefined;
}
