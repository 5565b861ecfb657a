// WebSocket and secure WebSocket (chapter 6). In: a port. Out: transports. Packets need not line up with frames.
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { listen } from './listen.ts';
import { certificateName, pendingHandshakes, tlsDefaults } from './tls.ts';
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

/** Many clients may come at once; the system may allow fewer. */
const backlog = 4_096;
/** A peer that does not answer our close frame is cut after this time, and one that does not ask for WebSocket, too. */
const lingerMs = 5_000;
const upgradeMs = 10_000;
const bounds = { headersTimeout: upgradeMs, requestTimeout: upgradeMs, connectionsCheckingInterval: 1_000 };

/** Listens on every path. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenWebSocket(options: WebSocketOptions): Promise<Listening> {
  const { host, port, tls } = options;
  if (tls === undefined) {
    const http = createHttp(bounds);
    return listen(http, { host, port, backlog }, { cut: upgrading(http, options) });
  }
  const https = createHttps({ ...bounds, ...tlsDefaults, ...tls });
  const cuts = [upgrading(https, options), pendingHandshakes(https)];
  return listen(
    https,
    { host, port, backlog },
    {
      cut: () => {
        for (const cut of cuts) cut();
      },
      renewCertificate: (renewed) => https.setSecureContext(renewed),
    },
  );
}

/** Makes WebSocket of HTTP, and hands over what it has become; what is returned cuts off who has not asked for it yet. */
function upgrading(http: Server, { manners, maxFrameBytes, accept }: WebSocketOptions): () => void {
  http.on('request', (_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('MQTT over WebSocket: subprotocol mqtt\n');
  });
  const options: ServerOptions & { readonly closeTimeout: number } = {
    server: http,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    closeTimeout: lingerMs,
    verifyClient: ({ req }, done) => {
      const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (manners.subprotocolOf(offered) === undefined) done(false, 400, 'offer the subprotocol mqtt');
      else done(true);
    },
    handleProtocols: (offered) => manners.subprotocolOf([...offered]) || false,
  };
  const server = new WebSocketServer(options);
  server.on('connection', (socket, { socket: below }) => {
    below.setNoDelay(true);
    const { remoteAddress = '' } = below;
    serve(socket, { remoteAddress, certificateName: certificateName(below), manners, accept });
  });
  return () => {
    server.close();
    http.closeAllConnections();
  };
}

interface Serving {
  readonly remoteAddress: string;
  readonly certificateName: string | undefined;
  readonly manners: WebSocketManners;
  readonly accept: (transport: Transport) => TransportListener;
}

function serve(socket: WebSocket, { remoteAddress, certificateName: name, manners, accept }: Serving): void {
  socket.binaryType = 'nodebuffer';
  let isWaiting = false;
  const sent = (): void => {
    if (!isWaiting || socket.bufferedAmount > 0) return;
    isWaiting = false;
    listener.drained?.();
  };
  const listener = accept({
    remoteAddress,
    certificateName: name,
    write: (bytes, taken) => {
      if (socket.readyState !== socket.OPEN) return taken?.();
      socket.send(bytes, { binary: manners.sendsBinaryFrames() }, () => {
        sent();
        taken?.();
      });
      if (socket.bufferedAmount > 0) isWaiting = true;
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
