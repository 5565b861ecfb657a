// Where the broker can be reached. In: listeners as the user writes them. Out: listening sockets and their addresses.
import type { TlsOptions } from 'node:tls';
import type { Arrivals } from '../transport/arrivals.ts';
import { listenTcp } from '../transport/tcp.ts';
import type { Listening, Transport, TransportListener } from '../transport/transport.ts';
import { removeStaleSocket } from '../transport/unix.ts';
import { listenWebSocket, type WebSocketManners } from '../transport/websocket.ts';

interface NetworkPlace {
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/** One place to listen at. `tls` is what Node's `tls.createServer` takes: `cert`, `key`, `ca`, `requestCert` … */
export type Listener =
  | ({ readonly kind: 'tcp' } & NetworkPlace)
  | ({ readonly kind: 'tls'; readonly tls: TlsOptions } & NetworkPlace)
  | ({ readonly kind: 'ws' } & NetworkPlace)
  | ({ readonly kind: 'wss'; readonly tls: TlsOptions } & NetworkPlace)
  | { readonly kind: 'unix'; readonly path: string };

export interface Place extends Listening {
  readonly kind: Listener['kind'];
  /** As clients want it: `mqtt://127.0.0.1:1883`, `ws://127.0.0.1:8080/mqtt`, `unix:/run/mqtt.sock`. */
  readonly address: string;
}

export interface ListenOptions {
  readonly manners: WebSocketManners;
  readonly maxPacketBytes: number;
  readonly arrivals: Arrivals;
  readonly accept: (transport: Transport) => TransportListener;
}

/** Listens at one place. Rejects with Node's error where that cannot be. */
export async function listenAt(listener: Listener, options: ListenOptions): Promise<Place> {
  const listening = await open(listener, options);
  return { ...listening, kind: listener.kind, address: addressOf(listener, listening.port) };
}

async function open(
  listener: Listener,
  { manners, maxPacketBytes, arrivals, accept }: ListenOptions,
): Promise<Listening> {
  if (listener.kind === 'unix') {
    await removeStaleSocket(listener.path);
    return listenTcp({ host: '', port: 0, path: listener.path, accept });
  }
  const { host = '127.0.0.1', port } = listener;
  switch (listener.kind) {
    case 'tcp':
      return listenTcp({ host, port, accept });
    case 'tls':
      return listenTcp({ host, port, tls: listener.tls, arrivals, accept });
    case 'ws':
      return listenWebSocket({ host, port, manners, maxPacketBytes, arrivals, accept });
    case 'wss':
      return listenWebSocket({ host, port, tls: listener.tls, manners, maxPacketBytes, arrivals, accept });
  }
}

const schemes = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' } as const;

function addressOf(listener: Listener, port: number): string {
  if (listener.kind === 'unix') return `unix:${listener.path}`;
  const { kind, host = '127.0.0.1' } = listener;
  const path = kind === 'ws' || kind === 'wss' ? '/mqtt' : '';
  return `${schemes[kind]}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}
