// TCP, TLS over it, and Unix sockets (section 4.2). In: a port or path. Out: transports.
import { createServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { Arrivals } from './arrivals.ts';
import { linger, lingersNoMore } from './lingering.ts';
import { listen } from './listen.ts';
import { readInto, readNoMore } from './read-into.ts';
import { takenBytes } from './taken-bytes.ts';
import { certificateName, renewedTls, tlsServer } from './tls.ts';
import { given, type Listening, type StreamEnd, type Transport, type TransportListener } from './transport.ts';

export interface TcpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** A path of the file system in place of host and port: a Unix socket. */
  readonly path?: string;
  /** Certificate and key: TLS. */
  readonly tls?: TlsOptions;
  /** Counts handshakes that are not done. */
  readonly arrivals?: Arrivals;
  readonly accept: (transport: Transport) => TransportListener;
}

/** Many clients may come at once; the system may allow fewer. */
const backlog = 4_096;
/** Listens. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenTcp({
  host,
  port,
  path,
  tls,
  arrivals = new Arrivals(),
  accept,
}: TcpOptions): Promise<Listening> {
  const at = path === undefined ? { host, port, backlog } : { path, backlog };
  if (tls === undefined) {
    // Half open: an answer to what came before the peer's FIN still goes out.
    return listen(
      createServer({ noDelay: true, allowHalfOpen: true }, (socket) => serve(socket, accept, { lendsBuffers: true })),
      at,
    );
  }
  const server = tlsServer(tls, (socket) => {
    arrivals.came(socket);
    serve(socket, accept);
  });
  return listen(server, at, {
    cut: arrivals.watch(server),
    renewCertificate: (renewed) => server.setSecureContext(renewedTls(tls, renewed)),
  });
}

/** Hands an accepted socket over to its listener. `lendsBuffers`: chunks may be there during the call alone, and the listener knows it. */
function serve(
  socket: Socket,
  accept: (transport: Transport) => TransportListener,
  { lendsBuffers = false }: { readonly lendsBuffers?: boolean } = {},
): void {
  const listener = accept(new SocketTransport(socket, { certificateName: certificateName(socket) }));
  tell(socket, listener);
  socket.on('error', onError).on('close', onClose);
  listenTo(socket, { readsData: !lendsBuffers || !readInto(socket, listener) });
}

/** Hands a socket that we have opened over to its listener. `readsData`: unless `came` is called with what it reads. */
export function serveDialled(
  socket: Socket,
  dialler: { accept(transport: Transport): TransportListener },
  { remoteAddress, readsData }: { readonly remoteAddress: string; readonly readsData: boolean },
): void {
  tell(socket, dialler.accept(new SocketTransport(socket, { remoteAddress })));
  listenTo(socket, { readsData });
}

/** Who is told of a socket's events: its listener, or who dials, until it is open. */
export interface SocketOwner extends TransportListener {
  opened?(): void;
  /** It broke; `ended` follows. */
  failed?(error: Error): void;
}

/** A field of the socket costs less than a table of sockets. */
const owner = Symbol('owner');
type OwnedSocket = Socket & { [owner]?: SocketOwner | undefined };

const ownerOf = (socket: OwnedSocket): SocketOwner | undefined => socket[owner];

/** From now on, until its end was told. */
export function tell(socket: OwnedSocket, listener: SocketOwner | undefined): void {
  socket[owner] = listener;
}

/** Tells of a chunk that is there during the call alone. */
export function came(socket: Socket, chunk: Uint8Array): void {
  ownerOf(socket)?.bytes(chunk);
}

/** A socket that is not open yet tells its owner whether it opens or fails. */
export function awaitOpen(socket: Socket, openEvent: 'connect' | 'secureConnect'): void {
  socket.on('error', onError).on('close', onClose).on(openEvent, onOpen);
}

function listenTo(socket: Socket, { readsData }: { readonly readsData: boolean }): void {
  if (readsData) socket.on('data', onData);
  socket.on('end', onEnd).on('drain', onDrain);
}

// The functions below are shared by all sockets.

function onOpen(this: Socket): void {
  ownerOf(this)?.opened?.();
}

function onData(this: Socket, chunk: Uint8Array): void {
  ownerOf(this)?.bytes(chunk, given);
}

function onDrain(this: Socket): void {
  ownerOf(this)?.drained?.();
}

function onEnd(this: Socket): void {
  ended(this, 'finished');
}

/** Whatever broke the stream, `close` follows. */
function onError(this: Socket, error: Error): void {
  ownerOf(this)?.failed?.(error);
}

function onClose(this: Socket): void {
  lingersNoMore(this);
  ended(this, 'broken');
}

function ended(socket: Socket, how: StreamEnd): void {
  const listener = ownerOf(socket);
  tell(socket, undefined);
  readNoMore(socket);
  listener?.ended(how);
}

class SocketTransport implements Transport {
  readonly certificateName: string | undefined;
  readonly #socket: Socket;
  #remoteAddress: string | undefined;
  #isClosing = false;

  constructor(
    socket: Socket,
    peer: { readonly remoteAddress?: string; readonly certificateName?: string | undefined },
  ) {
    this.#socket = socket;
    this.#remoteAddress = peer.remoteAddress;
    this.certificateName = peer.certificateName;
  }

  get remoteAddress(): string {
    this.#remoteAddress ??= this.#socket.remoteAddress;
    return this.#remoteAddress ?? '';
  }

  identify(): void {
    this.#remoteAddress ??= this.#socket.remoteAddress;
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

  get takenBytes(): number | undefined {
    return takenBytes(this.#socket);
  }

  close(): void {
    const socket = this.#socket;
    if (this.#isClosing || socket.destroyed) return;
    this.#isClosing = true;
    socket.end();
    // What the peer still sends is not read by anybody, but has to be taken, or our FIN would become an RST.
    socket.resume();
    linger(socket);
  }

  reset(): void {
    // Node resets plain TCP alone, and none that has sent its FIN: others are closed at once.
    const resets = !this.#isClosing && this.#socket.remoteFamily !== undefined && !('encrypted' in this.#socket);
    if (resets) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
