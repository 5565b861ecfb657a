// One connection of the tester to the target. In: packets and bytes to send. Out: arrivals, in order, and how it ended.
// Knows nothing of verdicts.
import { encode } from '../../reference/codec/encode.ts';
import type { Packet, ProtocolLevel } from '../../reference/codec/packet.ts';
import { type Address, formatAddress } from '../target/address.ts';
import { Changes } from './changes.ts';
import { describePacket } from './describe.ts';
import { dial } from './dial.ts';
import type { Ending, Link } from './link.ts';
import { type Finding, type Observed, type ObservedPacket, Observer } from './observer.ts';
import type { Outwaited, Outwaiting, Patience } from './patience.ts';
import type { Tracer } from './tracer.ts';

/** A packet that came. */
export interface Arrival {
  readonly sequence: number;
  readonly at: number;
  readonly packet: Observed;
  readonly findings: readonly Finding[];
}

/** Told of all that passes on a connection; `packet` is missing where raw bytes were sent. */
export interface Watcher {
  sent(bytes: Uint8Array, packet: Packet | undefined): void;
  received(observed: ObservedPacket): void;
  ended(by: 'target' | 'tester', how: Ending): void;
}

export interface ConnectionOptions {
  readonly name: string;
  readonly address: Address;
  readonly tracer: Tracer;
  readonly patience: Patience;
  readonly now: () => number;
  readonly watchers: readonly Watcher[];
}

export class Connection {
  readonly name: string;
  /** What came and was not yet used by a check or the automatic acknowledgement, in the order of arrival. */
  pending: Arrival[] = [];
  /** Level in which packets are encoded; set by the CONNECT that is sent. */
  level: ProtocolLevel = 4;
  /** Over WebSocket: frames of text that came (MQTT-6.0.0-1). */
  textFrames = 0;
  #link: Link | undefined;
  /** What is sent while a packet is on its way in segments, such as an acknowledgement: it stands behind that. */
  #behindSegments: Uint8Array[] | undefined;
  #ending: { readonly by: 'target' | 'tester'; readonly how: Ending; readonly at: number } | undefined;
  #received = 0;
  readonly #observer: Observer;
  readonly #options: ConnectionOptions;
  readonly #changes: Changes;
  readonly #watchers: Watcher[];

  private constructor(options: ConnectionOptions) {
    this.name = options.name;
    this.#options = options;
    this.#watchers = [...options.watchers];
    this.#changes = new Changes(options.patience);
    this.#observer = new Observer((observed) => this.#arrived(observed));
  }

  /** Opens a connection. Rejects with LinkRefused. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    const listener = {
      bytes: (chunk: Uint8Array) => connection.#bytesCame(chunk),
      textFrame: () => {
        connection.textFrames++;
      },
      ended: (how: Ending) => connection.#end('target', how),
    };
    connection.#link = await dial(options.address, { listener, timeoutMs: options.patience.replyMs * 4 });
    options.tracer.opened(options.name, formatAddress(options.address));
    return connection;
  }

  get ending(): { readonly by: 'target' | 'tester'; readonly how: Ending; readonly at: number } | undefined {
    return this.#ending;
  }

  /** Bound of an ordinary reply, in milliseconds. */
  get replyMs(): number {
    return this.#options.patience.replyMs;
  }

  /** Behind that bound, so many milliseconds more at least before a silence is believed. */
  get silenceMs(): number {
    return this.#options.patience.silenceMs;
  }

  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** Sequence number that the next arrival will have. */
  get nextSequence(): number {
    return this.#received;
  }

  /** Bytes that came and are no whole packet. */
  get unfinished(): Uint8Array {
    return this.#observer.unfinished;
  }

  /** Takes the first pending arrival that `wanted` accepts. */
  take(wanted: (arrival: Arrival) => boolean): Arrival | undefined {
    const index = this.pending.findIndex(wanted);
    return index < 0 ? undefined : this.pending.splice(index, 1)[0];
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  /** Sends packets, together in one write. */
  send(...packets: readonly Packet[]): void {
    const parts = packets.map((packet) => {
      if (packet.type === 'connect') this.level = packet.protocolLevel;
      const bytes = encode(packet, this.level);
      this.#traceSent(bytes, packet);
      return bytes;
    });
    this.#write(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
  }

  /** Sends bytes as they are; `meaning` says in the trace what they are. */
  sendBytes(bytes: Uint8Array, meaning: string): void {
    this.#traceSent(bytes, meaning);
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#behindSegments === undefined) this.#link?.write(bytes);
    else this.#behindSegments.push(bytes);
  }

  /** Over WebSocket: sends bytes in a frame of text. */
  sendText(bytes: Uint8Array, meaning: string): void {
    this.#traceSent(bytes, meaning);
    this.#link?.writeText(bytes);
  }

  /** Sends packets as one run of bytes, cut into segments of `segmentBytes`; a very long run in longer ones in its middle. */
  async sendInSegments(packets: readonly Packet[], segmentBytes: number): Promise<void> {
    const all = Buffer.concat(
      packets.map((packet) => {
        if (packet.type === 'connect') this.level = packet.protocolLevel;
        const bytes = encode(packet, this.level);
        this.#traceSent(bytes, packet, `${describePacket(packet)} (in segments of ${segmentBytes})`);
        return bytes;
      }),
    );
    const behind: Uint8Array[] = [];
    this.#behindSegments = behind;
    let from = 0;
    for (const end of segmentEnds(all.length, segmentBytes)) {
      this.#link?.write(all.subarray(from, end));
      from = end;
      // One segment a turn of the event loop: what is written at once is read at once.
      await new Promise((next) => setImmediate(next));
    }
    this.#behindSegments = undefined;
    if (behind.length > 0) this.#link?.write(Buffer.concat(behind));
  }

  pause(): void {
    this.#link?.pause();
  }

  resume(): void {
    this.#link?.resume();
  }

  /** Ends our direction; what the target still sends is read. */
  finish(): void {
    this.#link?.finish();
    this.#options.tracer.note('the tester ends its direction (FIN)', { connection: this.name });
  }

  /** Ends the connection at once, without DISCONNECT. */
  cut(how: Ending): void {
    if (!this.isOpen) return;
    if (how === 'RST') this.#link?.reset();
    else this.#link?.close();
    this.#end('tester', how);
  }

  /**
   * Waits until `look` finds something, looking again at each arrival and at the end of the connection.
   * Undefined when the bound (milliseconds, by default that of a reply) has run out.
   */
  waitFor<T>(look: () => T | undefined, boundMs?: number): Promise<T | undefined> {
    return this.#changes.waitFor(look, boundMs);
  }

  /** Waits on, behind a bound that has run out, until `look` finds something or the target is outwaited. */
  outwait<T>(look: () => T | undefined, how: Outwaiting): Promise<Outwaited<T>> {
    return this.#changes.outwait(look, how);
  }

  /** `words`: what the trace says, where that is more than the packet. */
  #traceSent(bytes: Uint8Array, what: Packet | string, words?: string): void {
    const packet = typeof what === 'string' ? undefined : what;
    this.#options.tracer.packet('sent', this.name, { bytes, what: words ?? what });
    for (const watcher of this.#watchers) watcher.sent(bytes, packet);
  }

  #bytesCame(chunk: Uint8Array): void {
    // Acknowledgements of what came together go out together.
    this.#link?.cork?.();
    this.#observer.push(chunk);
    this.#link?.uncork?.();
    // Once for all that came together, and for bytes that are no packet yet, which may tell something too.
    this.#changes.happened();
  }

  #arrived(observed: ObservedPacket): void {
    if (this.#ending?.by === 'tester') return;
    const { packet, bytes, findings } = observed;
    this.#options.tracer.packet('received', this.name, { bytes, what: packet, findings });
    this.pending.push({ sequence: this.#received++, at: this.#options.now(), packet, findings });
    for (const watcher of this.#watchers) watcher.received(observed);
  }

  #end(by: 'target' | 'tester', how: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = { by, how, at: this.#options.now() };
    this.#options.tracer.ended(this.name, by, how);
    if (by === 'target') this.#link?.close();
    for (const watcher of this.#watchers) watcher.ended(by, how);
    this.#changes.happened();
  }
}

/** More segments than these would take long and tell nothing new. */
const mostSegments = 4_096;
const timesLonger = 64;

/** Where segments end. Of a run of very many the first 2,048 and the last are as short as asked, those between are longer. */
function* segmentEnds(length: number, segmentBytes: number): Generator<number> {
  const edge = (mostSegments / 2) * segmentBytes;
  for (let at = 0; at < length; ) {
    const inMiddle = at >= edge && length - at > edge;
    const end = inMiddle ? Math.min(at + segmentBytes * timesLonger, length - edge) : at + segmentBytes;
    at = Math.min(end, length);
    yield at;
  }
}
