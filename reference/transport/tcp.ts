// TCP, TLS over it, and Unix sockets (section 4.2). In: a port or path. Out: transports.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from 'node:tls';
import type { Listening, StreamEnd, Transport, TransportListener } from './transport.ts';

export interface TcpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** A path of the file system in place of host and port: a Unix socket. */
  readonly path?: string;
  /** Certificate and key: TLS. */
  readonly tls?: TlsOptions;
  readonly accept: (transport: Transport) => TransportListener;
}

/** Many clients may come at once; the system may allow fewer. */
const backlog = 4_096;
const tlsHandshakeMs = 10_000;
/** A peer that does not answer our FIN is cut after this time. */
const lingerMs = 5_000;

/** Listens. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenTcp({ host, port, path, tls, accept }: TcpOptions): Promise<Listening> {
  const server = serverOf(tls, (socket) => serve(socket, accept));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === undefined ? { host, port, backlog } : { path, backlog }, () => {
      server.off('error', reject);
      // A connection that could not be accepted (EMFILE, say) is no reason to end those that are open.
      server.on('error', () => {});
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise((done) => server.close(() => done())),
        ...(tls === undefined
          ? {}
          : { renewCertificate: (options) => (server as TlsServer).setSecureContext(options) }),
      });
    });
  });
}

function serverOf(tls: TlsOptions | undefined, serveOne: (socket: Socket) => void): Server {
  // Half open: an answer to what came before the peer's FIN still goes out.
  if (tls === undefined) return createServer({ noDelay: true, allowHalfOpen: true }, serveOne);
  const server = createTlsServer({ minVersion: 'TLSv1.2', handshakeTimeout: tlsHandshakeMs, ...tls }, serveOne);
  server.on('connection', (socket: Socket) => socket.setNoDelay(true));
  // A handshake that fails is the client's affair.
  server.on('tlsClientError', () => {});
  return server;
}

/** Hands an open socket over to its listener. */
export function serve(socket: Socket, accept: (transport: Transport) => TransportListener): Transport {
  let over = false;
  const transport = transportOver(socket);
  const listener = accept(transport);
  const end = (how: StreamEnd): void => {
    if (over) return;
    over = true;
    listener.ended(how);
  };
  socket.on('data', (chunk: Uint8Array) => listener.bytes(chunk));
  socket.on('end', () => end('finished'));
  // Whatever broke the stream, `close` follows.
  socket.on('error', () => {});
  socket.on('close', () => end('broken'));
  return transport;
}

/** Common name of the certificate by which a TLS client has shown itself; undefined without a valid one. */
function commonNameOf(socket: Socket): string | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const tls = socket as TLSSocket;
  if (!tls.authorized) return undefined;
  const name: unknown = tls.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

function transportOver(socket: Socket): Transport {
  let closing = false;
  return {
    remoteAddress: socket.remoteAddress ?? '',
    certificateName: commonNameOf(socket),
    write: (bytes, taken) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes, taken);
      else taken?.();
    },
    get bufferedBytes() {
      return socket.writableLength;
    },
    close: () => {
      if (closing || socket.destroyed) return;
      closing = true;
      socket.end();
      // What the peer still sends is not read by anybody, but has to be taken, or our FIN would become an RST.
      socket.resume();
      const linger = setTimeout(() => socket.destroy(), lingerMs);
      linger.unref();
      socket.once('close', () => clearTimeout(linger));
    },
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}
