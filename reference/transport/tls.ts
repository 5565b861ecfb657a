// TLS 1.2 and 1.3 on the listening side. In: certificates. Out: servers whose handshakes are bounded, and the names of clients.
import type { Socket } from 'node:net';
import {
  createServer,
  type SecureContextOptions,
  type TLSSocket,
  type TlsOptions,
  type Server as TlsServer,
} from 'node:tls';

/** A handshake that takes longer is given up. */
const handshakeMs = 10_000;

/** What TLS servers of ours have in common; anything of it can be set otherwise. */
export const tlsDefaults = { minVersion: 'TLSv1.2', handshakeTimeout: handshakeMs } as const satisfies TlsOptions;

/** The server's options with another certificate: who may sign those of clients, versions and ciphers stay. */
export function renewedTls(before: TlsOptions, renewed: SecureContextOptions): TlsOptions {
  const { cert: _cert, key: _key, pfx: _pfx, passphrase: _passphrase, ...others } = before;
  const isOther = renewed.cert !== undefined || renewed.pfx !== undefined;
  return { ...tlsDefaults, ...(isOther ? others : before), ...renewed };
}

/** A server that hands over sockets whose handshake is done. A handshake that fails is the client's affair. */
export function tlsServer(tls: TlsOptions, serve: (socket: TLSSocket) => void): TlsServer {
  const server = createServer({ ...tlsDefaults, ...tls }, serve);
  server.on('connection', (socket: Socket) => socket.setNoDelay(true));
  // Node only tells of a handshake that has failed or taken too long.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Common name of the certificate by which a client has shown itself; undefined without one that was verified. */
export function certificateName(socket: Socket): string | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const tls = socket as TLSSocket;
  if (!tls.authorized) return undefined;
  const name: unknown = tls.getPeerCertificate().subject?.CN;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
