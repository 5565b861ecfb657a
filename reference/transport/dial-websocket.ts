// A WebSocket that we open (chapter 6). In: an address. Out: a transport. Packets need not line up with frames (MQTT-6.0.0-2).
import { WebSocket } from 'ws';
import type { DialOptions } from './dial.ts';
import type { Transport, TransportListener } from './transport.ts';

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
      resolve(attach(socket, address.host, accept));
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
  });
}

function attach(
  socket: WebSocket,
  remoteAddress: string,
  accept: (transport: Transport) => TransportListener,
): Transport {
  const transport: Transport = {
    remoteAddress,
    write: (bytes, taken) => {
      // MQTT-6.0.0-1: binary frames.
      if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true }, taken);
      else taken?.();
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(),
    reset: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
  const listener = accept(transport);
  socket.on('message', (data, isBinary) => {
    // MQTT-6.0.0-1: any other data frame ends the connection.
    if (isBinary) listener.bytes(data as Buffer);
    else socket.close(1003, 'MQTT travels in binary frames');
  });
  // Whatever broke it, `close` follows.
  socket.on('error', () => {});
  socket.once('close', (code) => listener.ended(code === 1006 ? 'broken' : 'finished'));
  return transport;
}
