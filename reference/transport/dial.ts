// Opens a stream to a server: TCP, TLS, WebSocket, secure WebSocket or a Unix socket (section 4.2). In: an address. Out: a transport.
import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { dialWebSocket } from './dial-websocket.ts';
import { serve } from './tcp.ts';
import type { Transport, TransportListener } from './transport.ts';

/** Where a server is. */
export type DialAddress =
  | { readonly scheme: 'mqtt' | 'mqtts'; readonly host: string; readonly port: number }
  | { readonly scheme: 'ws' | 'wss'; readonly host: string; readonly port: number; readonly path: string }
  | { readonly scheme: 'unix'; readonly path: string };

export interface DialOptions {
  /** Milliseconds for everything up to an open stream, TLS and WebSocket handshakes included. */
  readonly timeoutMs: number;
  /** Gives up dialling; an open stream stays. */
  readonly signal?: AbortSignal | undefined;
  /** What Node's `tls.connect` takes: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized` … */
  readonly tls?: ConnectionOptions | undefined;
  /** Header fields of a WebSocket's opening handshake. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Subprotocol that a WebSocket client offers: `mqtt` (MQTT-6.0.0-3), and `mqttv3.1` for MQTT 3.1. */
  readonly subprotocol?: string | undefined;
  /** Gets the transport as soon as it is open, before any byte. */
  readonly accept: (transport: Transport) => TransportListener;
}

/** Opens a stream, ordered and lossless both ways (MQTT-7.1.2-1). Rejects with the system's error (ECONNREFUSED, ENOTFOUND, ETIMEDOUT …), or with the signal's reason. */
export function dial(address: DialAddress, options: DialOptions): Promise<Transport> {
  switch (address.scheme) {
    case 'mqtt': {
      const { host, port } = address;
      // Half open, so that what the server sent before its FIN is read to the end. Without Nagle's delay.
      return opened(connectTcp({ host, port, noDelay: true, allowHalfOpen: true }), 'connect', options);
    }
    case 'mqtts': {
      const { host, port } = address;
      const socket = connectTls({ ...nameOf(host), ...options.tls, host, port });
      socket.setNoDelay(true);
      return opened(socket, 'secureConnect', options);
    }
    case 'unix':
      return opened(connectTcp({ path: address.path, allowHalfOpen: true }), 'connect', options);
    case 'ws':
    case 'wss':
      return dialWebSocket(address, options);
  }
}

/** TLS asks for the server by name, unless it is an IP address (RFC 6066, section 3). */
const nameOf = (host: string): ConnectionOptions => (/^[\d.]+$|:/.test(host) ? {} : { servername: host });

function opened(
  socket: Socket,
  openEvent: 'connect' | 'secureConnect',
  { timeoutMs, signal, accept }: DialOptions,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(signal?.reason);
    const closed = (): void => fail(Object.assign(new Error('closed before it was open'), { code: 'ECONNRESET' }));
    const timer = setTimeout(() => fail(timedOut(timeoutMs)), timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.off(openEvent, open).off('close', closed);
    };
    const open = (): void => {
      settle();
      socket.off('error', fail);
      resolve(serve(socket, accept));
    };
    socket.once('error', fail).once('close', closed).once(openEvent, open);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
  });
}

/** As the system says it. */
export const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no stream within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
