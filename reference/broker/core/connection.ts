// One network connection of a client, from its first byte to its close. In: bytes, time, how the peer ended. Out, through a port:
// bytes, and the wish to close. Knows no socket and no clock.
import { encode } from '../../codec/encode.ts';
import { UnsupportedProtocol } from '../../codec/levels.ts';
import { MalformedPacket } from '../../codec/malformed.ts';
import { leastSliceBytes, Output, type Sink } from '../../codec/output.ts';
import type { Connack, Connect, Packet, ProtocolLevel, Will } from '../../codec/packet.ts';
import { frameLength, PartialFrame } from '../../codec/partial-frame.ts';
import type { Timed } from '../../deadlines.ts';
import type { Message, PacketId } from '../../message.ts';
import { KeepAlive } from '../../session/keep-alive.ts';
import type { ReceiverPort } from '../../session/receiver.ts';
import type { SenderPort } from '../../session/sender.ts';
import { admit, type Door, type Visitor } from './admission.ts';
import type { BrokerCore } from './broker-core.ts';
import type { Peer } from './events.ts';
import type { Express } from './express.ts';
import type { ChunkLoan } from './lending.ts';
import type { Parts } from './parts.ts';
import type { Sending } from './publish-encoder.ts';
import type { EndReason, Refusal } from './rules/connect.ts';
import { serve } from './serve.ts';
import type { Session } from './session.ts';
import { WaitingFrames } from './waiting-frames.ts';

/** What a connection asks of its transport. */
export interface ConnectionPort extends Sink, Visitor {
  /** Ends the connection once everything is written. */
  close(): void;
  /** Stops and goes on reading; left out: what comes is taken. */
  pause?(): void;
  resume?(): void;
}

type State =
  | { readonly state: 'awaiting-connect' }
  | { readonly state: 'authenticating' }
  | { readonly state: 'connected'; readonly session: Session; readonly connect: Connect; readonly keepAlive: KeepAlive }
  | { readonly state: 'ended' };

/** The largest CONNECT that can be written: its fixed header, 12 bytes of an older protocol, and five fields of 65,535 bytes. */
const largestConnectBytes = 5 + 12 + 5 * 65_537;
/** Filters are looked at one by one: more of them in one packet would keep all other clients waiting. */
const largestListBytes = 1_048_576;

/** Whether a frame is a SUBSCRIBE or UNSUBSCRIBE. */
const isList = (frame: Uint8Array): boolean => frame[0] === 0x82 || frame[0] === 0xa2;

/** First bytes of the packets that are a Packet Identifier. */
const acknowledgements = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const;

/** A copy. (`slice` of a Buffer is a view, and keeps the whole chunk that it was cut from.) */
const ownBytes = (view: Uint8Array): Uint8Array => new Uint8Array(view);

export class Connection implements SenderPort, ReceiverPort, Timed, Door {
  readonly #core: BrokerCore;
  readonly #port: ConnectionPort;
  readonly #connectionId: number;
  readonly #out: Output;
  #framer: ReturnType<Parts['framer']> | undefined;
  /** On the short way, a packet of which only a part has come. */
  #partial: PartialFrame | undefined;
  /** What came while an authentication takes its time. */
  #waiting: WaitingFrames | undefined;
  #state: State = { state: 'awaiting-connect' };
  #level: ProtocolLevel = 4;
  #will: Will | undefined;
  #connectBy: number;
  #closing = false;
  #pauses = 0;
  /** Bytes of answers since all of them were taken, and whether it is not read from until they are. */
  #answerBytes = 0;
  #isDeaf = false;
  /** Whether the core knows of output. */
  #isDirty = false;
  /** Of others' chunks that are being written: what to call when they are. */
  #borrowed: readonly (() => void)[] | undefined;
  #now: number;
  due = 0;
  place = -1;

  constructor(
    core: BrokerCore,
    { port, connectionId = 0, now }: { port: ConnectionPort; connectionId?: number; now: number },
  ) {
    this.#core = core;
    this.#connectionId = connectionId;
    this.#port = port;
    this.#out = new Output(core.blocks);
    this.#connectBy = now + core.limits.connectTimeoutMs;
    this.#now = now;
    core.deadlines.set(this);
  }

  get peer(): Peer {
    return { connectionId: this.#connectionId, remoteAddress: this.#port.remoteAddress };
  }

  /** Who knocks. */
  get visitor(): Visitor {
    return this.#port;
  }

  get session(): Session | undefined {
    return this.#state.state === 'connected' ? this.#state.session : undefined;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  /** Bytes written and to be written that the peer has not taken yet. */
  get bufferedBytes(): number {
    return this.#out.length + (this.#port.bufferedBytes ?? 0);
  }

  /** For the sender: whether what is not begun has to wait until the client has taken some of what was. */
  get isFull(): boolean {
    return this.bufferedBytes > this.#core.pauseAboveBytes;
  }

  /** Whether the client does not keep up with what is sent to it; then who publishes to it has to wait. */
  isSlow(): boolean {
    if (!this.#isBehind) return false;
    const { pressure, now } = this.#core;
    // Who has more to acknowledge than was sent to it is read from: it would wait for itself.
    if (this.isFull || pressure.publisher !== this) pressure.slow(this, now);
    return true;
  }

  get #isBehind(): boolean {
    if (this.isFull) return true;
    const { session } = this;
    return session !== undefined && session.sender.queued > this.#core.limits.maxInFlight;
  }

  /** The transport has got rid of what it was given. */
  drained(): void {
    if (this.#borrowed !== undefined && this.bufferedBytes === 0) {
      for (const giveBack of this.#borrowed) giveBack();
      this.#borrowed = undefined;
    }
    this.#hearAgain();
    this.session?.sender.resume();
    this.#caughtUp();
  }

  /** Who asks and takes no answer is not read from, so that it can ask for no more, until it has taken what waits. */
  #turnDeaf(bytes: number): void {
    this.#answerBytes += Math.max(0, bytes);
    const { maxBufferedBytes } = this.#core.limits;
    if (this.#answerBytes <= maxBufferedBytes || this.#isDeaf || this.#closing) return;
    if (this.bufferedBytes <= maxBufferedBytes) this.#answerBytes = 0;
    else {
      this.#isDeaf = true;
      this.pause();
    }
  }

  #hearAgain(): void {
    if (this.bufferedBytes > this.#core.limits.maxBufferedBytes) return;
    this.#answerBytes = 0;
    if (!this.#isDeaf) return;
    this.#isDeaf = false;
    this.resume();
  }

  #caughtUp(): void {
    if (this.#core.pressure.concerns(this) && !this.#isBehind) this.#core.pressure.caughtUp(this);
  }

  /** Is not read from for a while; each pause is ended by a `resume`. */
  pause(): void {
    if (this.#pauses++ === 0) this.#port.pause?.();
  }

  resume(): void {
    if (--this.#pauses > 0 || this.#closing) return;
    // What the client has sent meanwhile is not read yet.
    if (this.#state.state === 'connected') this.#state.keepAlive.packetArrived(this.#core.now);
    this.#core.deadlines.set(this);
    this.#port.resume?.();
  }

  /** Bytes came. They are there during the call alone, unless the loan allows more. */
  receive(chunk: Uint8Array, now: number, loan?: ChunkLoan): void {
    this.#now = now;
    if (this.#closing) return;
    this.#core.lending.begin(chunk, loan);
    this.#core.counters.bytesReceived += chunk.length;
    this.#core.pressure.publisher = this;
    const before = this.#out.length;
    try {
      this.#read(chunk);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.end('malformed packet', error.message);
    } finally {
      this.#core.pressure.publisher = undefined;
    }
    this.#caughtUp();
    this.#waiting?.keep();
    this.#core.lending.end();
    this.#turnDeaf(this.#out.length - before);
  }

  #read(chunk: Uint8Array): void {
    const { express, parts, limits } = this.#core;
    if (express === undefined) {
      if (this.#framer === undefined) {
        this.#framer = parts.framer(limits.maxPacketBytes);
        this.#limitFramer();
      }
      return this.#framer.push(chunk, this.#frame);
    }
    let at = 0;
    if (this.#partial !== undefined) {
      at = this.#partial.add(chunk, 0);
      if (!this.#partial.isComplete) return;
      const frame = this.#partial.take();
      this.#partial = undefined;
      this.#frame(frame);
    }
    while (at < chunk.length && !this.#closing) {
      at = this.#readWhole(express, chunk, at);
      const length = frameLength(chunk, at, chunk.length, this.maxPacketBytes);
      if (length === 0 || at + length > chunk.length) {
        if (at === chunk.length || (length > 0 && this.#core.lending.comesAgain(at, length))) return;
        this.#partial = new PartialFrame(this.maxPacketBytes);
        this.#partial.add(chunk, at);
        return;
      }
      // Not connected yet: one packet after the other the long way.
      this.frame(chunk.subarray(at, at + length));
      at += length;
    }
  }

  /** The largest packet that it takes: the first one can only be a CONNECT. What comes behind it is not read until the client is let in. */
  get maxPacketBytes(): number {
    const { maxPacketBytes } = this.#core.limits;
    return this.#state.state === 'awaiting-connect' ? Math.min(maxPacketBytes, largestConnectBytes) : maxPacketBytes;
  }

  #limitFramer(): void {
    if (this.#framer !== undefined && 'maxPacketBytes' in this.#framer)
      this.#framer.maxPacketBytes = this.maxPacketBytes;
  }

  /** Reads whole packets by the short way; returns where it ends. */
  #readWhole(express: Express, chunk: Uint8Array, at: number): number {
    const current = this.#state;
    if (current.state !== 'connected') return at;
    const read = express.read(this, current.session, chunk, at);
    if (read > at) current.keepAlive.packetArrived(this.#now);
    return read;
  }

  /** The peer has ended the connection, by whatever means. */
  peerEnded(now: number): void {
    this.#now = now;
    this.end('peer closed');
  }

  /** When `tick` wants to be called. */
  deadline(): number {
    const current = this.#state;
    if (this.#pauses > 0 && current.state === 'connected') return Number.POSITIVE_INFINITY;
    if (current.state === 'connected') return current.keepAlive.deadline();
    return current.state === 'ended' ? Number.POSITIVE_INFINITY : this.#connectBy;
  }

  /** Ends the connection if its time is over. */
  tick(now: number): void {
    this.#now = now;
    if (this.#closing || this.deadline() > now) return;
    if (this.#state.state === 'authenticating') this.refuse(3);
    else this.end(this.#state.state === 'connected' ? 'keep-alive expired' : 'protocol violation');
  }

  /** Ends the connection; the will's fate follows from the reason. The detail is for events and log. */
  end(reason: EndReason, detail?: string): void {
    if (this.#closing) return;
    const current = this.#state;
    this.#closing = true;
    this.#state = { state: 'ended' };
    this.#core.deadlines.delete(this);
    this.#core.pressure.forget(this);
    this.#touch();
    if (current.state === 'connected')
      this.#core.connectionEnded(this, {
        session: current.session,
        connect: current.connect,
        will: this.#will,
        reason,
        detail,
      });
    else this.#core.events.closed?.({ ...this.peer, reason, detail });
  }

  /** The protocol level of its CONNECT. */
  get level(): ProtocolLevel {
    return this.#level;
  }

  /** For a faulty broker: another will than that of the CONNECT, or none. */
  replaceWill(will: Will | undefined): void {
    this.#will = will;
  }

  /** Publishes the will ahead of the end that makes it due, once. */
  publishWill(reason: EndReason): void {
    const [will, { session }] = [this.#will, this];
    this.#will = undefined;
    if (will === undefined || session === undefined) return;
    const { clientId, userName } = session;
    if (this.#core.access.allows({ kind: 'publish', clientId, userName, topic: will.topicName }))
      this.#core.publishWill(will, reason);
  }

  /** Hands the output of this turn to the transport. */
  flush(): void {
    this.#isDirty = false;
    if (this.#out.length > 0) this.#write();
    if (this.#closing) this.#port.close();
    else this.#caughtUp();
  }

  #write(): void {
    this.#core.counters.bytesSent += this.#out.length;
    this.#out.flush(this.#port);
  }

  #touch(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#core.hasOutput(this);
  }

  publish(message: Message, sending: Sending): void {
    if (this.#core.hasStandardPackets) {
      if (this.#state.state === 'ended') return;
      this.#core.counters.packetsSent++;
      this.#core.encoder.write(this.#out, message, sending);
      this.#touch();
      return;
    }
    const { topicName, payload, retain } = message;
    const { qos, packetId, dup } = sending;
    if (qos === 0) this.send({ type: 'publish', qos, dup: false, topicName, payload, retain });
    else this.send({ type: 'publish', qos, dup, packetId, topicName, payload, retain });
  }

  /** Passes on packets as they came. They are PUBLISH at QoS 0 without RETAIN, which are the same for all. */
  passOn(bytes: Uint8Array, packets: number): void {
    if (this.#state.state === 'ended') return;
    this.#core.counters.packetsSent += packets;
    this.#out.append(bytes);
    this.#touch();
    if (bytes.length < leastSliceBytes) return;
    // At once, while the bytes are in the processor's cache, and before others come into their place.
    this.#write();
    if (this.bufferedBytes === 0) return;
    const giveBack = this.#core.lending.keep(bytes);
    if (giveBack !== undefined) this.#borrowed = [...(this.#borrowed ?? []), giveBack];
  }

  /** A packet of so many bytes, which are copied. */
  answer(bytes: Uint8Array, length: number): void {
    if (this.#state.state === 'ended') return;
    this.#core.counters.packetsSent++;
    this.#out.copy(bytes, 0, length);
    this.#touch();
  }

  puback(packetId: PacketId): void {
    this.#acknowledge('puback', packetId);
  }

  pubrel(packetId: PacketId): void {
    this.#acknowledge('pubrel', packetId);
  }

  pubrec(packetId: PacketId): void {
    this.#acknowledge('pubrec', packetId);
  }

  pubcomp(packetId: PacketId): void {
    this.#acknowledge('pubcomp', packetId);
  }

  #acknowledge(type: keyof typeof acknowledgements, packetId: PacketId): void {
    if (!this.#core.hasStandardPackets) return this.send({ type, packetId });
    if (this.#state.state === 'ended') return;
    this.#core.counters.packetsSent++;
    this.#out.acknowledgement(acknowledgements[type], packetId);
    this.#touch();
  }

  deliver(message: Message, dup: boolean): void {
    this.#core.router.route(message, { incomingDup: dup });
  }

  send(packet: Packet): void {
    if (this.#state.state === 'ended') return;
    this.#core.counters.packetsSent++;
    if (this.#core.rules.connect.sendingResetsKeepAlive() && this.#state.state === 'connected')
      this.#state.keepAlive.packetArrived(this.#core.now);
    const { outgoing } = this.#core.parts;
    if (outgoing === undefined) this.#append(packet);
    else for (const one of outgoing(packet)) this.#append(one);
    this.#touch();
  }

  #append(one: Packet | Uint8Array): void {
    this.#out.append(one instanceof Uint8Array ? one : encode(one, this.#level));
  }

  readonly #frame = (frame: Uint8Array): void => {
    const { express } = this.#core;
    if (express === undefined || this.#readWhole(express, frame, 0) < frame.length) this.frame(frame);
  };

  /** One whole packet, the long way. */
  frame(frame: Uint8Array): void {
    if (this.#closing) return;
    if (this.#state.state === 'authenticating') {
      this.#waiting ??= new WaitingFrames();
      this.#waiting.add(frame);
      return;
    }
    this.#core.counters.packetsReceived++;
    if (isList(frame) && frame.length > largestListBytes)
      return this.end(
        'malformed packet',
        `a SUBSCRIBE or UNSUBSCRIBE of ${frame.length} bytes: ${largestListBytes} is the most`,
      );
    // Will and password of a CONNECT are kept longer than this turn.
    const bytes = this.#state.state === 'awaiting-connect' ? ownBytes(frame) : frame;
    try {
      this.#packet(this.#core.parts.decode(bytes, this.#level));
    } catch (error) {
      if (error instanceof UnsupportedProtocol && this.#state.state === 'awaiting-connect') {
        this.refuse(this.#core.rules.connect.reactionToProtocol(error));
      } else if (error instanceof MalformedPacket || error instanceof UnsupportedProtocol) {
        if (error instanceof UnsupportedProtocol || this.#core.rules.connect.reactionToMalformed(error) === 'close')
          this.end('malformed packet', error.message);
      } else throw error;
    }
  }

  #packet(packet: Packet): void {
    const current = this.#state;
    if (current.state === 'connected') {
      if (this.#core.rules.connect.resetsKeepAlive(packet.type)) current.keepAlive.packetArrived(this.#now);
      serve(this.#core, this, current.session, packet);
      return;
    }
    if (packet.type !== 'connect') return this.#early(packet);
    this.#level = packet.protocolLevel;
    admit(this.#core, packet, this);
  }

  #early(packet: Packet): void {
    const reaction = this.#core.rules.connect.reactionToEarlyPacket(packet.type);
    if (reaction === 'close') this.end('protocol violation');
    else if (reaction === 'serve') serve(this.#core, this, this.#core.strayClient(), packet);
  }

  /** An authentication takes its time: what comes meanwhile waits. */
  waits(): void {
    this.#state = { state: 'authenticating' };
    this.#limitFramer();
    // Nobody reads for a client that is not let in yet.
    this.pause();
  }

  /** The authentication has its answer, on which `decide` acts. */
  answered(decide: () => void): void {
    this.#core.inTurn((now) => {
      if (this.#closing) return;
      this.#now = now;
      this.#state = { state: 'awaiting-connect' };
      decide();
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.takeOut((frame) => this.frame(frame));
      this.resume();
    });
  }

  refuse(refusal: Refusal, connect?: Connect): void {
    const { rules } = this.#core;
    if (refusal === 'silence') return this.end('protocol violation');
    if (connect?.will !== undefined && rules.will.isDueAfterRefusal())
      this.#core.publishWill(connect.will, 'peer closed');
    const hasSession = connect !== undefined && this.#core.hasSession(connect.clientId);
    const sessionPresent = rules.connect.sessionPresentOfRefusal(hasSession);
    this.send({ type: 'connack', returnCode: refusal, sessionPresent } as Connack);
    const { clientId = '', userName } = connect ?? {};
    this.#core.events.refused?.({ ...this.peer, clientId, userName, returnCode: refusal });
    if (rules.connect.closesAfterRefusal()) {
      if (!rules.connect.servesBehindRefusal()) return this.end('not authorized');
    }
    if (rules.connect.servesBehindRefusal()) this.#serveStray();
  }

  /** For a faulty broker: goes on as though the CONNECT had been accepted. */
  #serveStray(): void {
    const keepAlive = new KeepAlive(Number.POSITIVE_INFINITY, this.#now);
    const session = this.#core.strayClient();
    const connect = { type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 0, clientId: '' } as const;
    this.#state = { state: 'connected', session, connect, keepAlive };
  }

  accept(claimed: Connect): void {
    const { rules } = this.#core;
    const connect = kept(claimed);
    const opened = this.#core.openSession(connect, this);
    const { session } = opened;
    const keepAlive = new KeepAlive(rules.connect.keepAliveAllowanceMs(connect.keepAlive), this.#now);
    this.#will = rules.will.willOf(connect.will, session.lastWill);
    session.lastWill = connect.will ?? session.lastWill;
    this.#state = { state: 'connected', session, connect, keepAlive };
    this.#limitFramer();
    this.#core.deadlines.set(this);
    const sessionPresent = rules.connect.sessionPresent(connect, opened.stored);
    const connack = { type: 'connack', returnCode: 0, sessionPresent } as const;
    if (rules.connect.connackComesFirst()) this.send(connack);
    session.sender.connect(this);
    if (!rules.connect.connackComesFirst()) this.send(connack);
    if (this.#will !== undefined && rules.will.isDueWhileConnected()) this.#core.publishWill(this.#will, 'peer closed');
    if (rules.connect.sendsRetainedUponConnect()) this.#core.router.sendAllRetained(session);
    const { clientId, userName } = session;
    this.#core.events.connected?.({ ...this.peer, clientId, userName, sessionPresent });
  }
}

/** What of a CONNECT is kept as long as the connection: not the password. */
function kept(connect: Connect): Connect {
  if (connect.password === undefined) return connect;
  const { password: _secret, ...others } = connect;
  return others;
}
