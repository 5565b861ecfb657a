// No client at all: a socket of Node and packets that were made before. What it takes to publish one message at a time is the floor of
// every client, and on some machines most of what they cost: two processes that wake each other.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { encode } from '../../../reference/codec/encode.ts';
import type { Contender, Publishing } from './contenders.ts';

/** Nobody who measures takes longer over one message. */
const longestWaitMs = 10_000;

export const noClient = 'no client, bare packets';

export class BareSocket implements Contender {
  readonly #socket: Socket;
  #answered = (): void => {};
  #closed = (): void => {};

  private constructor(port: number) {
    const callback = (): boolean => {
      this.#answered();
      return true;
    };
    const onread = { buffer: Buffer.alloc(4_096), callback };
    this.#socket = createConnection({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.setTimeout(longestWaitMs, () => this.#socket.destroy());
    // Whoever waits when it closes, by that bound or by the broker, is told.
    this.#socket.on('close', () => this.#closed());
  }

  static async open(port: number): Promise<BareSocket> {
    const opened = new BareSocket(port);
    await once(opened.#socket, 'connect');
    const basics = { type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 0 } as const;
    await opened.#exchange(encode({ ...basics, clientId: 'bare' }));
    return opened;
  }

  publishOnce(): Promise<number> {
    throw new Error('a bare socket publishes one message at a time');
  }

  async publishSurely(publishing: Publishing, { until }: { inFlight: number; until: () => boolean }): Promise<number> {
    return (await this.latencies(publishing, until)).length;
  }

  receive(): Promise<void> {
    throw new Error('a bare socket has no subscription');
  }

  latencies({ payload, topics: [topicName = ''] }: Publishing, until: () => boolean): Promise<number[]> {
    const all: number[] = [];
    const packet = encode({ type: 'publish', qos: 1, dup: false, retain: false, packetId: 1, topicName, payload });
    return new Promise((done, broke) => {
      this.#closed = () => broke(unanswered());
      let began = 0;
      const next = (): void => {
        if (began > 0) all.push(performance.now() - began);
        if (until()) return done(all);
        began = performance.now();
        this.#socket.write(packet);
      };
      this.#answered = next;
      next();
    });
  }

  async end(): Promise<void> {
    this.#socket.destroy();
  }

  #exchange(packet: Uint8Array): Promise<void> {
    return new Promise((done, broke) => {
      this.#answered = done;
      this.#closed = () => broke(unanswered());
      this.#socket.write(packet);
    });
  }
}

const unanswered = (): Error =>
  new Error(`a bare socket was closed by the broker, or got no answer in ${longestWaitMs} ms`);
