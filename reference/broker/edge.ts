// The edge of the broker: binds the core to listeners and the clock. In: options. Out: places where the core can be reached.
import { type Clock, systemClock } from '../clock.ts';
import type { Message } from '../message.ts';
import { HeldOutput } from '../storage/held-output.ts';
import type { OpenedStore, Store } from '../storage/store.ts';
import { Arrivals } from '../transport/arrivals.ts';
import type { Loan, Transport, TransportListener } from '../transport/transport.ts';
import type { Access, AccessOptions } from './access/access.ts';
import { AccessError } from './access/access-error.ts';
import type { BrokerOptions } from './broker.ts';
import { BrokerRecords } from './broker-records.ts';
import { BrokerCore } from './core/broker-core.ts';
import { Connection } from './core/connection.ts';
import { defaultParts } from './core/parts.ts';
import { rulesWith } from './core/rules/rules.ts';
import { type Statistics, statisticsOf } from './core/statistics.ts';
import { SysTopics } from './core/sys-topics.ts';
import { callSafely, EventHub } from './events/event-hub.ts';
import { LocalSubscribers, type MessageListener } from './events/local-subscribers.ts';
import { limitsOf } from './limits-of.ts';
import { listenAt, type Place } from './listeners.ts';
import { BrokerLog } from './log/broker-log.ts';
import { type MetricsEndpoint, serveMetrics } from './metrics/metrics-endpoint.ts';
import { StalledPeers } from './stalled-peers.ts';
import { traced, tracedListener } from './trace/traced.ts';
import { Tracer } from './trace/tracer.ts';
import { Wakefulness } from './wakefulness.ts';

const defaultSysIntervalMs = 10_000;
/** An alarm that rings later by no more than this is on time. */
const onTimeMs = 20;
/** So many connections are written to without a look at what has come. */
const mostFlushed = 500;
/** So long a turn reads; then its output is written. */
const mostTurnMs = 10;

/** What was opened for it. */
interface EdgeParts {
  readonly access: Access | undefined;
  readonly kept: OpenedStore | undefined;
}

export class Edge {
  readonly core: BrokerCore;
  readonly hub = new EventHub();
  metrics: MetricsEndpoint | undefined;
  readonly #options: BrokerOptions;
  readonly #access: Access | undefined;
  readonly #log: BrokerLog | undefined;
  readonly #local = new LocalSubscribers();
  #listensForLocal = false;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #open = new Map<Connection, Transport>();
  readonly #closed = new Set<() => void>();
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #stopping: Promise<void> | undefined;
  #cancelTimer: () => void = () => {};
  #timerAt = Number.POSITIVE_INFINITY;
  readonly #sys: SysTopics;
  #cancelSys: () => void = () => {};
  readonly #stalled: StalledPeers<Connection>;
  #cancelLook: () => void = () => {};
  #isFlushing = false;
  /** When the first bytes of this turn came. */
  #turnAt = Number.POSITIVE_INFINITY;
  /** Connections that are not read from until the next turn. */
  readonly #yielding: Connection[] = [];
  readonly #store: Store | undefined;
  readonly #held: HeldOutput | undefined;
  readonly #wakefulness: Wakefulness;
  readonly #arrivals = new Arrivals(
    () => this.#hasRoom,
    (remoteAddress) => this.#log?.entry('warn', 'turned away', { remoteAddress }),
  );

  constructor(options: BrokerOptions, { access, kept }: EdgeParts) {
    const { clock = systemClock, rules, parts, authenticate, events = {}, random = Math.random } = options;
    const { authorize, authorizesDeliveries = false, sessionsHaveOwners = false } = options;
    this.#options = options;
    this.#access = access;
    this.#log = options.log && new BrokerLog(options.log);
    this.hub.add(events);
    if (this.#log !== undefined) this.hub.add(this.#log.events());
    this.#clock = clock;
    this.#wakefulness = new Wakefulness(clock);
    this.#startedAt = clock.now();
    this.core = new BrokerCore({
      rules: rulesWith(rules),
      parts: { ...defaultParts, ...parts },
      limits: limitsOf(options),
      ...(authenticate === undefined ? {} : { authenticate }),
      ...(authorize === undefined ? {} : { authorize }),
      authorizesDeliveries,
      sessionsHaveOwners,
      events: this.hub.events,
      random,
    });
    this.core.inTurn = (work) => {
      this.beginTurn();
      work(this.core.now);
      this.endTurn();
    };
    this.core.later = (delayMs, work) => {
      clock.at(clock.now() + delayMs, () => {
        work();
        this.endTurn();
      });
    };
    if (kept !== undefined) {
      const { journal, state } = BrokerRecords.open(kept);
      this.beginTurn();
      this.core.keep(journal, state);
      this.#store = kept.store;
      this.#held = new HeldOutput(kept.store, (error) => this.#dataFailed(error));
    }
    this.#sys = new SysTopics(options.version ?? 'mqttspec');
    this.#publishSys();
    this.#stalled = new StalledPeers(this.core.limits.stallTimeoutMs);
    this.#lookLater();
  }

  get statistics(): Statistics {
    return statisticsOf(this.core, (this.#clock.now() - this.#startedAt) / 1_000);
  }

  /** Listens everywhere, or nowhere: where one place cannot be had the others are given back. */
  async listen(): Promise<readonly Place[]> {
    const { host = '127.0.0.1', port = 1883, listeners = [{ kind: 'tcp', host, port }] } = this.#options;
    const places: Place[] = [];
    const { maxPacketBytes } = this.core.limits;
    const manners = this.core.rules.transport;
    const arrivals = this.#arrivals;
    this.#stopListening = async () => void (await Promise.all(places.map((place) => place.close())));
    try {
      for (const listener of listeners)
        places.push(
          await listenAt(listener, { manners, maxPacketBytes, arrivals, accept: (one) => this.#accept(one) }),
        );
      if (this.#options.metrics !== undefined)
        this.metrics = await serveMetrics(this.#options.metrics, () => this.statistics);
    } catch (error) {
      await this.stop();
      throw error;
    }
    for (const { address } of places) this.#log?.entry('info', 'listens', { address });
    return places;
  }

  subscribe(topicFilter: string, listener: MessageListener): Disposable {
    const subscription = this.#local.add(topicFilter, listener);
    if (!this.#listensForLocal) this.hub.on('published', (message) => this.#publishedForLocal(message));
    this.#listensForLocal = true;
    this.core.router.retainedMatching(topicFilter, (message) => {
      callSafely(listener, { ...message, payload: new Uint8Array(message.payload), retain: true });
    });
    return subscription;
  }

  #publishedForLocal(message: Message): void {
    if (this.core.rules.publish.distributes(message.topicName)) this.#local.deliver(message);
  }

  async reload(access: AccessOptions | undefined): Promise<void> {
    if (this.#access !== undefined) {
      await this.#access.reload(access);
      this.beginTurn();
      this.core.permissionsChanged();
      this.endTurn();
    } else if (access !== undefined)
      throw new AccessError('access: cannot be turned on while the broker runs. Restart it');
  }

  publish(message: Message): void {
    // What is retained or waits is kept longer than whoever has published it keeps its buffer as it is.
    const own: Message = { ...message, payload: new Uint8Array(message.payload) };
    this.core.router.route(own, { incomingDup: false });
    this.endTurn();
  }

  /** Whoever asks for it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#cancelTimer();
    this.#cancelSys();
    this.#cancelLook();
    const listening = this.#stopListening();
    // All wills first, while those who watch for them are still connected.
    for (const connection of this.#open.keys()) connection.publishWill('broker stopped');
    for (const connection of this.#open.keys()) connection.end('broker stopped');
    this.#flush();
    await Promise.all([listening, this.metrics?.close(), this.#allClosed()]);
    await this.#store?.close();
  }

  #dataFailed(error: Error): void {
    const { dataFailed } = this.#options;
    if (dataFailed !== undefined) return dataFailed(error);
    setImmediate(() => {
      throw error;
    });
  }

  #allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((done) => this.#closed.add(done));
  }

  /** For one connection more that no client is let in on yet. */
  get #hasRoom(): boolean {
    const { limits, clients } = this.core;
    return this.#open.size - clients + this.#arrivals.size < limits.maxHalfOpenConnections;
  }

  #accept(transport: Transport): TransportListener {
    if (!this.#hasRoom) return this.#turnedAway(transport);
    this.beginTurn();
    const connectionId = ++this.core.counters.connectionsAccepted;
    const { trace } = this.#options;
    const tracer = trace && new Tracer({ connectionId, write: trace });
    this.#log?.entry('debug', 'opened', { connectionId, remoteAddress: transport.remoteAddress });
    const told = tracer === undefined ? transport : traced(transport, tracer);
    // It cannot be asked for any more when a peer has broken off.
    if (this.hub.namesPeers) transport.identify?.();
    const port = this.#held?.of(told, () => link.drained?.()) ?? told;
    const connection = new Connection(this.core, { port, connectionId, now: this.core.now });
    this.#open.set(connection, transport);
    this.core.connections = this.#open.size;
    this.#wakeInTime();
    const link = this.#linkOf(connection, transport);
    return tracer === undefined ? link : tracedListener(link, tracer);
  }

  /** Too many connections are half open. */
  #turnedAway(transport: Transport): TransportListener {
    this.#log?.entry('warn', 'turned away', { remoteAddress: transport.remoteAddress });
    transport.reset();
    return { bytes: () => {}, ended: () => {} };
  }

  #linkOf(connection: Connection, transport: Transport): TransportListener {
    const link = new Link(this, connection);
    if (this.#held === undefined) return link;
    // The connection counts its pauses: it may have to wait for others than the disk.
    const slowable = {
      pause: () => connection.pause(),
      resume: () => connection.resume(),
      reset: () => transport.reset(),
    };
    return this.#held.watched(link, slowable);
  }

  /** A connection is over. */
  closed(connection: Connection): void {
    this.#open.delete(connection);
    this.core.connections = this.#open.size;
    if (this.#open.size === 0) for (const done of this.#closed) done();
  }

  /** The core is about to be called. */
  beginTurn(): void {
    this.core.now = this.#clock.now();
  }

  /** The core was called. Its output is gathered until everything that this turn of the event loop brings has been read. */
  endTurn(): void {
    this.#wakeInTime();
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#turnAt = this.core.now;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const isMore = this.core.flush(mostFlushed);
    this.#held?.turnEnded();
    this.#isFlushing = isMore;
    this.#turnAt = Number.POSITIVE_INFINITY;
    for (const connection of this.#yielding.splice(0)) connection.resume();
    // Others are read from between.
    if (isMore) setImmediate(this.#flush);
    this.#wakefulness.turnEnded(this.core.counters);
  };

  /** Who has much to say is heard on when what others have sent was read, and the output of this turn is written. */
  shareTime(connection: Connection): void {
    if (this.core.now - this.#turnAt < mostTurnMs) return;
    this.#yielding.push(connection);
    connection.pause();
  }

  #wakeInTime(): void {
    const { next } = this.core;
    if (next < this.#timerAt) this.#setTimer(next);
  }

  /** One timer for all deadlines: set to the earliest. */
  #setTimer(atMs: number): void {
    this.#cancelTimer();
    this.#timerAt = atMs;
    this.#cancelTimer = this.#clock.at(atMs, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      // A busy process comes late: what was sent in time lies there unread, and nobody is silent who was not heard.
      if (this.#clock.now() - atMs > onTimeMs) setImmediate(this.#tick);
      else this.#tick();
    });
  }

  readonly #tick = (): void => {
    this.core.tick(this.#clock.now());
    this.endTurn();
  };

  #lookLater(): void {
    const { everyMs } = this.#stalled;
    if (everyMs !== Number.POSITIVE_INFINITY)
      this.#cancelLook = this.#clock.at(this.#clock.now() + everyMs, () => this.#lookForStalled());
  }

  #lookForStalled(): void {
    this.beginTurn();
    for (const connection of this.#stalled.look(this.#open)) {
      const transport = this.#open.get(connection);
      connection.end('takes nothing');
      // Behind what waits no close would ever leave.
      transport?.reset();
    }
    this.endTurn();
    this.#lookLater();
  }

  #publishSys(): void {
    for (const message of this.#sys.messages(this.statistics)) {
      this.core.router.publish(message);
      this.#local.deliver(message);
    }
    this.endTurn();
    const { sysIntervalMs = defaultSysIntervalMs } = this.#options;
    this.#cancelSys = this.#clock.at(this.#clock.now() + sysIntervalMs, () => this.#publishSys());
  }
}

/** What a transport brings goes to its connection. */
class Link implements TransportListener {
  readonly #edge: Edge;
  readonly #connection: Connection;

  constructor(edge: Edge, connection: Connection) {
    this.#edge = edge;
    this.#connection = connection;
  }

  get mostBytes(): number {
    return this.#connection.maxPacketBytes;
  }

  bytes(chunk: Uint8Array, loan?: Loan): void {
    this.#edge.beginTurn();
    this.#connection.receive(chunk, this.#edge.core.now, loan);
    this.#edge.endTurn();
    this.#edge.shareTime(this.#connection);
  }

  drained(): void {
    this.#edge.beginTurn();
    this.#connection.drained();
    this.#edge.endTurn();
  }

  violated(what: string): void {
    this.#edge.beginTurn();
    this.#connection.end('protocol violation', what);
    this.#edge.endTurn();
  }

  ended(): void {
    this.#edge.beginTurn();
    this.#connection.peerEnded(this.#edge.core.now);
    this.#edge.closed(this.#connection);
    this.#edge.endTurn();
  }
}
