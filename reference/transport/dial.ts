// Opens a stream to a server: TCP, TLS, WebSocket, secure WebSocket or a Unix socket (section 4.2). In: an address. Out: a transport.
import { Buffer } from 'node:buffer';
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { dialWebSocket } from './dial-websocket.ts';
import { awaitOpen, came, type SocketOwner, serveDialled, tell } from './tcp.ts';
import type { Transport, TransportListener } from './transport.ts';

/** Where a server is. */
export type DialAddress =
  | { readonly scheme: 'mqtt' | 'mqtts'; readonly host: string; readonly port: number }
  | { readonly scheme: 'ws' | 'wss'; readonly host: string; readonly port: number; readonly path: string }
  | { readonly scheme: 'unix'; readonly path: string };

export interface DialOptions {
  /** What Node's `tls.connect` takes: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized` … */
  readonly tls?: ConnectionOptions | undefined;
  /** The IP address of ours from which TCP is dialled. */
  readonly localAddress?: string | undefined;
  /** Header fields of a WebSocket's opening handshake. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Subprotocol that a WebSocket client offers: `mqtt` (MQTT-6.0.0-3), and `mqttv3.1` for MQTT 3.1. */
  readonly subprotocol?: string | undefined;
}

/** Who wants a stream. One of the two is called, once, and not during the call of `dial`. */
export interface Dialler {
  /** Gets the transport as soon as it is open, before any byte. */
  accept(transport: Transport): TransportListener;
  /** The system's error: ECONNREFUSED, ENOTFOUND, ETIMEDOUT … */
  unreachable(error: unknown): void;
}

/** A stream on its way. */
export interface Dialling {
  /** Nothing is told any more; to be called before the stream is open alone. */
  giveUp(): void;
}

/** Opens a stream, ordered and lossless both ways (MQTT-7.1.2-1). How long that may take is for the dialler to say. */
export function dial(address: DialAddress, options: DialOptions, dialler: Dialler): Dialling {
  const { localAddress } = options;
  switch (address.scheme) {
    case 'mqtt': {
      const { host, port } = address;
      // Half open, so that what the server sent before its FIN is read to the end. Without Nagle's delay.
      const socket = connectTcp({ host, port, localAddress, noDelay: true, allowHalfOpen: true, onread });
      return new SocketDialling(socket, host, dialler).awaits('connect', { readsData: false });
    }
    case 'mqtts': {
      const { host, port } = address;
      // Node hands it on to TCP, although its types don't say so.
      const ofTcp = { localAddress };
      const socket = connectTls({ ...nameOf(host), ...ofTcp, ...options.tls, host, port });
      socket.setNoDelay(true);
      return new SocketDialling(socket, host, dialler).awaits('secureConnect', { readsData: true });
    }
    case 'unix': {
      const socket = connectTcp({ path: address.path, allowHalfOpen: true, onread });
      return new SocketDialling(socket, '', dialler).awaits('connect', { readsData: false });
    }
    case 'ws':
    case 'wss':
      return dialWebSocket(address, options, dialler);
  }
}

/** TLS asks for the server by name, unless it is an IP address (RFC 6066, section 3). */
const nameOf = (host: string): ConnectionOptions => (/^[\d.]+$|:/.test(host) ? {} : { servername: host });

/** All plain sockets read into one buffer, one after the other: who listens is told of a chunk before the next is read. */
const buffer = Buffer.allocUnsafeSlow(65_536);
/** Node calls it as a method of the socket. */
function callback(this: Socket, bytes: number): boolean {
  came(this, buffer.subarray(0, bytes));
  return true;
}
const onread: OnReadOpts = { buffer, callback };

class SocketDialling implements Dialling, SocketOwner {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #dialler: Dialler;
  #readsData = false;
  #error: Error | undefined;

  constructor(socket: Socket, host: string, dialler: Dialler) {
    this.#socket = socket;
    this.#host = host;
    this.#dialler = dialler;
  }

  awaits(openEvent: 'connect' | 'secureConnect', { readsData }: { readonly readsData: boolean }): this {
    this.#readsData = readsData;
    tell(this.#socket, this);
    awaitOpen(this.#socket, openEvent);
    return this;
  }

  giveUp(): void {
    tell(this.#socket, undefined);
    this.#socket.destroy();
  }

  opened(): void {
    serveDialled(this.#socket, this.#dialler, { remoteAddress: this.#host, readsData: this.#readsData });
  }

  failed(error: Error): void {
    this.#error = error;
  }

  /** Nothing is read before it is open. */
  bytes(): void {}

  ended(): void {
    const closed = (): Error => Object.assign(new Error('closed before it was open'), { code: 'ECONNRESET' });
    this.#dialler.unreachable(this.#error ?? closed());
  }
}

/** As the system says it. */
export const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no stream within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
