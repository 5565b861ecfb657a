// A client over all its connections: session, subscriptions, queue, reconnects (section 4.1). In: what the application asks, bytes, time.
// Out, through a port: the wish to dial, to flush, to close, and events. Knows no socket and no clock.
import type { Sink } from '../../codec/output.ts';
import type { Packet, Publish } from '../../codec/packet.ts';
import type { PublishView } from '../../codec/publish-view.ts';
import { publishByte } from '../../codec/publish-writer.ts';
import type { Message, PacketId, Qos } from '../../message.ts';
import { Sender, type SenderPort } from '../../session/sender.ts';
import { defaultSessionRules } from '../../session/session-rules.ts';
import type { ClientPort, CoreOptions, Filters, KeptState, Subscribing, Waiting } from './client-port.ts';
import { ClientConnection, type ConnectionHandler } from './connection.ts';
import { ClientEnded, type Disconnected, endedByItself, FateUnknown, QueueFull } from './errors.ts';
import { Inbox } from './inbox.ts';
import { topicBytes } from './known-topics.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import { ReconnectPlan } from './reconnect-plan.ts';
import { SessionJournal } from './session-journal.ts';
import type { Taker } from './subscriptions.ts';
import { TopicInterest } from './topic-interest.ts';

type State =
  | { readonly state: 'dialling' }
  | { readonly state: 'open'; readonly connection: ClientConnection }
  | { readonly state: 'waiting'; readonly until: number }
  | { readonly state: 'ended' };

/** Of a sender that there is not. */
const nothing = { inFlight: [], queued: [] };
const dialling: State = { state: 'dialling' };

/** An idle one holds little: what it needs is made at first use. */
export class ClientCore implements ConnectionHandler, SenderPort {
  readonly #options: CoreOptions;
  readonly #port: ClientPort;
  #senderMade: Sender | undefined;
  #inboxMade: Inbox | undefined;
  #topicsMade: TopicInterest | undefined;
  #journal: SessionJournal | undefined;
  /** QoS 0 messages of the time without a connection. */
  #offline: OutgoingMessage[] | undefined;
  #pings: Waiting[] | undefined;
  #idle: (() => void)[] | undefined;
  #plan: ReconnectPlan | undefined;
  #state: State = dialling;
  #everConnected = false;
  #pausing = 0;
  #now = 0;

  constructor(port: ClientPort, options: CoreOptions) {
    this.#options = options;
    this.#port = port;
    if (options.kept !== undefined) this.#goOn(options.kept);
  }

  /** With a session that outlives the process. */
  #goOn({ journal, messages, receivedIds }: KeptState): void {
    const { manualAcknowledgement } = this.#options;
    this.#journal = new SessionJournal({ records: journal, manualAcknowledgement });
    this.#sender.restore(messages);
    this.#inbox.restore(receivedIds);
  }

  /** What the two ends owe each other (MQTT-4.1.0-1): it outlives each connection (MQTT-4.1.0-2, MQTT-3.1.2-4). */
  get #sender(): Sender {
    if (this.#senderMade !== undefined) return this.#senderMade;
    const { maxInFlight, maxQueuedMessages } = this.#options;
    const limits = { window: maxInFlight, maxQueued: maxQueuedMessages };
    this.#senderMade = new Sender({ rules: defaultSessionRules, ...limits }, this.#journal);
    if (this.isConnected) this.#senderMade.connect(this);
    return this.#senderMade;
  }

  get #inbox(): Inbox {
    const { unclaimed, manualAcknowledgement } = this.#options;
    this.#inboxMade ??= new Inbox({
      subscriptions: this.#topics.subscriptions,
      unclaimed,
      manualAcknowledgement,
      journal: this.#journal,
      acknowledge: (packet, packetId) => this.#connection?.acknowledge(packet, packetId),
    });
    return this.#inboxMade;
  }

  get #topics(): TopicInterest {
    this.#topicsMade ??= new TopicInterest(
      {
        reserveId: () => this.#sender.reserveId(),
        releaseId: (packetId) => this.#sender.releaseId(packetId),
        send: (packet) => this.#connection?.send(packet),
      },
      this,
    );
    return this.#topicsMade;
  }

  get isConnected(): boolean {
    return this.#connection?.isConnected === true;
  }

  get isEnded(): boolean {
    return this.#state.state === 'ended';
  }

  /** Messages that wait for a connection or for their acknowledgement. */
  get pendingMessages(): number {
    return (this.#senderMade?.size ?? 0) + (this.#offline?.length ?? 0);
  }

  get #connection(): ClientConnection | undefined {
    return this.#state.state === 'open' ? this.#state.connection : undefined;
  }

  // What the edge tells.

  /** A stream is open: CONNECT goes out. */
  opened(now: number): void {
    this.#now = now;
    if (this.#state.state !== 'dialling') return;
    const connection = new ClientConnection(this, { ...this.#options, now });
    this.#state = { state: 'open', connection };
  }

  unreachable(reason: Disconnected, now: number): void {
    this.#now = now;
    if (this.#state.state === 'dialling') this.#lost(reason);
  }

  receive(chunk: Uint8Array, now: number): void {
    this.#now = now;
    this.#connection?.receive(chunk);
  }

  peerEnded(how: 'finished' | 'broken', now: number): void {
    this.#now = now;
    this.#connection?.peerEnded(how);
  }

  deadline(): number {
    const current = this.#state;
    if (current.state === 'waiting') return current.until;
    return current.state === 'open' ? current.connection.deadline() : Number.POSITIVE_INFINITY;
  }

  tick(now: number): void {
    this.#now = now;
    const current = this.#state;
    if (current.state === 'open') current.connection.tick(now);
    if (current.state !== 'waiting' || current.until > now) return;
    this.#state = dialling;
    this.#port.dial();
  }

  // What the application asks.

  /** QoS 0: hands the message over to the connection. False where there is none. Throws TypeError, RangeError. */
  publishAtOnce(topicName: string, payload: Uint8Array, retain: boolean): boolean {
    const current = this.#state;
    if (current.state !== 'open' || !current.connection.isConnected) return false;
    // MQTT-4.3.1-1, MQTT-3.3.1-2: DUP 0, and no Packet Identifier (MQTT-2.3.1-5).
    current.connection.sendPublish(retain ? 0x31 : 0x30, topicBytes(topicName), 0, payload);
    return true;
  }

  /** QoS 0 without a connection: keeps the message until there is one. Throws QueueFull, ClientEnded. */
  publishLater(message: OutgoingMessage): void {
    if (this.isEnded) throw new ClientEnded();
    const { maxQueuedMessages } = this.#options;
    this.#offline ??= [];
    if (this.#offline.length >= maxQueuedMessages) throw new QueueFull(maxQueuedMessages);
    this.#offline.push(message);
  }

  /** QoS 1 and 2. Throws QueueFull, ClientEnded. */
  publishSurely(message: OutgoingMessage, qos: 1 | 2): void {
    if (this.isEnded) throw new ClientEnded();
    if (!this.#sender.send(message, { qos })) throw new QueueFull(this.#options.maxQueuedMessages);
  }

  /** Asks for Topic Filters. Throws ClientEnded. */
  subscribe(topicFilters: Filters, qos: Qos, subscribing: Subscribing): void {
    if (this.isEnded) throw new ClientEnded();
    this.#topics.subscribe(topicFilters, qos, subscribing);
  }

  /** Ends what a taker wants; the server is asked for those filters that nobody else wants. */
  unsubscribe(topicFilters: readonly string[], taker: Taker, waiting: Waiting): void {
    const unwanted = this.#topics.leave(topicFilters, taker);
    if (unwanted === undefined || this.isEnded) waiting.done();
    else this.#topics.unsubscribe(unwanted, waiting);
  }

  /** Ends what anybody wants of some filters; the server is asked in any case. Throws ClientEnded. */
  unsubscribeAll(topicFilters: Filters, waiting: Waiting): void {
    if (this.isEnded) throw new ClientEnded();
    this.#topics.leaveAll(topicFilters);
    this.#topics.unsubscribe(topicFilters, waiting);
  }

  /** Sends PINGREQ, whether it is due or not. False without a connection. */
  ping(waiting: Waiting, now: number): boolean {
    const connection = this.#connection;
    if (connection?.isConnected !== true) return false;
    this.#pings ??= [];
    this.#pings.push(waiting);
    connection.ping(now);
    return true;
  }

  /** Calls once nothing waits any more. */
  whenIdle(call: () => void): void {
    if (this.pendingMessages === 0) return call();
    this.#idle ??= [];
    this.#idle.push(call);
  }

  /** Ends the client, with DISCONNECT where it is connected. */
  end(): void {
    const current = this.#state;
    if (current.state === 'ended') return;
    if (current.state === 'open') current.connection.disconnect();
    else this.#finish(endedByItself);
  }

  /** Ends the client at once, for a reason of its own. */
  fail(reason: Disconnected): void {
    if (this.isEnded) return;
    this.#port.close();
    this.#finish(reason);
  }

  // Backpressure: whoever is full counts; the stream is read while nobody is.

  full(): void {
    if (this.#pausing++ === 0 && this.isConnected) this.#pauseReading();
  }

  #pauseReading(): void {
    this.#connection?.reading('paused', this.#now);
    this.#port.pauseReading();
  }

  drained(now: number): void {
    if (--this.#pausing > 0) return;
    this.#connection?.reading('resumed', now);
    this.#port.resumeReading();
  }

  // The output of the connection.

  get outputBytes(): number {
    return this.#connection?.outputBytes ?? 0;
  }

  flush(sink: Sink, now: number): void {
    this.#connection?.flush(sink, now);
  }

  outputWaits(): void {
    this.#port.outputWaits();
  }

  // What the connection tells.

  accepted(sessionPresent: boolean): void {
    const first = !this.#everConnected;
    this.#everConnected = true;
    this.#plan?.succeeded();
    if (!sessionPresent) this.#sessionLost();
    // MQTT-4.4.0-1: first what is unacknowledged, in the order of first sending (MQTT-4.6.0-1), then what was queued.
    this.#senderMade?.connect(this);
    this.#topicsMade?.connected({ isForgotten: !sessionPresent && !first });
    const offline = this.#offline ?? [];
    this.#offline = undefined;
    for (const message of offline) {
      this.publishAtOnce(message.topicName, message.payload, message.retain);
      message.done();
    }
    // Not before: CONNACK has to be read.
    if (this.#pausing > 0) this.#pauseReading();
    this.#port.connected({ sessionPresent });
    this.#lookIdle();
  }

  packet(packet: Exclude<Packet, Publish>): string | undefined {
    switch (packet.type) {
      case 'puback':
        this.#done(this.#senderMade?.puback(packet.packetId));
        return undefined;
      case 'pubrec':
        // MQTT-4.6.0-4: answered at once, so in the order of the PUBRECs.
        this.#sender.pubrec(packet.packetId);
        return undefined;
      case 'pubrel':
        this.#inbox.pubrel(packet.packetId);
        return undefined;
      case 'pubcomp':
        this.#done(this.#senderMade?.pubcomp(packet.packetId));
        return undefined;
      case 'suback':
      case 'unsuback':
        return this.#topics.answered(packet);
      case 'connack':
      case 'connect':
      case 'subscribe':
      case 'unsubscribe':
      case 'pingreq':
      case 'pingresp':
      case 'disconnect':
        return `${packet.type.toUpperCase()} behind CONNACK`;
    }
  }

  pingresp(): void {
    this.#pings?.shift()?.done();
  }

  ended(reason: Disconnected): void {
    this.#port.close();
    if (reason.reason === 'ended') this.#finish(reason);
    else this.#lost(reason);
  }

  // What the session wants sent, and delivered.

  publish(message: Message, { qos, packetId, dup }: { qos: 1 | 2; packetId: PacketId; dup: boolean }): void {
    const { topicName, payload, retain } = message;
    this.#connection?.sendPublish(publishByte({ qos, dup, retain }), topicBytes(topicName), packetId, payload);
  }

  pubrel(packetId: PacketId): void {
    this.#connection?.acknowledge('pubrel', packetId);
  }

  published(publish: PublishView): string | undefined {
    return this.#inbox.published(publish);
  }

  #done(message: Message | undefined): void {
    if (message instanceof OutgoingMessage) message.done();
    this.#lookIdle();
  }

  #lookIdle(): void {
    if (this.#idle === undefined || this.pendingMessages > 0) return;
    const idle = this.#idle;
    this.#idle = undefined;
    for (const call of idle) call();
  }

  /** The server knows nothing of an earlier session (MAY-3.2.2.2-a): neither may we (MQTT-3.1.2-6), but what it promised nobody is still to be sent. */
  #sessionLost(): void {
    this.#inboxMade?.clear();
    if (!this.#options.connect.cleanSession || this.#senderMade === undefined) return;
    const { inFlight, queued } = this.#senderMade.takeAll();
    const again: Message[] = [];
    for (const { message, qos } of inFlight) {
      // At least once: as a new message of the new session. Exactly once can't be kept over the end of a session.
      if (qos === 1) again.push(message);
      else if (message instanceof OutgoingMessage) message.failed(new FateUnknown());
    }
    for (const message of [...again, ...queued]) {
      if (message.qos !== 0) this.#sender.send(message, { qos: message.qos });
    }
  }

  #lost(reason: Disconnected): void {
    const { reconnect, random } = this.#options;
    this.#disconnected(reason);
    // Other refusals are for the user to mend.
    const hopeless = reason.reason === 'refused' && (reason as { returnCode?: number }).returnCode !== 3;
    if (reconnect === undefined || !this.#everConnected || hopeless) return this.#finish(reason);
    this.#plan ??= new ReconnectPlan(reconnect, random);
    const delayMs = this.#plan.next();
    if (delayMs === undefined) return this.#finish(reason);
    this.#state = { state: 'waiting', until: this.#now + delayMs };
    this.#port.disconnected(reason);
    this.#port.reconnecting({ attempt: this.#plan.attempts, delayMs });
  }

  #disconnected(reason: Disconnected): void {
    this.#senderMade?.disconnect();
    this.#topicsMade?.disconnected();
    this.#inboxMade?.connectionLost();
    const pings = this.#pings ?? [];
    this.#pings = undefined;
    for (const ping of pings) ping.failed(reason);
  }

  #finish(reason: Disconnected): void {
    this.#disconnected(reason);
    this.#state = { state: 'ended' };
    this.#port.disconnected(reason);
    this.#topicsMade?.end(() => new ClientEnded({ cause: reason }), reason.reason === 'ended' ? undefined : reason);
    this.#journal?.close();
    this.#failAll(reason);
    this.#port.ended(reason);
  }

  #failAll(reason: Disconnected): void {
    const { inFlight, queued } = this.#senderMade?.takeAll() ?? nothing;
    const waiting = [...inFlight.map((one) => one.message), ...queued, ...(this.#offline ?? [])];
    this.#offline = undefined;
    if (waiting.length === 0) return;
    const error = new ClientEnded({ cause: reason });
    for (const message of waiting) if (message instanceof OutgoingMessage) message.failed(error);
  }
}
