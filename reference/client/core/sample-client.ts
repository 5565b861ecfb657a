// For tests: the core of a client at a stream in memory, with a clock that stands still, and a server that does what the test says.
import { VirtualClock } from '../../clock.ts';
import { decode } from '../../codec/decode.ts';
import { encode } from '../../codec/encode.ts';
import { Framer } from '../../codec/framer.ts';
import type { Connect, Packet } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { MemoryTransport } from '../../transport/memory.ts';
import { ClientCore } from './client-core.ts';
import type { ClientPort, CoreOptions } from './client-port.ts';
import { Disconnected, type SubscribeRefused } from './errors.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { ReceivedMessage } from './received-message.ts';
import { reconnectSettings } from './reconnect-plan.ts';
import type { Taker } from './subscriptions.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

/** A packet on one line: `publish 1 a=x qos 1 dup`. */
export function line(packet: Packet): string {
  switch (packet.type) {
    case 'publish': {
      const { topicName, payload, qos, dup, retain, packetId = '' } = packet;
      return `publish ${packetId} ${topicName}=${text(payload)} qos ${qos}${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
    }
    case 'connect':
      return `connect ${packet.clientId}${packet.cleanSession ? ' clean' : ''}`;
    case 'subscribe':
      return `subscribe ${packet.packetId} ${packet.subscriptions.map(({ topicFilter, qos }) => `${topicFilter}:${qos}`)}`;
    case 'unsubscribe':
      return `unsubscribe ${packet.packetId} ${packet.topicFilters}`;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return `${packet.type} ${packet.packetId}`;
    default:
      return packet.type;
  }
}

export const publish = (topicName: string, payload: string, qos: Qos = 0, packetId = 1, dup = false): Packet => {
  const common = { type: 'publish', retain: false, topicName, payload: bytes(payload) } as const;
  return qos === 0 ? { ...common, qos, dup: false } : { ...common, qos, packetId, dup };
};

export interface SampleOptions extends Partial<Omit<CoreOptions, 'connect' | 'reconnect' | 'random'>> {
  readonly connect?: Partial<Pick<Connect, 'cleanSession' | 'keepAlive' | 'clientId' | 'protocolLevel'>>;
  readonly reconnects?: boolean;
}

export class SampleClient implements ClientPort {
  readonly core: ClientCore;
  readonly clock = new VirtualClock();
  /** What happened, in order: events, messages, settled promises. */
  readonly log: string[] = [];
  /** Outgoing packets are read with these, stream by stream. */
  #ours: MemoryTransport | undefined;
  #server: MemoryTransport | undefined;
  readonly #sent: Packet[] = [];
  #outputWaits = false;
  #cancel = (): void => {};

  constructor({ connect = {}, reconnects = true, ...options }: SampleOptions = {}) {
    const defaults = { protocolLevel: 4, cleanSession: false, keepAlive: 0, clientId: 'me' } as const;
    this.core = new ClientCore(this, {
      connect: { type: 'connect', ...defaults, ...connect },
      connackWithinMs: 10_000,
      pingrespWithinMs: 5_000,
      maxPacketBytes: 1_000_000,
      maxInFlight: 100,
      maxQueuedMessages: 100,
      manualAcknowledgement: false,
      unclaimed: undefined,
      reconnect: reconnects ? reconnectSettings({ firstDelayMs: 100, factor: 2, jitter: 0 }) : undefined,
      random: () => 0,
      ...options,
    });
  }

  /** What happened since the last call. */
  happened(): string[] {
    return this.log.splice(0);
  }

  /** What the client has sent since the last call. */
  sent(): string[] {
    this.flush();
    return this.#sent.splice(0).map(line);
  }

  /** Opens the stream that the client wants. */
  open(): this {
    const [ours, server] = MemoryTransport.pair();
    const framer = new Framer();
    server.listen({
      bytes: (chunk) => framer.push(chunk, (frame) => this.#sent.push(decode(frame, { sentBy: 'client' }))),
      ended: (how) => this.log.push(`stream ${how}`),
    });
    ours.listen({
      bytes: (chunk) => this.core.receive(chunk, { now: this.clock.now(), isLent: true }),
      ended: (how) => this.core.peerEnded(how, this.clock.now()),
    });
    this.#ours = ours;
    this.#server = server;
    this.core.opened(this.clock.now());
    this.#arm();
    return this;
  }

  /** A stream, CONNACK, and nothing in the records. */
  connect({ sessionPresent = false }: { sessionPresent?: boolean } = {}): this {
    this.open().serves({ type: 'connack', returnCode: 0, sessionPresent });
    this.sent();
    this.happened();
    return this;
  }

  /** The server sends packets, or bytes in hex, in one piece or in chunks. */
  serves(...packets: readonly (Packet | string)[]): this {
    for (const packet of packets) {
      const wire = typeof packet === 'string' ? Buffer.from(packet.replaceAll(' ', ''), 'hex') : encode(packet);
      this.#server?.write(wire);
    }
    this.#ours?.deliver();
    this.#arm();
    return this;
  }

  /** The stream breaks. What the client has sent is not lost, what the server has, may be. */
  breaks(): this {
    this.flush();
    this.#server?.reset();
    this.#ours?.deliver();
    this.#arm();
    return this;
  }

  /** The server ends the stream. */
  closes(): this {
    this.#server?.close();
    this.#ours?.deliver();
    this.#arm();
    return this;
  }

  cannotBeReached(): this {
    this.core.unreachable(new Disconnected('unreachable', 'cannot reach memory'), this.clock.now());
    this.#arm();
    return this;
  }

  passes(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  publish(topicName: string, payload: string, qos: Qos = 0): this {
    const message = new OutgoingMessage({ topicName, payload: bytes(payload), qos, retain: false });
    this.#note(payload, message.settled());
    if (qos === 0) {
      if (this.core.publishAtOnce(topicName, message.payload, false)) message.done();
      else this.core.outbox.later(message);
    } else this.core.outbox.surely(message, qos);
    return this;
  }

  subscribe(topicFilter: string, qos: Qos = 0, taker: Taker = this.taker()): this {
    this.core.topics.subscribe([topicFilter], qos, {
      taker,
      answered: (codes) => void this.log.push(`granted ${topicFilter} ${codes}`),
      failed: (error) => void this.log.push(`${topicFilter}: ${error.name}`),
    });
    return this;
  }

  taker(): Taker {
    return {
      take: (message: ReceivedMessage) => void this.log.push(`message ${message.topicName}=${message.text}`),
      regranted: (grants) => void this.log.push(`granted anew ${[...grants].join(' ')}`),
      ended: (topicFilter, error) => void this.log.push(`no more of ${topicFilter}${error ? `: ${error.name}` : ''}`),
    };
  }

  #note(what: string, settled: Promise<void>): void {
    settled.then(
      () => this.log.push(`${what} done`),
      (error: Error) => this.log.push(`${what}: ${error.name}`),
    );
  }

  /** The turn is over: what waits leaves, if the client has said that something does. */
  flush(): void {
    if (this.#outputWaits) this.#write();
    this.#server?.deliver();
    this.#arm();
  }

  get isReading(): boolean {
    return this.#ours?.isPaused === false;
  }

  #arm(): void {
    this.#cancel();
    const at = this.core.deadline();
    if (at === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.clock.at(at, () => {
      this.core.tick(this.clock.now());
      this.flush();
    });
  }

  dial(): void {
    this.log.push('dials');
  }

  outputWaits(): void {
    this.#outputWaits = true;
  }

  #write(): void {
    this.#outputWaits = false;
    if (this.#ours !== undefined) this.core.flush(this.#ours, this.clock.now());
  }

  close(): void {
    this.#write();
    this.#ours?.close();
    this.#server?.deliver();
  }

  pauseReading(): void {
    this.#ours?.pause();
  }

  resumeReading(): void {
    this.#ours?.resume();
    this.#ours?.deliver();
  }

  connected({ sessionPresent }: { sessionPresent: boolean }): void {
    this.log.push(sessionPresent ? 'connected, session present' : 'connected');
  }

  disconnected({ reason }: Disconnected): void {
    this.log.push(`disconnected: ${reason}`);
  }

  reconnecting({ attempt, delayMs }: { attempt: number; delayMs: number }): void {
    this.log.push(`attempt ${attempt} in ${delayMs} ms`);
  }

  refused({ topicFilters }: SubscribeRefused): void {
    this.log.push(`refused: ${topicFilters}`);
  }

  ended(): void {
    this.log.push('ended');
  }
}
