// Certificates in files. In: a listener as the configuration describes it. Out: what Node's TLS takes.
import { readFile } from 'node:fs/promises';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { Listener } from '../listeners.ts';
import { whyUnreadable } from '../why-unreadable.ts';
import { ConfigError } from './read-settings.ts';
import type { ListenerSettings } from './settings.ts';

const usualPorts = { tcp: 1_883, tls: 8_883, ws: 0, wss: 0 } as const;

/** The listener, with its certificates read. Throws ConfigError where a file cannot be used; `key` is its place in the configuration. */
export async function listenerOf(settings: ListenerSettings, key: string): Promise<Listener> {
  const { kind, path = '', host } = settings;
  if (kind === 'unix') return { kind, path };
  const at = { port: settings.port ?? usualPorts[kind], ...(host === undefined ? {} : { host }) };
  if (kind === 'tls' || kind === 'wss') return { kind, ...at, tls: await tlsOf(settings, key) };
  return { kind, ...at };
}

/** What a listener of TLS has now; undefined for others. */
export async function tlsOf(settings: ListenerSettings, key: string): Promise<TlsOptions> {
  const { clientCertificates = 'none' } = settings;
  const [cert, privateKey, ca] = await Promise.all(
    (['certificate', 'key', 'clientAuthority'] as const).map((name) => pem(settings[name], `${key}.${name}`)),
  );
  const tls: TlsOptions = {
    ...(cert === undefined ? {} : { cert }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
    ...(ca === undefined ? {} : { ca }),
    requestCert: clientCertificates !== 'none',
    rejectUnauthorized: clientCertificates === 'required',
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new ConfigError(`${key}: certificate and key cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return tls;
}

async function pem(path: string | undefined, key: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigError(`${key}: cannot read ${path}: ${whyUnreadable(error)}`, { cause: error });
  }
}
