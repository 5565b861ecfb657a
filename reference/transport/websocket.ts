// WebSocket and secure WebSocket (chapter 6). In: a port. Out: transports. Packets need not line up with frames.
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Listening, Transport, TransportListener } from './transport.ts';

/** What the standard decides of a WebSocket server; a faulty broker replaces some of it. */
export interface WebSocketManners {
  /** MQTT-6.0.0-1: MQTT travels in binary frames; any other frame ends the connection. */
  reactionToTextFrame(): 'close' | 'accept';
  /** MQTT-6.0.0-4: which of the subprotocols that the client offers; undefined refuses it. */
  subprotocolOf(offered: readonly string[]): string | undefined;
  /** MQTT-6.0.0-2: what of a frame is read; all of it. */
  readsOf(frame: Uint8Array): Uint8Array;
  /** MQTT-6.0.0-1. */
  sendsBinaryFrames(): boolean;
}

export interface WebSocketOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly manners: WebSocketManners;
  /** For secure WebSocket. */
  readonly tls?: TlsOptions;
  /** Largest frame that is taken, in bytes. */
  readonly maxFrameBytes: number;
  readonly accept: (transport: Transport) => TransportListener;
}

/** Listens on every path. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenWebSocket(options: WebSocketOptions): Promise<Listening> {
  const { host, port, manners, tls, maxFrameBytes, accept } = options;
  const http = tls === undefined ? createHttp() : createHttps(tls);
  http.on('request', (_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('MQTT over WebSocket: subprotocol mqtt\n');
  });
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    verifyClient: ({ req }, done) => {
      const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (manners.subprotocolOf(offered) === undefined) done(false, 400, 'offer the subprotocol mqtt');
      else done(true);
    },
    handleProtocols: (offered) => manners.subprotocolOf([...offered]) || false,
  });
  server.on('connection', (socket, request) => {
    serve(socket, { remoteAddress: request.socket.remoteAddress ?? '', manners, accept });
  });
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ host, port }, () => {
      http.off('error', reject);
      http.on('error', () => {});
      const address = http.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () =>
          new Promise((done) => {
            server.close();
            http.close(() => done());
          }),
      });
    });
  });
}

interface Serving {
  readonly remoteAddress: string;
  readonly manners: WebSocketManners;
  readonly accept: (transport: Transport) => TransportListener;
}

function serve(socket: WebSocket, { remoteAddress, manners, accept }: Serving): void {
  socket.binaryType = 'nodebuffer';
  const listener = accept({
    remoteAddress,
    write: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: manners.sendsBinaryFrames() });
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(),
    reset: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  });
  socket.on('message', (data, isBinary) => {
    if (!isBinary && manners.reactionToTextFrame() === 'close') socket.close(1003, 'MQTT travels in binary frames');
    else listener.bytes(manners.readsOf(data as Buffer));
  });
  // Whatever broke it, `close` follows.
  socket.on('error', () => {});
  socket.once('close', (code) => listener.ended(code === 1006 ? 'broken' : 'finished'));
}
