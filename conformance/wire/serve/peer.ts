// A client's connection, seen from the broker that the tester plays. In: packets and bytes to send. Out: what the client sent, in order,
// and how it ended. Knows nothing of verdicts.
import type { Socket } from 'node:net';
import { encode } from '../../../reference/codec/encode.ts';
import type { Packet, ProtocolLevel } from '../../../reference/codec/packet.ts';
import { Changes } from '../changes.ts';
import { type ObservedClientPacket, type ObservedFromClient, observeFromClient } from '../client-observer.ts';
import type { Ending } from '../link.ts';
import type { Finding } from '../observer.ts';
import type { Patience } from '../patience.ts';
import { Splitter } from '../splitter.ts';
import type { Tracer } from '../tracer.ts';

/** A packet that the client sent. */
export interface PeerArrival {
  readonly sequence: number;
  readonly at: number;
  readonly packet: ObservedFromClient;
  readonly findings: readonly Finding[];
}

/** Told of all that passes on a connection. */
export interface PeerWatcher {
  received(observed: ObservedClientPacket, atMs: number): void;
  sent(bytes: Uint8Array): void;
}

/** Changes what a client sends: a faulty client is a good one whose packets are bent on their way. */
export interface Bend {
  /** What comes in place of a whole packet. */
  packet(bytes: Uint8Array): readonly Uint8Array[];
  /** Whether the end of the connection is shown. */
  showsEnd?(): boolean;
  /** What comes in place of the request of a WebSocket. */
  request?(text: string): string;
  /** What goes to the client in place of what the tester sends; undefined: nothing. */
  toClient?(bytes: Uint8Array): Uint8Array | undefined;
  /** What the adapter is told in place of a wish for a connection. */
  command?<C extends { readonly clientId: string }>(command: C): C;
}

export interface PeerOptions {
  readonly name: string;
  readonly socket: Socket;
  readonly tracer: Tracer;
  readonly patience: Patience;
  readonly now: () => number;
  readonly watcher: PeerWatcher;
  readonly bend: Bend | undefined;
}

export class Peer {
  readonly name: string;
  /** What came and was not yet used by a check, in the order of arrival. */
  pending: PeerArrival[] = [];
  /** Level in which packets are encoded: that of the client's CONNECT. */
  level: ProtocolLevel = 4;
  #ending: { readonly by: 'target' | 'tester'; readonly how: Ending; readonly at: number } | undefined;
  #received = 0;
  readonly #all: ObservedClientPacket[] = [];
  readonly #options: PeerOptions;
  readonly #splitter: Splitter;
  readonly #changes: Changes;

  constructor(options: PeerOptions) {
    this.name = options.name;
    this.#options = options;
    const { socket, tracer, bend, patience } = options;
    this.#changes = new Changes(patience);
    tracer.opened(options.name, 'the tester');
    this.#splitter = new Splitter((bytes) => {
      for (const one of bend?.packet(bytes) ?? [bytes]) this.#arrived(observeFromClient(one));
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Uint8Array) => this.#splitter.push(chunk));
    socket.on('end', () => this.#end('target', 'FIN'));
    socket.on('error', () => this.#end('target', 'RST'));
    socket.on('close', () => this.#end('target', 'RST'));
  }

  get ending(): { readonly by: 'target' | 'tester'; readonly how: Ending; readonly at: number } | undefined {
    return this.#ending;
  }

  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** The last packet that came, used or not. */
  get lastReceived(): ObservedClientPacket | undefined {
    return this.#all.at(-1);
  }

  /** What came behind the first packet of a type. */
  after(type: ObservedFromClient['type']): readonly ObservedFromClient[] {
    const first = this.#all.findIndex(({ packet }) => packet.type === type);
    return first < 0 ? [] : this.#all.slice(first + 1).map(({ packet }) => packet);
  }

  /** Takes the first pending arrival that `wanted` accepts. */
  take(wanted: (packet: ObservedFromClient) => boolean): PeerArrival | undefined {
    const index = this.pending.findIndex(({ packet }) => wanted(packet));
    return index < 0 ? undefined : this.pending.splice(index, 1)[0];
  }

  /** Sends packets, together in one write. */
  send(...packets: readonly Packet[]): void {
    const parts = packets.map((packet) => {
      const bytes = encode(packet, this.level);
      this.#trace(bytes, packet);
      return bytes;
    });
    this.#write(Buffer.concat(parts));
  }

  /** Sends bytes as they are; `meaning` says in the trace what they are. */
  sendBytes(bytes: Uint8Array, meaning: string): void {
    this.#trace(bytes, meaning);
    this.#write(bytes);
  }

  /** Sends packets in segments of one byte. */
  async sendByteByByte(...packets: readonly Packet[]): Promise<void> {
    const all = Buffer.concat(packets.map((packet) => encode(packet, this.level)));
    for (const packet of packets) this.#trace(encode(packet, this.level), packet);
    for (let at = 0; at < all.length; at++) {
      this.#write(all.subarray(at, at + 1));
      await new Promise((next) => setImmediate(next));
    }
  }

  /** Ends the connection at once. */
  cut(how: Ending): void {
    if (!this.isOpen) return;
    if (how === 'RST') this.#options.socket.resetAndDestroy();
    else this.#options.socket.destroySoon();
    this.#end('tester', how);
  }

  /** Frees the socket; for the end of a scenario. */
  close(): void {
    this.#options.socket.destroy();
    this.#end('tester', 'RST');
  }

  /** Waits until `look` finds something, looking again whenever something changes. Undefined when the bound has run out. */
  waitFor<T>(look: () => T | undefined, boundMs?: number): Promise<T | undefined> {
    return this.#changes.waitFor(look, boundMs);
  }

  #write(bytes: Uint8Array): void {
    const { socket, bend, watcher } = this.#options;
    watcher.sent(bytes);
    const shown = bend?.toClient === undefined ? bytes : bend.toClient(bytes);
    if (shown !== undefined && !socket.destroyed && socket.writable) socket.write(shown);
  }

  #trace(bytes: Uint8Array, what: Packet | string): void {
    this.#options.tracer.packet('sent', this.name, { bytes, what });
  }

  #arrived(observed: ObservedClientPacket): void {
    if (this.#ending?.by === 'tester') return;
    const { packet, bytes, findings } = observed;
    const { tracer, watcher, now } = this.#options;
    if (packet.type === 'connect') this.level = packet.protocolLevel === 3 ? 3 : 4;
    tracer.packet('received', this.name, { bytes, what: packet, findings });
    this.pending.push({ sequence: this.#received++, at: now(), packet, findings });
    this.#all.push(observed);
    watcher.received(observed, now());
    this.#changes.happened();
  }

  #end(by: 'target' | 'tester', how: Ending): void {
    if (this.#ending !== undefined) return;
    if (by === 'target' && this.#options.bend?.showsEnd?.() === false) return;
    this.#ending = { by, how, at: this.#options.now() };
    this.#options.tracer.ended(this.name, by, how);
    if (by === 'target') this.#options.socket.destroySoon();
    this.#changes.happened();
  }
}
