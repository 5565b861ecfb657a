// Stands between clients and a broker and tells what passes. In: a port and a target. Out: what happens, in order. Changes nothing.
import { createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../target/address.ts';
import { dial } from '../wire/dial.ts';
import { type Ending, type Link, LinkRefused } from '../wire/link.ts';

/** Told of one connection: the bytes are valid during the call alone. */
export interface ProxiedConnection {
  bytes(by: 'client' | 'server', chunk: Uint8Array): void;
  ended(by: 'client' | 'server', how: 'fin' | 'rst'): void;
}

export interface ProxyOptions {
  /** 0: any free port. */
  readonly port: number;
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  readonly target: Address;
  readonly opened: () => ProxiedConnection;
  /** The target did not take a connection: the client's was reset. */
  readonly unreachable: (code: string) => void;
}

export interface RecordingProxy extends AsyncDisposable {
  readonly port: number;
}

const dialWithinMs = 10_000;

/** Starts listening. Rejects with Node's error where that is not possible. */
export function startProxy(options: ProxyOptions): Promise<RecordingProxy> {
  const passages = new Set<Passage>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    const passage = new Passage(client, options);
    passages.add(passage);
    client.once('close', () => passages.delete(passage));
    void passage.open();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      server.off('error', reject);
      resolve({ port: portOf(server), [Symbol.asyncDispose]: () => close(server, passages) });
    });
  });
}

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

function close(server: Server, passages: ReadonlySet<Passage>): Promise<void> {
  for (const passage of passages) passage.cut();
  return new Promise((done) => server.close(() => done()));
}

/** One client and its connection to the target. */
class Passage {
  readonly #client: Socket;
  readonly #options: ProxyOptions;
  readonly #told: ProxiedConnection;
  #upstream: Link | undefined;
  /** The client's direction is over, by the client or because we ended it. */
  #clientOver = false;

  constructor(client: Socket, options: ProxyOptions) {
    this.#client = client;
    this.#options = options;
    this.#told = options.opened();
    client.on('error', () => this.#clientEnded('rst'));
    client.on('close', () => this.#clientEnded('rst'));
  }

  /** Dials the target, then lets the client's bytes through. */
  async open(): Promise<void> {
    const { target, unreachable } = this.#options;
    const listener = {
      bytes: (chunk: Uint8Array) => this.#serverSent(chunk),
      textFrame: () => {},
      ended: (how: Ending) => this.#serverEnded(how),
    };
    try {
      this.#upstream = await dial(target, { listener, timeoutMs: dialWithinMs });
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      unreachable(error.code);
      return this.#reset();
    }
    if (this.#clientOver) return this.#upstream.close();
    this.#client.on('data', (chunk: Buffer) => {
      this.#told.bytes('client', chunk);
      this.#upstream?.write(chunk);
    });
    this.#client.on('end', () => this.#clientEnded('fin'));
    this.#client.resume();
  }

  /** Ends both connections. */
  cut(): void {
    this.#clientOver = true;
    this.#client.destroy();
    this.#upstream?.close();
  }

  #clientEnded(how: 'fin' | 'rst'): void {
    if (this.#clientOver) return;
    this.#clientOver = true;
    this.#told.ended('client', how);
    if (how === 'rst') this.#upstream?.reset();
    else this.#upstream?.finish();
  }

  #serverSent(chunk: Uint8Array): void {
    this.#told.bytes('server', chunk);
    // A client that reads slowly slows the broker down, as it would without us.
    if (this.#client.writable && !this.#client.write(new Uint8Array(chunk))) {
      this.#upstream?.pause();
      this.#client.once('drain', () => this.#upstream?.resume());
    }
  }

  #serverEnded(how: Ending): void {
    this.#told.ended('server', how === 'FIN' ? 'fin' : 'rst');
    if (how === 'RST') this.#reset();
    else this.#client.end();
  }

  #reset(): void {
    this.#clientOver = true;
    this.#client.resetAndDestroy();
  }
}
