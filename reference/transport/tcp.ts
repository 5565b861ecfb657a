// TCP, TLS over it, and Unix sockets (section 4.2). In: a port or path. Out: transports.
import { createServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { listen } from './listen.ts';
import { readInto, readNoMore } from './read-into.ts';
import { certificateName, pendingHandshakes, tlsServer } from './tls.ts';
import { given, type Listening, type StreamEnd, type Transport, type TransportListener } from './transport.ts';

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
/** A peer that does not answer our FIN is cut after this time. */
const lingerMs = 5_000;

/** Listens. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenTcp({ host, port, path, tls, accept }: TcpOptions): Promise<Listening> {
  const at = path === undefined ? { host, port, backlog } : { path, backlog };
  if (tls === undefined) {
    // Half open: an answer to what came before the peer's FIN still goes out.
    return listen(
      createServer(
        { noDelay: true, allowHalfOpen: true },
        (socket) => void serve(socket, accept, { lendsBuffers: true }),
      ),
      at,
    );
  }
  const server = tlsServer(tls, (socket) => void serve(socket, accept));
  return listen(server, at, {
    cut: pendingHandshakes(server),
    renewCertificate: (renewed) => server.setSecureContext(renewed),
  });
}

/** Hands an open socket over to its listener. `lendsBuffers`: chunks may be there during the call alone, and the listener knows it. */
export function serve(
  socket: Socket,
  accept: (transport: Transport) => TransportListener,
  { lendsBuffers = false }: { readonly lendsBuffers?: boolean } = {},
): Transport {
  const transport = new SocketTransport(socket);
  const listener = accept(transport);
  listeners.set(socket, listener);
  if (!lendsBuffers || !readInto(socket, listener)) socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('drain', onDrain);
  socket.on('error', onError);
  socket.on('close', onClose);
  return transport;
}

/** Who is told of a socket's events, until its end was told. The functions below are shared by all sockets. */
const listeners = new WeakMap<Socket, TransportListener>();

function onData(this: Socket, chunk: Uint8Array): void {
  listeners.get(this)?.bytes(chunk, given);
}

function onDrain(this: Socket): void {
  listeners.get(this)?.drained?.();
}

function onEnd(this: Socket): void {
  ended(this, 'finished');
}

/** Whatever broke the stream, `close` follows. */
function onError(): void {}

function onClose(this: Socket): void {
  ended(this, 'broken');
}

function ended(socket: Socket, how: StreamEnd): void {
  const listener = listeners.get(socket);
  listeners.delete(socket);
  readNoMore(socket);
  listener?.ended(how);
}

class SocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly certificateName: string | undefined;
  readonly #socket: Socket;
  #isClosing = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.certificateName = certificateName(socket);
  }

  write(bytes: Uint8Array, taken?: () => void): void {
    const socket = this.#socket;
    if (!socket.destroyed && socket.writable) socket.write(bytes, taken);
    else taken?.();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  close(): void {
    const socket = this.#socket;
    if (this.#isClosing || socket.destroyed) return;
    this.#isClosing = true;
    socket.end();
    // What the peer still sends is not read by anybody, but has to be taken, or our FIN would become an RST.
    socket.resume();
    const linger = setTimeout(() => socket.destroy(), lingerMs);
    linger.unref();
    socket.once('close', () => clearTimeout(linger));
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
