// One network connection to a server, from CONNECT to its close. In: bytes, time, how the peer ended. Out: bytes gathered until they are
// taken, and, through a handler, packets and the end. Knows no socket and no clock.
import { Buffer } from 'node:buffer';
import { BlockPool } from '../../codec/bytes/block-pool.ts';
import { encode } from '../../codec/encode.ts';
import { MalformedPacket } from '../../codec/malformed.ts';
import { Output, type Sink } from '../../codec/output.ts';
import type { Connack, Connect, Packet, ProtocolLevel, Publish } from '../../codec/packet.ts';
import { PacketReader, type PacketSink } from '../../codec/packet-reader.ts';
import type { PublishView } from '../../codec/publish-view.ts';
import { writePublish } from '../../codec/publish-writer.ts';
import type { PacketId } from '../../message.ts';
import type { Waiting } from './client-port.ts';
import { ConnectRefused, Disconnected, endedByItself } from './errors.ts';
import { LastAcknowledgements } from './last-acknowledgements.ts';
import { Pings } from './pings.ts';

export interface ConnectionHandler {
  /** CONNACK with return code 0 came. */
  accepted(sessionPresent: boolean): void;
  /** A PUBLISH. A string says what about it violates the protocol. */
  published(publish: PublishView): string | undefined;
  /** Any other packet behind CONNACK, but PINGRESP. A string says what about it violates the protocol. */
  packet(packet: Exclude<Packet, Publish>): string | undefined;
  /** There is output to be taken by the end of this turn. */
  outputWaits(): void;
  /** The connection is over and has to be closed, behind the output that is left. */
  ended(reason: Disconnected): void;
}

export interface ConnectionOptions {
  readonly connect: Connect;
  readonly connackWithinMs: number;
  readonly pingrespWithinMs: number;
  readonly maxPacketBytes: number;
}

type State = 'awaiting-connack' | 'connected' | 'ended';

/** Blocks that all clients share: an idle one holds none. */
const pool = new BlockPool();

const acknowledgements = { puback: 0x40, pubrec: 0x50, pubcomp: 0x70 } as const;
const pubrelByte = 0x62;

export class ClientConnection implements PacketSink {
  readonly #handler: ConnectionHandler;
  readonly #level: ProtocolLevel;
  readonly #cleanSession: boolean;
  readonly #reader: PacketReader;
  readonly #out = new Output(pool, { reclaims: true });
  readonly #lastAcknowledgements = new LastAcknowledgements(this.#out);
  /** Whether the server answers something of the output. */
  #isAnswered = false;
  readonly #pings: Pings;
  readonly #connackBy: number;
  #state: State = 'awaiting-connack';
  #paused = false;

  constructor(handler: ConnectionHandler, options: ConnectionOptions, now: number) {
    const { connect } = options;
    this.#handler = handler;
    this.#level = connect.protocolLevel;
    this.#cleanSession = connect.cleanSession;
    const { maxPacketBytes } = options;
    this.#reader = new PacketReader({ maxPacketBytes, level: connect.protocolLevel, sentBy: 'server' });
    this.#pings = new Pings({
      keepAliveSeconds: connect.keepAlive,
      answerWithinMs: options.pingrespWithinMs,
      now,
    });
    this.#connackBy = now + options.connackWithinMs;
    // MQTT-3.1.0-1: the first packet, and the only one until CONNACK has come (MAY-3.1.4-e would allow more).
    this.#write(connect);
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Bytes that wait to be taken. */
  get outputBytes(): number {
    return this.#out.length + this.#lastAcknowledgements.length;
  }

  /** Writes the output gathered so far. */
  flush(sink: Sink, now: number): void {
    this.#lastAcknowledgements.turnEnds(this.#isAnswered, now);
    this.#isAnswered = false;
    if (this.#out.length === 0) return;
    this.#pings.packetSent(now);
    this.#out.flush(sink);
  }

  /** `isLent`: the chunk is there during the call alone, and payloads for as long as the application likes. */
  receive(chunk: Uint8Array, isLent: boolean): void {
    if (this.#state === 'ended') return;
    try {
      const isKept = isLent && this.#reader.showsViewsOf(chunk);
      this.#reader.visit(isKept ? Buffer.from(chunk) : chunk, this);
      if (this.#lastAcknowledgements.isWaiting && this.#out.length === 0) this.#handler.outputWaits();
    } catch (error) {
      // MQTT-4.8.0-2: an error of our own ends the connection too; the application's are no business of the connection.
      if (!(error instanceof MalformedPacket))
        return this.#end(new Disconnected('broken', 'an error while a packet was read', { cause: error }));
      // MQTT-4.8.0-1, MQTT-2.2.2-2, MQTT-1.5.3-1 and all others by which the decoder refuses bytes.
      this.#end(
        new Disconnected('malformed packet', `the server sent a malformed packet: ${error.message}`, { cause: error }),
      );
    }
  }

  peerEnded(how: 'finished' | 'broken'): void {
    if (how === 'finished') this.#end(new Disconnected('closed by server', 'the server closed the connection'));
    else this.#end(new Disconnected('broken', 'the connection broke'));
  }

  /** Reading was stopped by our own will, or goes on. */
  reading(state: 'paused' | 'resumed', now: number): void {
    this.#paused = state === 'paused';
    if (!this.#paused) this.#pings.readingResumed(now);
  }

  /** When `tick` wants to be called. */
  deadline(): number {
    if (this.#state === 'awaiting-connack') return this.#connackBy;
    if (this.#state === 'ended') return Number.POSITIVE_INFINITY;
    return Math.min(this.#lastAcknowledgements.dueAt, this.#pings.dueAt, this.#overdueAt);
  }

  /** What lies unread by our own will is not overdue. */
  get #overdueAt(): number {
    return this.#paused ? Number.POSITIVE_INFINITY : this.#pings.overdueAt;
  }

  tick(now: number): void {
    if (this.deadline() > now) return;
    if (this.#state === 'awaiting-connack') {
      this.#end(new Disconnected('no CONNACK', 'the server did not answer CONNECT in time: does it speak MQTT?')); // SHOULD-3.2-a
    } else if (this.#overdueAt <= now) {
      this.#end(new Disconnected('no PINGRESP', 'the server did not answer PINGREQ in time: the connection is dead'));
    } else if (this.#pings.dueAt <= now) this.ping(now);
    else {
      this.#lastAcknowledgements.release();
      this.#handler.outputWaits();
    }
  }

  /** Sends PINGREQ, whether it is due or not. */
  ping(now: number, waiting?: Waiting): void {
    this.#pings.pingSent(now, waiting);
    this.send({ type: 'pingreq' });
  }

  /** Whoever waits for PINGRESP waits in vain. */
  failPings(reason: Disconnected): void {
    this.#pings.fail(reason);
  }

  send(packet: Packet): void {
    if (this.#state === 'connected') this.#write(packet);
  }

  acknowledge(packet: keyof typeof acknowledgements, packetId: PacketId): void {
    if (this.#state !== 'connected') return;
    this.#lastAcknowledgements.add(acknowledgements[packet], packetId);
    this.#handler.outputWaits();
  }

  pubrel(packetId: PacketId): void {
    if (this.#state !== 'connected') return;
    this.#isAnswered = true;
    this.#out.acknowledgement(pubrelByte, packetId);
    this.#handler.outputWaits();
  }

  /** A PUBLISH whose Topic Name is encoded already; `packetId` is 0 at QoS 0. */
  sendPublish(firstByte: number, topic: Uint8Array, packetId: PacketId, payload: Uint8Array): void {
    if (this.#state !== 'connected') return;
    const idle = this.#out.length === 0;
    if (packetId !== 0) this.#isAnswered = true;
    writePublish(this.#out, firstByte, topic, packetId, payload);
    if (idle) this.#handler.outputWaits();
  }

  /** Sends DISCONNECT; nothing follows it (MQTT-3.14.4-2), and the connection is closed (MQTT-3.14.4-1). */
  disconnect(): void {
    this.#lastAcknowledgements.release();
    this.send({ type: 'disconnect' });
    this.#end(endedByItself);
  }

  #write(packet: Packet): void {
    const idle = this.#out.length === 0;
    this.#out.append(encode(packet, this.#level));
    if (idle) this.#handler.outputWaits();
  }

  /** Called by the reader: a PUBLISH came. */
  publish(publish: PublishView): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'awaiting-connack') return this.#first(publish.toPacket());
    const violation = this.#handler.published(publish);
    if (violation !== undefined) this.#violated(violation);
  }

  /** Called by the reader: any other packet came. */
  packet(packet: Exclude<Packet, Publish>): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'awaiting-connack') return this.#first(packet);
    if (packet.type === 'pingresp') return this.#pings.pingresp();
    const violation = this.#handler.packet(packet);
    if (violation !== undefined) this.#violated(violation);
  }

  #first(packet: Packet): void {
    if (packet.type !== 'connack') return this.#violated(`${packet.type.toUpperCase()} before CONNACK (MQTT-3.2.0-1)`);
    const problem = connackProblem(packet, this.#cleanSession);
    if (problem !== undefined) return this.#violated(problem);
    if (packet.returnCode !== 0) return this.#end(new ConnectRefused(packet.returnCode));
    this.#state = 'connected';
    this.#handler.accepted(packet.sessionPresent);
  }

  /** MQTT-4.8.0-1: a violation ends the connection on which it came. */
  #violated(what: string): void {
    this.#end(new Disconnected('protocol violation', `the server violated the protocol: ${what}`));
  }

  #end(reason: Disconnected): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#lastAcknowledgements.release();
    this.#handler.ended(reason);
  }
}

function connackProblem({ returnCode, sessionPresent }: Connack, cleanSession: boolean): string | undefined {
  if (returnCode !== 0 || !sessionPresent || !cleanSession) return undefined;
  return 'Session Present for a clean session (MQTT-3.2.2-1)';
}
