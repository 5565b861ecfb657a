// A client over all its connections: session, subscriptions, queue, reconnects (section 4.1). In: what the application asks, bytes, time.
// Out, through a port: the wish to dial, to flush, to close, and events. Knows no socket and no clock.
import type { Sink } from '../../codec/output.ts';
import type { Packet, Publish } from '../../codec/packet.ts';
import type { PublishView } from '../../codec/publish-view.ts';
import type { PacketId } from '../../message.ts';
import type { ClientPort, CoreOptions, KeptState, Waiting } from './client-port.ts';
import { ClientConnection, type ConnectionHandler } from './connection.ts';
import { type Addressees, dispatch } from './dispatch.ts';
import { type Disconnected, endedByItself, type SubscribeRefused } from './errors.ts';
import { Inbox } from './inbox.ts';
import { topicBytes } from './known-topics.ts';
import { Outbox, type OutboxPort } from './outbox.ts';
import { ReconnectPlan } from './reconnect-plan.ts';
import { SessionJournal } from './session-journal.ts';
import { TopicInterest, type TopicPort } from './topic-interest.ts';

type State =
  | { readonly state: 'dialling' }
  | { readonly state: 'open'; readonly connection: ClientConnection }
  | { readonly state: 'waiting'; readonly until: number }
  | { readonly state: 'ended' };

const dialling: State = { state: 'dialling' };

/** An idle one holds little: what it needs is made at first use. */
export class ClientCore implements ConnectionHandler, OutboxPort, TopicPort, Addressees {
  readonly #options: CoreOptions;
  readonly #port: ClientPort;
  #outboxMade: Outbox | undefined;
  #inboxMade: Inbox | undefined;
  #topicsMade: TopicInterest | undefined;
  #journal: SessionJournal | undefined;
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
    this.outbox.restore(messages);
    this.inbox.restore(receivedIds);
  }

  /** What is published beyond QoS 0 on an open connection. */
  get outbox(): Outbox {
    if (this.#outboxMade !== undefined) return this.#outboxMade;
    const { maxInFlight, maxQueuedMessages, connect } = this.#options;
    const { cleanSession } = connect;
    this.#outboxMade = new Outbox(this, { maxInFlight, maxQueuedMessages, cleanSession, journal: this.#journal });
    return this.#outboxMade;
  }

  /** What comes. */
  get inbox(): Inbox {
    const { unclaimed, manualAcknowledgement } = this.#options;
    this.#inboxMade ??= new Inbox({
      subscriptions: this.topics.subscriptions,
      unclaimed,
      manualAcknowledgement,
      journal: this.#journal,
      acknowledge: (packet, packetId) => this.#connection?.acknowledge(packet, packetId),
    });
    return this.#inboxMade;
  }

  /** What is subscribed to. */
  get topics(): TopicInterest {
    this.#topicsMade ??= new TopicInterest(this, { maxQueuedRequests: this.#options.maxQueuedMessages });
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
    return this.#outboxMade?.size ?? 0;
  }

  get #connection(): ClientConnection | undefined {
    return this.#state.state === 'open' ? this.#state.connection : undefined;
  }

  // What the edge tells.

  /** A stream is open: CONNECT goes out. */
  opened(now: number): void {
    this.#now = now;
    if (this.#state.state !== 'dialling') return;
    const connection = new ClientConnection(this, this.#options, now);
    this.#state = { state: 'open', connection };
  }

  unreachable(reason: Disconnected, now: number): void {
    this.#now = now;
    if (this.#state.state === 'dialling') this.#lost(reason);
  }

  /** `isLent`: the chunk is there during the call alone. */
  receive(chunk: Uint8Array, { now, isLent }: { readonly now: number; readonly isLent: boolean }): void {
    this.#now = now;
    this.#connection?.receive(chunk, isLent);
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

  /** Sends PINGREQ, whether it is due or not. False without a connection. */
  ping(waiting: Waiting, now: number): boolean {
    const connection = this.#connection;
    if (connection?.isConnected !== true) return false;
    connection.ping(now, waiting);
    return true;
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
    this.#plan?.accepted(this.#now);
    // The server knows nothing of an earlier session (MAY-3.2.2.2-a): neither may we (MQTT-3.1.2-6).
    if (!sessionPresent) this.#inboxMade?.clear();
    this.#outboxMade?.connected(sessionPresent);
    this.#topicsMade?.connected({ isForgotten: !sessionPresent && !first });
    this.#outboxMade?.sendOffline();
    // Not before: CONNACK has to be read.
    if (this.#pausing > 0) this.#pauseReading();
    this.#port.connected({ sessionPresent });
  }

  packet(packet: Exclude<Packet, Publish>): string | undefined {
    return dispatch(packet, this);
  }

  ended(reason: Disconnected): void {
    this.#port.close();
    if (reason.reason === 'ended') this.#finish(reason);
    else this.#lost(reason);
  }

  published(publish: PublishView): string | undefined {
    return this.inbox.published(publish);
  }

  // What the outbox and the topics want.

  sendPublish(firstByte: number, topic: Uint8Array, packetId: PacketId, payload: Uint8Array): void {
    this.#connection?.sendPublish(firstByte, topic, packetId, payload);
  }

  pubrel(packetId: PacketId): void {
    this.#connection?.pubrel(packetId);
  }

  send(packet: Packet): void {
    this.#connection?.send(packet);
  }

  refused(error: SubscribeRefused): void {
    this.#port.refused(error);
  }

  reserveId(): PacketId {
    return this.outbox.reserveId();
  }

  releaseId(packetId: PacketId): void {
    this.outbox.releaseId(packetId);
  }

  #lost(reason: Disconnected): void {
    const { reconnect, random } = this.#options;
    this.#disconnected(reason);
    // Other refusals are for the user to mend.
    const hopeless = reason.reason === 'refused' && (reason as { returnCode?: number }).returnCode !== 3;
    if (reconnect === undefined || !this.#everConnected || hopeless) return this.#finish(reason);
    this.#plan ??= new ReconnectPlan(reconnect, random);
    const delayMs = this.#plan.next(this.#now);
    if (delayMs === undefined) return this.#finish(reason);
    this.#state = { state: 'waiting', until: this.#now + delayMs };
    this.#port.disconnected(reason);
    // Who was told may have ended the client.
    if (this.isEnded) return;
    this.#port.reconnecting({ attempt: this.#plan.attempts, delayMs });
  }

  #disconnected(reason: Disconnected): void {
    this.#outboxMade?.disconnected();
    this.#topicsMade?.disconnected();
    this.#inboxMade?.connectionLost();
    this.#connection?.failPings(reason);
  }

  #finish(reason: Disconnected): void {
    // Who waits or dials has been told of the connection before.
    const isNews = this.#state.state === 'open' || reason.reason === 'unreachable';
    this.#disconnected(reason);
    this.#state = { state: 'ended' };
    if (isNews) this.#port.disconnected(reason);
    this.#topicsMade?.end(reason, reason.reason === 'ended' ? undefined : reason);
    this.#journal?.close();
    this.#outboxMade?.end(reason);
    this.#port.ended(reason);
  }
}
