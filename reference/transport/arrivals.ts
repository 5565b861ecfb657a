// Connections on their way in: their handshake of TLS or their request for WebSocket is not done. In: sockets as they come. Out: how many
// there are, the bound of that, and an end to all of them.
import type { Server, Socket } from 'node:net';

/** Counts across all listeners of a broker. `hasRoom`: for one more that no client was let in on. */
export class Arrivals {
  readonly #hasRoom: () => boolean;
  readonly #turnedAway: (remoteAddress: string | undefined) => void;
  readonly #sockets = new Map<string, Socket>();

  constructor(hasRoom: () => boolean = () => true, turnedAway: (remoteAddress: string | undefined) => void = () => {}) {
    this.#hasRoom = hasRoom;
    this.#turnedAway = turnedAway;
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Looks after who comes to this server; what is returned cuts them off. */
  watch(server: Server): () => void {
    const here = new Map<Socket, string>();
    server.on('connection', (socket: Socket) => {
      if (!this.#hasRoom()) {
        this.#turnedAway(socket.remoteAddress);
        return void socket.destroy();
      }
      const peer = peerOf(socket);
      here.set(socket, peer);
      this.#sockets.set(peer, socket);
      socket.once('close', () => {
        here.delete(socket);
        if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
      });
    });
    return () => {
      for (const [socket, peer] of here) if (this.#sockets.get(peer) === socket) socket.destroy();
    };
  }

  /** It has come in: from now on whoever took it over looks after it. */
  came(socket: Socket): void {
    this.#sockets.delete(peerOf(socket));
  }
}

/** The same for a socket and for TLS over it. */
const peerOf = ({ remoteAddress, remotePort, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`;
