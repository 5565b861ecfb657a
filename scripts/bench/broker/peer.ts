// One connection of the load: finds packets by their headers alone, without decoding them.
import { connect as dial, type Socket } from 'node:net';
import { connect, subscribe } from './packets.ts';

/** What a peer does with a whole packet that begins at `at`, with its body from `bodyAt` to `end`. */
export type Visit = (bytes: Buffer, at: number, bodyAt: number, end: number) => void;

// One buffer for the reads of all peers, since each chunk is done with before the next one is read:
// what the load costs is not what is measured.
const readBuffer = Buffer.allocUnsafe(65_536);

export class Peer {
  readonly socket: Socket;
  /** PUBLISH packets that have begun to come. */
  published = 0;
  /** Packets of other types. */
  answered = 0;
  /** Sees whole packets; without it they are only counted, and their bodies skipped. */
  visit: Visit | undefined;
  /** Called behind each chunk. */
  afterChunk: (() => void) | undefined;
  #skip = 0;
  #kept: Buffer | undefined;
  #woken: (() => void) | undefined;

  private constructor(port: number) {
    const callback = (bytes: number): boolean => {
      this.#chunk(readBuffer.subarray(0, bytes));
      return true;
    };
    const socket = dial({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: readBuffer, callback } });
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => this.#woken?.());
  }

  /** Connects; resolves when CONNACK has come. */
  static async connect(port: number, clientId: string, { cleanSession = true } = {}): Promise<Peer> {
    const peer = new Peer(port);
    const { socket } = peer;
    // Leaves as soon as the connection stands.
    socket.write(connect(clientId, cleanSession));
    await peer.answers(1);
    return peer;
  }

  /** Subscribes, and waits for SUBACK. */
  async subscribe(topicFilters: readonly string[], qos = 0): Promise<void> {
    const before = this.answered;
    this.socket.write(subscribe(1, topicFilters, qos));
    await this.answers(before + 1);
  }

  /** Resolves when so many answers have come in all. */
  async answers(count: number): Promise<void> {
    while (this.answered < count) {
      if (this.socket.closed)
        throw new Error(`the broker closed a connection of the load (port ${this.socket.remotePort})`);
      await new Promise<void>((woken) => {
        this.#woken = woken;
      });
    }
    this.#woken = undefined;
  }

  /** A PINGREQ whose answer comes behind everything before. */
  async ping(): Promise<void> {
    const before = this.answered;
    this.socket.write(Buffer.from([0xc0, 0]));
    await this.answers(before + 1);
  }

  end(): void {
    this.socket.destroy();
  }

  #chunk(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#kept !== undefined) {
      bytes = Buffer.concat([this.#kept, chunk]);
      this.#kept = undefined;
    }
    this.#scan(bytes);
    this.afterChunk?.();
    this.#woken?.();
  }

  #scan(bytes: Buffer): void {
    const { length } = bytes;
    const { visit } = this;
    let at = this.#skip;
    while (at < length) {
      let bodyAt = at + 1;
      let remaining = 0;
      for (let shift = 0; ; shift += 7) {
        if (bodyAt >= length) return this.#keep(bytes, at);
        const byte = bytes[bodyAt++] as number;
        remaining |= (byte & 127) << shift;
        if (byte < 128) break;
      }
      const end = bodyAt + remaining;
      if (visit !== undefined && end > length) return this.#keep(bytes, at);
      if (((bytes[at] as number) & 0xf0) === 0x30) this.published++;
      else this.answered++;
      visit?.(bytes, at, bodyAt, end);
      at = end;
    }
    this.#skip = at - length;
  }

  #keep(bytes: Buffer, at: number): void {
    this.#kept = Buffer.from(bytes.subarray(at));
    this.#skip = 0;
  }
}
