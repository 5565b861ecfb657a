// WebSocket and secure WebSocket (chapter 6). In: a port. Out: transports. Packets need not line up with frames.
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { type ServerOptions, WebSocketServer } from 'ws';
import { Arrivals } from './arrivals.ts';
import { listen } from './listen.ts';
import { certificateName, renewedTls, tlsDefaults } from './tls.ts';
import type { Listening, Transport, TransportListener } from './transport.ts';
import { type FrameManners, mostBesideBytes, overWebSocket } from './websocket-stream.ts';

/** What the standard decides of a WebSocket server; a faulty broker replaces some of it. */
export interface WebSocketManners extends FrameManners {
  /** MQTT-6.0.0-4: which of the subprotocols that the client offers; undefined refuses it. */
  subprotocolOf(offered: readonly string[]): string | undefined;
}

export interface WebSocketOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly manners: WebSocketManners;
  /** For secure WebSocket. */
  readonly tls?: TlsOptions;
  /** Largest packet that is taken, in bytes. */
  readonly maxPacketBytes: number;
  /** Counts who has not become WebSocket yet. */
  readonly arrivals?: Arrivals;
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
  const cut = upgrading(https, options);
  return listen(
    https,
    { host, port, backlog },
    { cut, renewCertificate: (renewed) => https.setSecureContext(renewedTls(tls, renewed)) },
  );
}

/** Makes WebSocket of HTTP, and hands over what it has become; what is returned cuts off who has not asked for it yet. */
function upgrading(
  http: Server,
  { manners, maxPacketBytes, arrivals = new Arrivals(), accept }: WebSocketOptions,
): () => void {
  const cut = arrivals.watch(http);
  http.on('request', (_request, response) => {
    response
      .writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
      .end('MQTT over WebSocket: subprotocol mqtt\n');
  });
  const options: ServerOptions & { readonly closeTimeout: number } = {
    server: http,
    perMessageDeflate: false,
    maxPayload: maxPacketBytes + mostBesideBytes,
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
    arrivals.came(below);
    below.setNoDelay(true);
    const { remoteAddress = '' } = below;
    overWebSocket(socket, { remoteAddress, certificateName: certificateName(below), manners, accept, below });
  });
  return () => {
    server.close();
    http.closeAllConnections();
    cut();
  };
}
