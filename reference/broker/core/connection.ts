// One network connection of a client, from its first byte to its close. In: bytes, time, how the peer ended. Out, through a port:
// bytes, and the wish to close. Knows no socket and no clock.
import { PacketWriter } from '../../codec/encode.ts';
import { UnsupportedProtocol } from '../../codec/levels.ts';
import { MalformedPacket } from '../../codec/malformed.ts';
import type {
  Connack,
  Connect,
  Packet,
  ProtocolLevel,
  Publish,
  Subscribe,
  Unsubscribe,
  Will,
} from '../../codec/packet.ts';
import type { Message, PacketId } from '../../message.ts';
import { KeepAlive } from '../../session/keep-alive.ts';
import type { ReceiverPort } from '../../session/receiver.ts';
import type { SenderPort } from '../../session/sender.ts';
import { topicNameProblem } from '../../topics/validate.ts';
import type { Authenticate, AuthenticationOutcome, BrokerCore, Peer } from './broker-core.ts';
import type { EndReason, Refusal } from './rules/connect.ts';
import type { Session } from './session.ts';

/** What a connection asks of its transport. */
export interface ConnectionPort {
  readonly remoteAddress: string;
  /** Which connection of the broker it is, for events and log; left out: 0. */
  readonly connectionId?: number;
  /** Common name of a verified client certificate. */
  readonly certificateName?: string | undefined;
  /** Bytes written that the peer has not taken yet; left out: none ever wait. */
  readonly bufferedBytes?: number;
  /** Bytes gathered since the last flush. */
  write(bytes: Uint8Array): void;
  /** Ends the connection once everything is written. */
  close(): void;
}

type State =
  | { readonly state: 'awaiting-connect' }
  | { readonly state: 'authenticating' }
  | { readonly state: 'connected'; readonly session: Session; readonly connect: Connect; readonly keepAlive: KeepAlive }
  | { readonly state: 'ended' };

/** A copy. (`slice` of a Buffer is a view, and keeps the whole chunk that it was cut from.) */
const ownBytes = (view: Uint8Array): Uint8Array => new Uint8Array(view);

export class Connection implements SenderPort, ReceiverPort {
  readonly #core: BrokerCore;
  readonly #port: ConnectionPort;
  readonly #framer: { push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void };
  readonly #out = new PacketWriter();
  readonly #waiting: Uint8Array[] = [];
  #state: State = { state: 'awaiting-connect' };
  #level: ProtocolLevel = 4;
  #will: Will | undefined;
  #connectBy: number;
  #closing = false;
  #now: number;

  constructor(core: BrokerCore, { port, now }: { port: ConnectionPort; now: number }) {
    this.#core = core;
    this.#port = port;
    this.#framer = core.parts.framer(core.limits.maxPacketBytes);
    this.#connectBy = now + core.limits.connectTimeoutMs;
    this.#now = now;
  }

  get peer(): Peer {
    const { connectionId = 0, remoteAddress } = this.#port;
    return { connectionId, remoteAddress };
  }

  get session(): Session | undefined {
    return this.#state.state === 'connected' ? this.#state.session : undefined;
  }

  /** Bytes written and to be written that the peer has not taken yet. */
  get bufferedBytes(): number {
    return this.#out.length + (this.#port.bufferedBytes ?? 0);
  }

  /** Bytes came. */
  receive(chunk: Uint8Array, now: number): void {
    this.#now = now;
    if (this.#closing) return;
    try {
      this.#framer.push(chunk, this.#frame);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.end('malformed packet', error.message);
    }
  }

  /** The peer has ended the connection, by whatever means. */
  peerEnded(now: number): void {
    this.#now = now;
    this.end('peer closed');
  }

  /** Whether an authentication is taking its time: what comes meanwhile has to wait. */
  get isAuthenticating(): boolean {
    return this.#state.state === 'authenticating';
  }

  /** When `tick` wants to be called. */
  deadline(): number {
    const current = this.#state;
    if (current.state === 'connected') return current.keepAlive.deadline();
    return current.state === 'ended' ? Number.POSITIVE_INFINITY : this.#connectBy;
  }

  /** Ends the connection if its time is over. */
  tick(now: number): void {
    this.#now = now;
    if (this.#closing || this.deadline() > now) return;
    if (this.isAuthenticating) this.#refuse(3);
    else this.end(this.#state.state === 'connected' ? 'keep-alive expired' : 'protocol violation');
  }

  /** Ends the connection; the will's fate follows from the reason. The detail is for events and log. */
  end(reason: EndReason, detail?: string): void {
    if (this.#closing) return;
    const current = this.#state;
    this.#closing = true;
    this.#state = { state: 'ended' };
    this.#core.dirty.add(this);
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

  /** Publishes the will ahead of the end that makes it due, once. */
  publishWill(reason: EndReason): void {
    const [will, { session }] = [this.#will, this];
    this.#will = undefined;
    if (will === undefined || session === undefined) return;
    const { clientId, userName } = session;
    if (this.#core.allows({ kind: 'publish', clientId, userName, topic: will.topicName }))
      this.#core.publishWill(will, reason);
  }

  /** Hands the output of this turn to the transport. */
  flush(): void {
    if (this.#out.length > 0) this.#port.write(this.#out.take());
    if (this.#closing) this.#port.close();
  }

  publish(message: Message, { qos, packetId, dup }: { qos: 0 | 1 | 2; packetId?: PacketId; dup: boolean }): void {
    const { topicName, payload, retain } = message;
    if (qos === 0 || packetId === undefined)
      this.send({ type: 'publish', qos: 0, dup: false, topicName, payload, retain });
    else this.send({ type: 'publish', qos, dup, packetId, topicName, payload, retain });
  }

  pubrel(packetId: PacketId): void {
    this.send({ type: 'pubrel', packetId });
  }

  pubrec(packetId: PacketId): void {
    this.send({ type: 'pubrec', packetId });
  }

  pubcomp(packetId: PacketId): void {
    this.send({ type: 'pubcomp', packetId });
  }

  deliver(message: Message, dup: boolean): void {
    this.#core.route(message, { incomingDup: dup });
  }

  send(packet: Packet): void {
    if (this.#state.state === 'ended') return;
    this.#core.counters.packetsSent++;
    if (this.#core.rules.connect.sendingResetsKeepAlive() && this.#state.state === 'connected')
      this.#state.keepAlive.packetArrived(this.#core.now);
    const { outgoing } = this.#core.parts;
    if (outgoing === undefined) this.#out.write(packet, this.#level);
    else for (const one of outgoing(packet)) this.#write(one);
    this.#core.dirty.add(this);
  }

  #write(one: Packet | Uint8Array): void {
    if (one instanceof Uint8Array) this.#out.raw(one);
    else this.#out.write(one, this.#level);
  }

  readonly #frame = (frame: Uint8Array): void => {
    if (this.#closing) return;
    if (this.#state.state === 'authenticating') {
      this.#waiting.push(ownBytes(frame));
      return;
    }
    this.#core.counters.packetsReceived++;
    // Will and password of a CONNECT are kept longer than this turn.
    const bytes = this.#state.state === 'awaiting-connect' ? ownBytes(frame) : frame;
    try {
      this.#packet(this.#core.parts.decode(bytes, this.#level));
    } catch (error) {
      if (error instanceof UnsupportedProtocol && this.#state.state === 'awaiting-connect') {
        this.#refuse(this.#core.rules.connect.reactionToProtocol(error));
      } else if (error instanceof MalformedPacket || error instanceof UnsupportedProtocol) {
        if (error instanceof UnsupportedProtocol || this.#core.rules.connect.reactionToMalformed(error) === 'close')
          this.end('malformed packet', error.message);
      } else throw error;
    }
  };

  #packet(packet: Packet): void {
    const current = this.#state;
    if (current.state === 'connected') {
      if (this.#core.rules.connect.resetsKeepAlive(packet.type)) current.keepAlive.packetArrived(this.#now);
      this.#serve(packet, current.session);
      return;
    }
    if (packet.type === 'connect') this.#connect(packet);
    else this.#early(packet);
  }

  #early(packet: Packet): void {
    const reaction = this.#core.rules.connect.reactionToEarlyPacket(packet.type);
    if (reaction === 'close') this.end('protocol violation');
    else if (reaction === 'serve') this.#serve(packet, this.#core.strayClient());
  }

  #connect(connect: Connect): void {
    const { rules, limits } = this.#core;
    this.#level = connect.protocolLevel;
    if (
      connect.will !== undefined &&
      topicNameProblem(connect.will.topicName) !== undefined &&
      rules.connect.reactionToWillTopic() === 'close'
    ) {
      this.end('protocol violation');
      return;
    }
    if (rules.connect.evictsBeforeChecking()) this.#core.evict(connect.clientId);
    const refusal =
      rules.connect.refusesClientId(connect) ?? (this.#core.connections > limits.maxConnections ? 3 : undefined);
    if (refusal !== undefined) return this.#refuse(refusal, connect);
    const outcome = this.#authenticate(connect);
    if (typeof outcome === 'string' || 'acceptedAs' in outcome) return this.#authenticated(connect, outcome);
    this.#state = { state: 'authenticating' };
    outcome.then(
      (answer) => this.#answered(connect, answer),
      () => this.#answered(connect, 'unavailable'),
    );
  }

  #authenticate({ clientId, userName, password }: Connect): ReturnType<Authenticate> {
    const { remoteAddress, certificateName } = this.#port;
    try {
      return this.#core.authenticate({ clientId, userName, password, remoteAddress, certificateName });
    } catch {
      // The program that embeds the broker has failed at this client: the others are served on.
      return 'unavailable';
    }
  }

  /** The answer of an authentication that took its time. */
  #answered(connect: Connect, outcome: AuthenticationOutcome): void {
    this.#core.inTurn(this, (now) => {
      if (this.#closing) return;
      this.#now = now;
      this.#state = { state: 'awaiting-connect' };
      this.#authenticated(connect, outcome);
      for (const frame of this.#waiting.splice(0)) this.#frame(frame);
    });
  }

  #authenticated(connect: Connect, outcome: AuthenticationOutcome): void {
    if (outcome === 'accepted') this.#admit(connect);
    else if (typeof outcome === 'string') this.#refuse(this.#core.rules.connect.refusalOf(outcome), connect);
    else this.#admit(connectAs(connect, outcome.acceptedAs));
  }

  #admit(connect: Connect): void {
    if (this.#core.mayOwn(connect)) this.#accept(connect);
    else this.#refuse(this.#core.rules.connect.refusalOf('identifier rejected'), connect);
  }

  #refuse(refusal: Refusal, connect?: Connect): void {
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

  #accept(connect: Connect): void {
    const { rules } = this.#core;
    const opened = this.#core.openSession(connect, this);
    const { session } = opened;
    const keepAlive = new KeepAlive(rules.connect.keepAliveAllowanceMs(connect.keepAlive), this.#now);
    this.#will = rules.will.willOf(connect.will, session.lastWill);
    session.lastWill = connect.will ?? session.lastWill;
    this.#state = { state: 'connected', session, connect, keepAlive };
    const sessionPresent = rules.connect.sessionPresent(connect, opened.stored);
    const connack = { type: 'connack', returnCode: 0, sessionPresent } as const;
    if (rules.connect.connackComesFirst()) this.send(connack);
    session.sender.connect(this);
    if (!rules.connect.connackComesFirst()) this.send(connack);
    if (this.#will !== undefined && rules.will.isDueWhileConnected()) this.#core.publishWill(this.#will, 'peer closed');
    if (rules.connect.sendsRetainedUponConnect()) this.#core.sendAllRetained(this);
    const { clientId, userName } = session;
    this.#core.events.connected?.({ ...this.peer, clientId, userName, sessionPresent });
  }

  #serve(packet: Packet, session: Session): void {
    switch (packet.type) {
      case 'publish':
        return this.#published(packet, session);
      case 'puback':
        return void session.sender.puback(packet.packetId);
      case 'pubrec':
        return session.sender.pubrec(packet.packetId);
      case 'pubrel':
        return session.receiver.pubrel(packet.packetId, this);
      case 'pubcomp':
        return void session.sender.pubcomp(packet.packetId);
      case 'subscribe':
        return this.#subscribed(packet, session);
      case 'unsubscribe':
        return this.#unsubscribed(packet, session);
      case 'pingreq':
        return this.send({ type: 'pingresp' });
      case 'disconnect':
        return this.#disconnected();
      case 'connect':
        return this.#secondConnect(packet);
      case 'connack':
      case 'suback':
      case 'unsuback':
      case 'pingresp':
        return this.end('protocol violation');
    }
  }

  #secondConnect(connect: Connect): void {
    const reaction = this.#core.rules.connect.reactionToSecondConnect();
    if (reaction === 'close') this.end('protocol violation');
    else if (reaction === 'connack') {
      this.#will = connect.will;
      this.send({ type: 'connack', returnCode: 0, sessionPresent: false });
    }
  }

  #disconnected(): void {
    if (this.#core.rules.subscribe.closesAfterDisconnect()) this.end('disconnect');
    else this.#will = undefined;
  }

  #published(packet: Publish, session: Session): void {
    const rules = this.#core.rules.publish;
    const problem = topicNameProblem(packet.topicName);
    const { topicName, retain, qos, dup } = packet;
    const { clientId, userName } = session;
    const allowed = this.#core.allows({ kind: 'publish', clientId, userName, topic: topicName });
    const reaction =
      problem !== undefined ? rules.reactionToTopicName(topicName) : allowed ? 'accept' : rules.reactionToForbidden();
    if (reaction === 'close') return this.end('protocol violation');
    if (reaction === 'ignore') return;
    // The frame is the transport's buffer: what is kept longer than this turn needs bytes of its own.
    const message: Message = { topicName, retain, qos, payload: ownBytes(packet.payload) };
    const answer = rules.answerTo(qos);
    if (packet.qos === 2 && answer === 'pubrec' && reaction === 'accept')
      return session.receiver.publish(packet.packetId, { message, dup }, this);
    const isNew = packet.qos !== 1 || rules.isNewQos1(session, packet.packetId, dup);
    if (reaction === 'accept' && isNew) this.#core.route(message, { incomingDup: dup });
    if (answer === 'nothing') return;
    this.send({ type: answer, packetId: packet.qos === 0 ? 0 : packet.packetId });
  }

  #subscribed(packet: Subscribe, session: Session): void {
    const { subscriptions } = packet;
    const outcome = this.#core.subscribe(session, { subscriptions, protocolLevel: this.#level });
    if (outcome === 'violation') return this.end('protocol violation');
    const { codes, retained } = outcome;
    const suback = {
      type: 'suback',
      packetId: packet.packetId,
      returnCodes: this.#core.rules.subscribe.returnCodes(codes),
    } as const;
    const first = this.#core.rules.subscribe.subackComesFirst();
    if (first) this.send(suback);
    retained();
    if (!first) this.send(suback);
  }

  #unsubscribed(packet: Unsubscribe, session: Session): void {
    const deleted = this.#core.unsubscribe(session, packet.topicFilters);
    if (deleted === 'violation') return this.end('protocol violation');
    if (this.#core.rules.subscribe.acknowledgesUnsubscribe(deleted))
      this.send({ type: 'unsuback', packetId: packet.packetId });
  }
}

/** The same CONNECT, as of another user. */
function connectAs(connect: Connect, userName: string | undefined): Connect {
  const { userName: _claimed, password: _secret, ...others } = connect;
  return userName === undefined ? others : { ...others, userName };
}
