// A server that accepts everybody and says nothing more, but perhaps one SUBACK. In: connections. Out: what came, and the sockets, to be cut.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface SilentServer extends AsyncDisposable {
  readonly address: string;
  /** All that came behind CONNECT, in hex. */
  came(): string;
  /** Reads no more of the connections that are open. */
  pause(): void;
  /** Ends the connections that are open. */
  cut(): void;
}

const connack = Uint8Array.of(0x20, 2, 0, 0);

/** `subacks`: what a SUBSCRIBE is answered with in hex, connection by connection; `suback`: on all of them. */
export async function startSilentServer({
  suback = '',
  subacks = [],
}: {
  readonly suback?: string;
  readonly subacks?: readonly string[];
} = {}): Promise<SilentServer> {
  let connections = 0;
  const open = new Set<Socket>();
  let came = '';
  const server = createServer((socket) => {
    open.add(socket);
    const answer = subacks[connections++] ?? suback;
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.once('data', () => {
      socket.write(connack);
      socket.on('data', (chunk) => {
        came += chunk.toString('hex');
        if (chunk[0] === 0x82) socket.write(answer, 'hex');
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came: () => came,
    pause() {
      for (const socket of open) socket.pause();
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
