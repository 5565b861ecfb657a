// A client's end of one connection: packets in and out, by the codec alone. It keeps nothing: what outlives the connection belongs to
// those who use it.
import { connect as dial, type Socket } from 'node:net';
import { encode } from '../../reference/codec/encode.ts';
import type { Packet, PacketType } from '../../reference/codec/packet.ts';
import { PacketReader } from '../../reference/codec/packet-reader.ts';

export interface PeerOptions {
  readonly port: number;
  readonly clientId: string;
  readonly cleanSession: boolean;
}

export type OnPacket = (packet: Packet, peer: Peer) => void;

/** What came instead of an answer: the end of the connection. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

/** An answer that does not come within this time, while the connection stays, never will. */
const patienceMs = 20_000;

export class Peer {
  /** The server's answer to CONNECT. */
  sessionPresent = false;
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>;
  readonly #onPacket: OnPacket;
  readonly #socket: Socket;
  readonly #waiting = new Set<{ readonly type: PacketType; readonly done: (packet: Packet) => void }>();

  private constructor(socket: Socket, onPacket: OnPacket) {
    this.#socket = socket;
    this.#onPacket = onPacket;
    this.ended = new Promise((done) => socket.once('close', () => done()));
    socket.on('error', () => {}); // `close` follows.
    const reader = new PacketReader({ sentBy: 'server' });
    socket.on('data', (chunk) => reader.push(chunk, (packet) => this.#came(packet)));
  }

  /** Connects, and waits for CONNACK. `onPacket` is called for whatever comes behind it. Rejects with ConnectionEnded. */
  static async connect({ port, clientId, cleanSession }: PeerOptions, onPacket: OnPacket = () => {}): Promise<Peer> {
    const peer = new Peer(dial({ port, host: '127.0.0.1', noDelay: true }), onPacket);
    const answered = peer.next('connack');
    peer.send({ type: 'connect', protocolLevel: 4, cleanSession, keepAlive: 0, clientId });
    await answered;
    return peer;
  }

  send(packet: Packet): void {
    if (this.#socket.writable) this.#socket.write(encode(packet));
  }

  /** The next packet of a type. Rejects with ConnectionEnded, or when the time is over. */
  next(type: PacketType): Promise<Packet> {
    return new Promise((done, broke) => {
      const timer = setTimeout(() => broke(new Error(`no ${type} within ${patienceMs / 1_000} s`)), patienceMs);
      const waiting = {
        type,
        done: (packet: Packet) => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          done(packet);
        },
      };
      this.#waiting.add(waiting);
      void this.ended.then(() => {
        clearTimeout(timer);
        if (this.#waiting.delete(waiting)) broke(new ConnectionEnded(`the connection ended ahead of ${type}`));
      });
    });
  }

  /** DISCONNECT; resolves when the connection is over. */
  async disconnect(): Promise<void> {
    this.send({ type: 'disconnect' });
    this.#socket.end();
    await this.ended;
  }

  #came(packet: Packet): void {
    if (packet.type === 'connack') this.sessionPresent = packet.sessionPresent;
    else this.#onPacket(packet, this);
    for (const waiting of [...this.#waiting]) if (waiting.type === packet.type) return waiting.done(packet);
  }
}
