// Where the target is. In: what the user typed. Out: scheme, host, port, credentials.
/** An address that cannot be used: one clear line, exit code 2. */
export class BadAddress extends Error {}

export interface Address {
  readonly scheme: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  readonly userName?: string;
  readonly password?: string;
  /** Path of a WebSocket address. */
  readonly path: string;
}

const defaultPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;
const schemeAliases: Readonly<Record<string, Address['scheme']>> = {
  mqtt: 'mqtt',
  tcp: 'mqtt',
  mqtts: 'mqtts',
  ssl: 'mqtts',
  tls: 'mqtts',
  ws: 'ws',
  wss: 'wss',
};

function parsePort(text: string, input: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new BadAddress(`bad address ${input}: the port has to be a number from 1 to 65535, got ${text}`);
  }
  return port;
}

/** Parses `host:1883`, `[::1]:1883`, `mqtt://user:password@host:1883`, `ws://host:8080/mqtt`. Throws BadAddress. */
export function parseAddress(input: string): Address {
  const parts = /^(?:([a-z]+):\/\/)?(?:([^@]*)@)?(\[[^\]]+\]|[^:/[\]@\s]+)(?::([^/]*))?(\/\S*)?$/i.exec(input);
  if (parts === null)
    throw new BadAddress(`bad address ${shown(input)}: expected host:port or mqtt://user:password@host:port`);
  const [, schemeText = 'mqtt', credentials, host = '', portText, path = '/mqtt'] = parts;
  const scheme = schemeAliases[schemeText.toLowerCase()];
  if (scheme === undefined) {
    throw new BadAddress(`bad address ${shown(input)}: unknown scheme ${schemeText}, use mqtt, mqtts, ws or wss`);
  }
  const port = portText === undefined ? defaultPorts[scheme] : parsePort(portText, shown(input));
  return { scheme, host: host.replace(/^\[|\]$/g, ''), port, path, ...parseCredentials(credentials) };
}

function parseCredentials(text: string | undefined): { userName?: string; password?: string } {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  if (colon < 0) return { userName: decodeURIComponent(text) };
  return { userName: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) };
}

/** What the user typed, without the password. */
function shown(input: string): string {
  return input.replace(/:[^:@/]*@/, ':***@');
}

/** The address as reports show it: without the password. */
export function formatAddress({ scheme, host, port, userName, path }: Address): string {
  const user = userName === undefined ? '' : `${encodeURIComponent(userName)}@`;
  const where = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${user}${where}:${port}${scheme.startsWith('ws') ? path : ''}`;
}
