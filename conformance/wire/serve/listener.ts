// Where a client under test connects to. In: nothing. Out: its connections, one after the other.
import { createServer, type Server, type Socket } from 'node:net';

export class Listener implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #arrived: Socket[] = [];
  #changed: () => void = () => {};

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port of 127.0.0.1. */
  static open(): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true });
    return new Promise((done, broke) => {
      server.once('error', broke);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const listener = new Listener(server, typeof address === 'object' && address !== null ? address.port : 0);
        server.on('connection', (socket) => listener.#come(socket));
        done(listener);
      });
    });
  }

  /** The next connection; undefined if none comes within the time. */
  next(withinMs: number): Promise<Socket | undefined> {
    const first = this.#arrived.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((done) => {
      const timer = setTimeout(() => {
        this.#changed = () => {};
        done(undefined);
      }, withinMs);
      this.#changed = () => {
        clearTimeout(timer);
        this.#changed = () => {};
        done(this.#arrived.shift());
      };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#arrived.splice(0)) socket.destroy();
    return new Promise((done) => this.#server.close(() => done()));
  }

  #come(socket: Socket): void {
    socket.on('error', () => {});
    this.#arrived.push(socket);
    this.#changed();
  }
}
