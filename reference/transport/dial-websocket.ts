// A WebSocket that we open (chapter 6). In: an address. Out: a transport. Packets need not line up with frames (MQTT-6.0.0-2).
import { WebSocket } from 'ws';
import type { DialOptions } from './dial.ts';
import type { Transport } from './transport.ts';
import { frameManners, overWebSocket } from './websocket-stream.ts';

export interface WebSocketAddress {
  readonly scheme: 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Opens a WebSocket. Rejects as `dial` does, also where the server chooses no subprotocol that was offered. */
export function dialWebSocket(address: WebSocketAddress, options: DialOptions): Promise<Transport> {
  const { timeoutMs, signal, tls, headers = {}, subprotocol = 'mqtt', accept } = options;
  const { scheme, host, port, path } = address;
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const { host: _host, port: _port, path: _path, ALPNProtocols: _alpn, ...tlsOptions } = tls ?? {};
  return new Promise((resolve, reject) => {
    // MQTT-6.0.0-3: `mqtt` is offered as the subprotocol.
    const socket = new WebSocket(url, subprotocol, {
      ...tlsOptions,
      headers,
      handshakeTimeout: timeoutMs,
      perMessageDeflate: false,
    });
    socket.binaryType = 'nodebuffer';
    const abort = (): void => {
      socket.terminate();
      reject(signal?.reason);
    };
    const failed = (error: Error): void => {
      signal?.removeEventListener('abort', abort);
      const late = error.message === 'Opening handshake has timed out';
      reject(late ? Object.assign(error, { code: 'ETIMEDOUT' }) : error);
    };
    socket.once('error', failed);
    socket.once('open', () => {
      signal?.removeEventListener('abort', abort);
      socket.off('error', failed);
      resolve(overWebSocket(socket, { remoteAddress: address.host, manners: frameManners, accept }));
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
  });
}
