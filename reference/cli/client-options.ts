// Options that `pub` and `sub` share, named as in mosquitto's clients. In: what the user typed. Out: address and options of a client.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseServerAddress } from '../client/address.ts';
import type { Client, ClientOptions, WillOptions } from '../client/index.ts';
import { connect, StoreError } from '../client/index.ts';
import type { Qos } from '../message.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes of `pub` and `sub`, beside 2 for wrong usage. */
export const exitCodes = { done: 0, failed: 1, unreachable: 3, timeOver: 27, interrupted: 130 } as const;

export interface SharedOptions {
  readonly url?: string;
  readonly host: string;
  readonly port?: number;
  readonly unix?: string;
  readonly ws?: boolean;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly clean: boolean;
  readonly keepalive: number;
  readonly qos: Qos;
  readonly username?: string;
  readonly pw?: string;
  readonly protocolVersion: 3 | 4;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly maxInflight: number;
  readonly data?: string;
  readonly willTopic?: string;
  readonly willPayload?: string;
  readonly willQos?: Qos;
  readonly willRetain?: boolean;
  readonly bind?: string;
  readonly cafile?: string;
  readonly capath?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** As with mosquitto's clients: of more at QoS 2 mosquitto 2.0.11 loses some, although it acknowledges all. */
const mostInFlight = 20;
/** Longer than this no timer waits. */
const mostSeconds = 2_000_000;

export function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > mostSeconds)
    throw new InvalidArgumentError(`expected seconds, from 0 to ${mostSeconds}.`);
  return value;
}

function qos(text: string): Qos {
  if (text === '0' || text === '1' || text === '2') return Number(text) as Qos;
  throw new InvalidArgumentError('expected 0, 1 or 2.');
}

function protocolLevel(text: string): 3 | 4 {
  if (['mqttv311', '311', '3.1.1', '4'].includes(text)) return 4;
  if (['mqttv31', '31', '3.1', '3'].includes(text)) return 3;
  throw new InvalidArgumentError('expected mqttv311 or mqttv31.');
}

/** Adds the options that `pub` and `sub` share. */
export function withSharedOptions(command: Command): Command {
  return command
    .helpOption('--help', 'show this help')
    .addOption(
      new Option('-L, --url <url>', 'address and topic, mqtt(s)://[user[:password]@]host[:port]/topic; also ws(s)://'),
    )
    .option('-h, --host <host>', 'host of the server', 'localhost')
    .option('-p, --port <port>', 'its port; 1883, with TLS 8883', wholeNumber(1, 65_535))
    .option('--unix <path>', 'a Unix socket in place of host and port')
    .option('-A, --bind <address>', 'IP address of ours from which to connect')
    .option('--ws', 'speak MQTT over WebSocket')
    .option('-i, --id <id>', 'client id')
    .option('-I, --id-prefix <prefix>', 'client id: this and the process id')
    .option('-c, --no-clean', 'keep the session (needs --id)')
    .addOption(
      new Option('--disable-clean-session', 'the same, as mosquitto calls it').implies({ clean: false }).hideHelp(),
    )
    .option('-k, --keepalive <seconds>', 'Keep Alive; 0: off', wholeNumber(0, 65_535), 60)
    .option('-q, --qos <qos>', 'QoS 0, 1 or 2', qos, 0)
    .option('-u, --username <name>', 'user name')
    .option('-P, --pw <password>', 'password')
    .option('-V, --protocol-version <version>', 'mqttv311 or mqttv31', protocolLevel, 4)
    .option('-M, --max-inflight <n>', 'messages that may be unacknowledged', wholeNumber(1, 65_000), mostInFlight)
    .option('--data <folder>', 'keep what is not acknowledged on the disk (needs -c and -i)')
    .option('-d, --debug', 'tell on standard error what happens to the connection')
    .option('--quiet', 'no messages about errors')
    .option('--will-topic <topic>', 'topic of the will')
    .option('--will-payload <text>', 'message of the will')
    .option('--will-qos <qos>', 'QoS of the will', qos)
    .option('--will-retain', 'the will is retained')
    .option('--cafile <file>', 'certificates that are trusted: TLS')
    .option('--capath <folder>', 'the same, of all files in a folder')
    .option('--cert <file>', 'our certificate')
    .option('--key <file>', 'its key')
    .option('--insecure', 'TLS without a look at the server’s certificate')
    .allowExcessArguments(false);
}

/** Address and topic as `-L` has them. What is behind the host is topic to its end: `#` and `?` are letters of it, and no parts of a URL. */
function partsOf(url: string): { readonly address: string; readonly topic: string } {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  return slash < 0 ? { address: url, topic: '' } : { address: url.slice(0, slash), topic: url.slice(slash + 1) };
}

/** The topic that stands in `-L`, if there is one. */
export function topicOfUrl({ url }: SharedOptions): string | undefined {
  if (url === undefined) return undefined;
  const { topic } = partsOf(url);
  try {
    return topic === '' ? undefined : decodeURIComponent(topic);
  } catch (error) {
    throw new UsageError(`-L: bad topic ${topic}: a "%" that begins no encoded byte is written as "%25"`, {
      cause: error,
    });
  }
}

function addressOf(options: SharedOptions): string {
  const { url, host, unix, ws = false } = options;
  if (unix !== undefined) return `unix:${unix}`;
  if (url !== undefined) return partsOf(url).address;
  const secure = usesTls(options);
  const scheme = ws ? (secure ? 'wss' : 'ws') : secure ? 'mqtts' : 'mqtt';
  const port = options.port ?? (secure ? 8_883 : 1_883);
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const usesTls = ({ cafile, capath, cert, insecure }: SharedOptions): boolean =>
  cafile !== undefined || capath !== undefined || cert !== undefined || insecure === true;

function fileOf(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`--${option}: cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Certificates that are trusted; undefined: those that Node knows. */
function trusted({ cafile, capath }: SharedOptions): Buffer[] | undefined {
  if (cafile === undefined && capath === undefined) return undefined;
  return [
    ...(cafile === undefined ? [] : [fileOf(cafile, 'cafile')]),
    ...(capath === undefined ? [] : certificatesOf(capath)),
  ];
}

function certificatesOf(folder: string): Buffer[] {
  try {
    const files = readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path));
    const certificates = files.filter((file) => /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(file.toString('latin1')));
    if (certificates.length > 0) return certificates;
  } catch (error) {
    throw new UsageError(`--capath: cannot read ${folder}: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(`--capath: ${folder} holds no file with a certificate`);
}

function willOf(options: SharedOptions): WillOptions | undefined {
  const { willTopic, willPayload = '', willQos = 0, willRetain = false } = options;
  if (willTopic === undefined) {
    if (options.willPayload !== undefined || options.willQos !== undefined || options.willRetain === true)
      throw new UsageError('the will needs --will-topic');
    return undefined;
  }
  return { topicName: willTopic, message: willPayload, qos: willQos, retain: willRetain };
}

function clientOptions(options: SharedOptions): ClientOptions {
  const { id, idPrefix, clean, keepalive, username, pw, protocolVersion, maxInflight, cert, key } = options;
  if (id !== undefined && idPrefix !== undefined) throw new UsageError('which client id? Say it by one of -i and -I');
  const clientId = id ?? (idPrefix === undefined ? undefined : `${idPrefix}${process.pid}`);
  if (!clean && clientId === undefined) throw new UsageError('a kept session (-c) needs a client id (-i)');
  const will = willOf(options);
  const ca = trusted(options);
  return {
    cleanSession: clean,
    keepAlive: keepalive,
    protocolLevel: protocolVersion,
    maxInFlight: maxInflight,
    ...(clientId === undefined ? {} : { clientId }),
    ...(username === undefined ? {} : { userName: username }),
    ...(pw === undefined ? {} : { password: pw }),
    ...(will === undefined ? {} : { will }),
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.bind === undefined ? {} : { localAddress: options.bind }),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert: fileOf(cert, 'cert') }),
      ...(key === undefined ? {} : { key: fileOf(key, 'key') }),
      ...(options.insecure === true ? { rejectUnauthorized: false } : {}),
    },
  };
}

/** A message on standard error, unless nobody wants one. */
export function complain({ quiet }: Pick<SharedOptions, 'quiet'>, text: string): void {
  if (quiet !== true) process.stderr.write(`mqttspec: ${text}\n`);
}

/** Connects as the options say. Throws UsageError for what can't be, and what `connect` rejects with. */
export async function connectAs(options: SharedOptions, more: ClientOptions): Promise<Client> {
  const wanted = clientOptions(options);
  try {
    const address = addressOf(options);
    parseServerAddress(address);
    const client = await connect(address, { ...wanted, ...more });
    if (options.debug === true) tellEvents(client);
    return client;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof StoreError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function tellEvents(client: Client): void {
  const tell = (text: string): void => void process.stderr.write(`mqttspec: ${text}\n`);
  tell(`connected to ${client.address} as ${client.clientId}${client.sessionPresent ? ', session present' : ''}`);
  client.on('connected', ({ sessionPresent }) => tell(`connected again${sessionPresent ? ', session present' : ''}`));
  client.on('disconnected', ({ message }) => tell(message));
  client.on('reconnecting', ({ delayMs }) => tell(`tries again in ${Math.round(delayMs)} ms`));
}
