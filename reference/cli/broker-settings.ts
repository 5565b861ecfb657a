// The command line of the broker. In: its options. Out: settings, as the configuration file has them, and over those of the file.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError, checkSettings, readSettings } from '../broker/config/read-settings.ts';
import type { ListenerSettings, Settings } from '../broker/config/settings.ts';
import { logLevels } from '../broker/log/log-entry.ts';
import { UsageError } from './usage-error.ts';

export interface BrokerCliOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly listen?: readonly ListenerSettings[];
  readonly certificate?: string;
  readonly key?: string;
  readonly clientCertificates?: 'none' | 'optional' | 'required';
  readonly clientAuthority?: string;
  readonly certificateNames?: boolean;
  readonly data?: string;
  readonly passwordFile?: string;
  readonly anonymous?: boolean;
  readonly logLevel?: 'none' | (typeof logLevels)[number];
  readonly logFormat?: 'text' | 'json';
  readonly metricsPort?: number;
  readonly metricsHost?: string;
  readonly trace?: boolean;
}

/** The options of the command, as they are documented. */
export function withBrokerOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration in JSON or YAML; options of the command line take precedence')
    .option('-p, --port <port>', 'port to listen on; 0: any free one (1883)', port)
    .option('--host <host>', 'address to listen on (127.0.0.1)')
    .option(
      '--listen <address>',
      'place to listen at: mqtt://host:port, mqtts://, ws://, wss:// or unix:path; repeatable',
      listeners,
    )
    .option('--data <folder>', 'keep sessions and retained messages there, so that they outlive the process')
    .option('--certificate <file>', 'certificate and chain of mqtts and wss, PEM')
    .option('--key <file>', 'private key of mqtts and wss, PEM')
    .addOption(
      new Option('--client-certificates <how>', 'ask clients for certificates').choices([
        'none',
        'optional',
        'required',
      ]),
    )
    .option('--client-authority <file>', 'who may sign certificates of clients, PEM')
    .option('--certificate-names', 'the common name of a client certificate is the user name')
    .option('--password-file <file>', 'users and their passwords, see mqttspec broker passwd')
    .option('--anonymous', 'let clients without a user name in (where there is no password file)')
    .option('--no-anonymous', 'let nobody in without a user name')
    .addOption(
      new Option('--log-level <level>', 'what is logged on standard error (warn)').choices(['none', ...logLevels]),
    )
    .addOption(new Option('--log-format <format>', 'how a line of the log looks (text)').choices(['text', 'json']))
    .option('--metrics-port <port>', 'serve metrics to Prometheus on this port', port)
    .option('--metrics-host <host>', 'address of the metrics (127.0.0.1)')
    .option('--trace', 'print each packet that comes or goes');
}

/** Settings of the file, with those of the command line over them. Throws UsageError. */
export async function settingsOf(options: BrokerCliOptions): Promise<Settings> {
  try {
    const file = options.config === undefined ? {} : await readSettings(options.config);
    return checkSettings(merged(file, options), options.config ?? 'command line');
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function merged(file: Settings, options: BrokerCliOptions): Settings {
  const { data, passwordFile, anonymous, certificateNames, logLevel, logFormat, metricsPort, metricsHost } = options;
  const access = given({ passwordFile, anonymous, certificateNames });
  const log = given({ level: logLevel, format: logFormat });
  const metrics = given({ port: metricsPort, host: metricsHost });
  const places = listenersOf(options);
  return {
    ...file,
    ...(data === undefined ? {} : { data }),
    ...(places.length > 0 ? { listeners: places } : {}),
    ...(Object.keys(access).length > 0 ? { access: { ...file.access, ...access } } : {}),
    ...(Object.keys(log).length > 0 ? { log: { ...file.log, ...log } } : {}),
    ...(Object.keys(metrics).length > 0
      ? { metrics: { ...file.metrics, ...metrics } as Settings['metrics'] & object }
      : {}),
  };
}

/** What is there of it. */
const given = <T extends object>(values: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

function listenersOf(options: BrokerCliOptions): readonly ListenerSettings[] {
  const { port: wanted, host, listen = [], certificate, key, clientCertificates, clientAuthority } = options;
  const tls = given({ certificate, key, clientCertificates, clientAuthority });
  const first = given({ port: wanted, host });
  const places = [...(Object.keys(first).length > 0 ? [{ kind: 'tcp', ...first } as const] : []), ...listen];
  return places.map((place) => (place.kind === 'tls' || place.kind === 'wss' ? { ...place, ...tls } : place));
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('expected a port from 0 to 65535.');
  return value;
}

const kinds: Readonly<Record<string, 'tcp' | 'tls' | 'ws' | 'wss'>> = {
  'mqtt:': 'tcp',
  'mqtts:': 'tls',
  'ws:': 'ws',
  'wss:': 'wss',
};
const usualPorts = { tcp: 1_883, tls: 8_883, ws: 80, wss: 443 } as const;

function listeners(text: string, before: readonly ListenerSettings[] = []): readonly ListenerSettings[] {
  if (text.startsWith('unix:') && text.length > 5) return [...before, { kind: 'unix', path: text.slice(5) }];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const kind = kinds[url?.protocol ?? ''];
  if (url === undefined || kind === undefined || url.hostname === '')
    throw new InvalidArgumentError('expected mqtt://host:port, mqtts://, ws://, wss:// or unix:path.');
  const wanted = url.port === '' ? usualPorts[kind] : Number(url.port);
  return [...before, { kind, host: url.hostname.replace(/^\[|\]$/g, ''), port: wanted }];
}
