// Where the server is. In: what the user wrote. Out: where to dial, and credentials. Knows nothing of sockets.
import type { DialAddress } from '../transport/dial.ts';

export interface ServerAddress {
  readonly dial: DialAddress;
  readonly credentials?: Credentials | undefined;
}

interface Credentials {
  readonly userName: string;
  readonly password?: string;
}

const ports = { mqtt: 1_883, mqtts: 8_883, ws: 80, wss: 443 } as const;
const isScheme = (name: string): name is keyof typeof ports => Object.hasOwn(ports, name);

/** Many clients of one server share its address. */
let latest: { readonly text: string; readonly address: ServerAddress } | undefined;

/** Parses `mqtt://user:password@host:1883`, `mqtts:`, `ws://host/mqtt`, `wss:` and `unix:/run/mqtt.sock`. Throws TypeError. */
export function parseServerAddress(input: string | URL): ServerAddress {
  const text = String(input);
  if (latest?.text === text) return latest.address;
  const address = parse(text);
  // No password stays behind.
  if (!text.includes('@')) latest = { text, address };
  return address;
}

function parse(text: string): ServerAddress {
  // All that could be a password: who writes an `@` or a `/` in one writes no address.
  const shown = text.replace(/^([a-z]+:\/\/[^:@/]*:).*@/i, '$1***@');
  if (text.startsWith('unix:')) return { dial: { scheme: 'unix', path: unixPath(text, shown) } };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new TypeError(`bad address ${shown}: expected mqtt://host:port`);
  const scheme = url.protocol.slice(0, -1);
  if (!isScheme(scheme)) {
    throw new TypeError(`bad address ${shown}: unknown scheme ${scheme}, use mqtt, mqtts, ws, wss or unix`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw new TypeError(`bad address ${shown}: the host is missing`);
  const port = url.port === '' ? ports[scheme] : Number(url.port);
  return { dial: dialAddress(scheme, { host, port }, url), credentials: credentials(url, shown) };
}

function dialAddress(scheme: keyof typeof ports, where: { host: string; port: number }, url: URL): DialAddress {
  if (scheme === 'mqtt' || scheme === 'mqtts') return { scheme, ...where };
  return { scheme, ...where, path: `${url.pathname === '/' ? '/mqtt' : url.pathname}${url.search}` };
}

function unixPath(text: string, shown: string): string {
  const path = decoded(text.slice('unix:'.length).replace(/^\/\/(?=\/)/, ''), shown);
  if (path === '') throw new TypeError(`bad address ${shown}: expected unix:/path/of/a/socket`);
  return path;
}

function credentials({ username, password }: URL, shown: string): Credentials | undefined {
  // MQTT-3.1.2-22
  if (username === '' && password !== '')
    throw new TypeError(`bad address ${shown}: a password demands a user name in front of it (MQTT-3.1.2-22)`);
  if (username === '') return undefined;
  const userName = decoded(username, shown);
  return password === '' ? { userName } : { userName, password: decoded(password, shown) };
}

function decoded(text: string, shown: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new TypeError(`bad address ${shown}: a "%" that begins no encoded byte is written as "%25"`, {
      cause: error,
    });
  }
}

/** The address as messages show it, without credentials. */
export function formatAddress(address: DialAddress): string {
  if (address.scheme === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.scheme}://${host}:${address.port}`;
}
