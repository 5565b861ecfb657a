// A WebSocket that we open (chapter 6). In: an address. Out: a transport. Packets need not line up with frames (MQTT-6.0.0-2).
import { WebSocket } from 'ws';
import type { Dialler, Dialling, DialOptions } from './dial.ts';
import type { Transport, TransportListener } from './transport.ts';
import { frameManners, overWebSocket } from './websocket-stream.ts';

export interface WebSocketAddress {
  readonly scheme: 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Opens a WebSocket, as `dial` does. It fails also where the server chooses no subprotocol that was offered. */
export function dialWebSocket(address: WebSocketAddress, options: DialOptions, dialler: Dialler): Dialling {
  const { tls, headers = {}, subprotocol = 'mqtt', localAddress } = options;
  const { scheme, host, port, path } = address;
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const { host: _host, port: _port, path: _path, ALPNProtocols: _alpn, ...tlsOptions } = tls ?? {};
  // MQTT-6.0.0-3: `mqtt` is offered as the subprotocol.
  const socket = new WebSocket(url, subprotocol, { localAddress, ...tlsOptions, headers, perMessageDeflate: false });
  socket.binaryType = 'nodebuffer';
  const failed = (error: Error): void => dialler.unreachable(error);
  const opened = (): void => {
    socket.off('error', failed);
    const accept = (transport: Transport): TransportListener => dialler.accept(transport);
    overWebSocket(socket, { remoteAddress: host, manners: frameManners, accept });
  };
  socket.once('error', failed).once('open', opened);
  const giveUp = (): void => {
    // What is given up tells of its end by an error.
    socket
      .off('open', opened)
      .off('error', failed)
      .on('error', () => {});
    socket.terminate();
  };
  return { giveUp };
}
