// A client over all its connections: session, subscriptions, queue, reconnects (section 4.1). In: what the application asks, bytes, time.
// Out, through a port: the wish to dial, to flush, to close, and events. Knows no socket and no clock.
import type { Sink } from '../../codec/output.ts';
import type { Packet, Publish } from '../../codec/packet.ts';
import type { PublishView } from '../../codec/publish-view.ts';
import { publishByte } from '../../codec/publish-writer.ts';
import type { Message, PacketId, Qos } from '../../message.ts';
import { Sender, type SenderPort } from '../../session/sender.ts';
import { defaultSessionRules } from '../../session/session-rules.ts';
import type { ClientPort, CoreOptions, Filters, Subscribing, Waiting } from './client-port.ts';
import { ClientConnection, type ConnectionHandler } from './connection.ts';
import { ClientEnded, Disconnected, FateUnknown, QueueFull, SubscribeRefused } from './errors.ts';
import { Inbox } from './inbox.ts';
import { topicBytes } from './known-topics.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import { Requests } from './requests.ts';
import { SessionJournal } from './session-journal.ts';
import { Subscriptions, type Taker } from './subscriptions.ts';

const mapFilters = <T>([first, ...rest]: Filters, each: (topicFilter: string) => T): readonly [T, ...T[]] => [
  each(first),
  ...rest.map(each),
];

type State =
  | { readonly state: 'dialling' }
  | { readonly state: 'open'; readonly connection: ClientConnection }
  | { readonly state: 'waiting'; readonly until: number }
  | { readonly state: 'ended' };

/** SUBSCRIBEs of a resumed client carry at most so many filters each. */
const filtersAtOnce = 500;

export class ClientCore implements ConnectionHandler, SenderPort {
  readonly #options: CoreOptions;
  readonly #port: ClientPort;
  /** What the two ends owe each other (MQTT-4.1.0-1): it outlives each connection (MQTT-4.1.0-2, MQTT-3.1.2-4). */
  readonly #sender: Sender;
  readonly #inbox: Inbox;
  readonly #journal: SessionJournal | undefined;
  readonly #subscriptions = new Subscriptions();
  readonly #requests: Requests;
  /** QoS 0 messages of the time without a connection. */
  readonly #offline: OutgoingMessage[] = [];
  readonly #pings: Waiting[] = [];
  readonly #idle: (() => void)[] = [];
  #state: State = { state: 'dialling' };
  #everConnected = false;
  #pausing = 0;
  #now = 0;

  constructor(port: ClientPort, options: CoreOptions) {
    const { maxInFlight, maxQueuedMessages, manualAcknowledgement, unclaimed, kept } = options;
    this.#options = options;
    this.#port = port;
    if (kept !== undefined) this.#journal = new SessionJournal({ records: kept.journal, manualAcknowledgement });
    const rules = defaultSessionRules;
    this.#sender = new Sender({ rules, window: maxInFlight, maxQueued: maxQueuedMessages }, this.#journal);
    this.#inbox = new Inbox({
      subscriptions: this.#subscriptions,
      unclaimed,
      manualAcknowledgement,
      journal: this.#journal,
      receivedIds: kept?.receivedIds ?? [],
      acknowledge: (packet, packetId) => this.#connection?.acknowledge(packet, packetId),
    });
    this.#sender.restore(kept?.messages ?? []);
    this.#requests = new Requests({
      reserveId: () => this.#sender.reserveId(),
      releaseId: (packetId) => this.#sender.releaseId(packetId),
      send: (packet) => this.#connection?.send(packet),
    });
  }

  get isConnected(): boolean {
    return this.#connection?.isConnected === true;
  }

  get isEnded(): boolean {
    return this.#state.state === 'ended';
  }

  /** Messages that wait for a connection or for their acknowledgement. */
  get pendingMessages(): number {
    return this.#sender.size + this.#offline.length;
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
    this.#state = { state: 'dialling' };
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
    if (this.#offline.length >= maxQueuedMessages) throw new QueueFull(maxQueuedMessages);
    this.#offline.push(message);
  }

  /** QoS 1 and 2. Throws QueueFull, ClientEnded. */
  publishSurely(message: OutgoingMessage, qos: 1 | 2): void {
    if (this.isEnded) throw new ClientEnded();
    if (!this.#sender.send(message, { qos })) throw new QueueFull(this.#options.maxQueuedMessages);
  }

  /** Asks for Topic Filters. Their messages are taken from now on: retained ones may overtake SUBACK (section 3.8.4). Throws ClientEnded. */
  subscribe(topicFilters: Filters, qos: Qos, { taker, answered, failed }: Subscribing): void {
    if (this.isEnded) throw new ClientEnded();
    const subscriptions = mapFilters(topicFilters, (topicFilter) => {
      this.#subscriptions.add(topicFilter, taker, qos);
      return { topicFilter, qos: this.#subscriptions.qosOf(topicFilter) };
    });
    this.#requests.ask({ type: 'subscribe', subscriptions, answered, failed });
  }

  /** Ends what a taker wants; the server is asked for those filters that nobody else wants. */
  unsubscribe(topicFilters: readonly string[], taker: Taker, waiting: Waiting): void {
    const [first, ...rest] = topicFilters.filter((topicFilter) => this.#subscriptions.remove(topicFilter, taker));
    if (first === undefined || this.isEnded) return waiting.done();
    this.#requests.ask({
      type: 'unsubscribe',
      topicFilters: [first, ...rest],
      answered: () => waiting.done(),
      failed: (error) => waiting.failed(error),
    });
  }

  /** Ends what anybody wants of some filters; the server is asked in any case. Throws ClientEnded. */
  unsubscribeAll(topicFilters: Filters, waiting: Waiting): void {
    if (this.isEnded) throw new ClientEnded();
    for (const topicFilter of topicFilters) {
      for (const taker of this.#subscriptions.takersOf(topicFilter)) {
        this.#subscriptions.remove(topicFilter, taker);
        taker.ended?.(topicFilter);
      }
    }
    this.#requests.ask({
      type: 'unsubscribe',
      topicFilters,
      answered: () => waiting.done(),
      failed: (error) => waiting.failed(error),
    });
  }

  /** Sends PINGREQ, whether it is due or not. False without a connection. */
  ping(waiting: Waiting, now: number): boolean {
    const connection = this.#connection;
    if (connection?.isConnected !== true) return false;
    this.#pings.push(waiting);
    connection.ping(now);
    return true;
  }

  /** Calls once nothing waits any more. */
  whenIdle(call: () => void): void {
    if (this.pendingMessages === 0) call();
    else this.#idle.push(call);
  }

  /** Ends the client, with DISCONNECT where it is connected. */
  end(): void {
    const current = this.#state;
    if (current.state === 'ended') return;
    if (current.state === 'open') current.connection.disconnect();
    else this.#finish(new Disconnected('ended', 'the client has ended'));
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
    this.#options.plan?.succeeded();
    if (!sessionPresent) this.#sessionLost();
    // MQTT-4.4.0-1: first what is unacknowledged, in the order of first sending (MQTT-4.6.0-1), then what was queued.
    this.#sender.connect(this);
    if (!sessionPresent && !first) this.#subscribeAgain();
    this.#requests.connected();
    for (const message of this.#offline.splice(0)) {
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
        this.#done(this.#sender.puback(packet.packetId));
        return undefined;
      case 'pubrec':
        // MQTT-4.6.0-4: answered at once, so in the order of the PUBRECs.
        this.#sender.pubrec(packet.packetId);
        return undefined;
      case 'pubrel':
        this.#inbox.pubrel(packet.packetId);
        return undefined;
      case 'pubcomp':
        this.#done(this.#sender.pubcomp(packet.packetId));
        return undefined;
      case 'suback': {
        const { packetId, returnCodes } = packet;
        if (this.#requests.suback(packetId, returnCodes)) return undefined;
        return `SUBACK ${packetId} with ${returnCodes.length} return codes answers no SUBSCRIBE (MQTT-3.8.4-2, MQTT-3.8.4-5)`;
      }
      case 'unsuback':
        if (this.#requests.unsuback(packet.packetId)) return undefined;
        return `UNSUBACK ${packet.packetId} answers no UNSUBSCRIBE (MQTT-3.10.4-4)`;
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
    this.#pings.shift()?.done();
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
    if (this.#idle.length > 0 && this.pendingMessages === 0) for (const call of this.#idle.splice(0)) call();
  }

  /** The server knows nothing of an earlier session (MAY-3.2.2.2-a): neither may we (MQTT-3.1.2-6), but what it promised nobody is still to be sent. */
  #sessionLost(): void {
    this.#inbox.clear();
    if (!this.#options.connect.cleanSession) return;
    const { inFlight, queued } = this.#sender.takeAll();
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

  #subscribeAgain(): void {
    const wanted = this.#subscriptions.wanted().filter(({ topicFilter }) => !this.#requests.asksFor(topicFilter));
    for (let at = 0; at < wanted.length; at += filtersAtOnce) {
      const [first, ...rest] = wanted.slice(at, at + filtersAtOnce);
      if (first === undefined) return;
      const subscriptions = [first, ...rest] as const;
      const answered = (returnCodes: readonly number[]): void => {
        subscriptions.forEach(({ topicFilter }, i) => {
          if (returnCodes[i] !== 0x80) return;
          for (const taker of this.#subscriptions.takersOf(topicFilter)) {
            this.#subscriptions.remove(topicFilter, taker);
            taker.ended?.(topicFilter, new SubscribeRefused([topicFilter], [0x80]));
          }
        });
      };
      this.#requests.ask({ type: 'subscribe', subscriptions, answered, failed: () => {} });
    }
  }

  #lost(reason: Disconnected): void {
    const { plan } = this.#options;
    this.#disconnected(reason);
    // Other refusals are for the user to mend.
    const hopeless = reason.reason === 'refused' && (reason as { returnCode?: number }).returnCode !== 3;
    const delayMs = plan === undefined || !this.#everConnected || hopeless ? undefined : plan.next();
    if (delayMs === undefined || plan === undefined) return this.#finish(reason);
    this.#state = { state: 'waiting', until: this.#now + delayMs };
    this.#port.disconnected(reason);
    this.#port.reconnecting({ attempt: plan.attempts, delayMs });
  }

  #disconnected(reason: Disconnected): void {
    this.#sender.disconnect();
    this.#requests.disconnected();
    this.#inbox.connectionLost();
    for (const ping of this.#pings.splice(0)) ping.failed(reason);
  }

  #finish(reason: Disconnected): void {
    this.#disconnected(reason);
    this.#state = { state: 'ended' };
    this.#port.disconnected(reason);
    const error = new ClientEnded({ cause: reason });
    this.#requests.fail(error);
    for (const { topicFilter } of this.#subscriptions.wanted()) {
      for (const taker of this.#subscriptions.takersOf(topicFilter))
        taker.ended?.(topicFilter, reason.reason === 'ended' ? undefined : reason);
    }
    this.#journal?.close();
    const { inFlight, queued } = this.#sender.takeAll();
    for (const message of [...inFlight.map((one) => one.message), ...queued, ...this.#offline.splice(0)]) {
      if (message instanceof OutgoingMessage) message.failed(error);
    }
    this.#port.ended(reason);
  }
}
