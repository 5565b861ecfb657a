// TCP (section 4.2). In: a port. Out: transports.
import { createServer, type Socket } from 'node:net';
import type { Listening, StreamEnd, Transport, TransportListener } from './transport.ts';

export interface TcpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly accept: (transport: Transport) => TransportListener;
}

/** Many clients may come at once; the system may allow fewer. */
const backlog = 4_096;
/** A peer that does not answer our FIN is cut after this time. */
const lingerMs = 5_000;

/** Listens. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export function listenTcp({ host, port, accept }: TcpOptions): Promise<Listening> {
  // Half open: an answer to what came before the peer's FIN still goes out.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => serve(socket, accept));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      // A connection that could not be accepted (EMFILE, say) is no reason to end those that are open.
      server.on('error', () => {});
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

function serve(socket: Socket, accept: (transport: Transport) => TransportListener): void {
  let over = false;
  const transport = transportOver(socket);
  const listener = accept(transport);
  const end = (how: StreamEnd): void => {
    if (over) return;
    over = true;
    listener.ended(how);
  };
  socket.on('data', (chunk: Uint8Array) => listener.bytes(chunk));
  socket.on('end', () => end('finished'));
  // Whatever broke the stream, `close` follows.
  socket.on('error', () => {});
  socket.on('close', () => end('broken'));
}

function transportOver(socket: Socket): Transport {
  let closing = false;
  return {
    remoteAddress: socket.remoteAddress ?? '',
    write: (bytes) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes);
    },
    get bufferedBytes() {
      return socket.writableLength;
    },
    close: () => {
      if (closing || socket.destroyed) return;
      closing = true;
      socket.end();
      // What the peer still sends is not read by anybody, but has to be taken, or our FIN would become an RST.
      socket.resume();
      const linger = setTimeout(() => socket.destroy(), lingerMs);
      linger.unref();
      socket.once('close', () => clearTimeout(linger));
    },
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}
