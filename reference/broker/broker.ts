// The edge of the broker: binds the core to listeners and the clock. In: options. Out: a broker that runs.
import type { SecureContextOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import type { Message } from '../message.ts';
import { topicNameProblem } from '../topics/validate.ts';
import type { Transport, TransportListener } from '../transport/transport.ts';
import { Access, type AccessOptions } from './access/access.ts';
import { AccessError } from './access/access-error.ts';
import {
  type Authenticate,
  type Authorize,
  BrokerCore,
  type BrokerEvents,
  type Counters,
  type Limits,
} from './core/broker-core.ts';
import { Connection } from './core/connection.ts';
import { defaultParts, type Parts } from './core/parts.ts';
import { type RuleChanges, rulesWith } from './core/rules/rules.ts';
import { type Statistics, statisticsOf } from './core/statistics.ts';
import { SysTopics } from './core/sys-topics.ts';
import { callSafely, EventHub, type EventListener, type EventName } from './events/event-hub.ts';
import { LocalSubscribers, type MessageListener } from './events/local-subscribers.ts';
import { type Listener, listenAt, type Place } from './listeners.ts';
import { BrokerLog, type LogOptions } from './log/broker-log.ts';
import { type MetricsEndpoint, type MetricsOptions, serveMetrics } from './metrics/metrics-endpoint.ts';
import { Tracer } from './trace/tracer.ts';

export interface BrokerOptions extends Partial<Limits> {
  /** 1883 unless told otherwise; 0: any free port. */
  readonly port?: number;
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** Several places to listen at, in place of host and port. */
  readonly listeners?: readonly Listener[];
  /** Users, client ids and permissions; everybody may do everything, unless told otherwise. */
  readonly access?: AccessOptions;
  /** Who is let in, in place of a password file; everybody, unless told otherwise. */
  readonly authenticate?: Authenticate;
  /** Who may publish and subscribe to what; everybody to everything, unless told otherwise. */
  readonly authorize?: Authorize;
  /** Whether `authorize` is asked for each delivery, too. */
  readonly authorizesDeliveries?: boolean;
  /** Whether a session may be taken by the user alone who has opened it. */
  readonly sessionsHaveOwners?: boolean;
  /** What to call when something happens, from the first moment on; `on` listens later. */
  readonly events?: BrokerEvents;
  /** What happens, for people and machines that read it later. */
  readonly log?: LogOptions;
  /** Gets a line for each packet that comes or goes. Passwords are masked. */
  readonly trace?: (line: string) => void;
  /** Serves `statistics` to Prometheus. */
  readonly metrics?: MetricsOptions;
  /** How often `$SYS` is published; 10 seconds. */
  readonly sysIntervalMs?: number;
  /** What `$SYS/broker/version` says. */
  readonly version?: string;
  readonly clock?: Clock;
  /** Numbers from 0 to 1, for the ids of clients that bring none. */
  readonly random?: () => number;
  /** A faulty variant, as `mqttspec/faults` has them: a test double for authors of clients. */
  readonly fault?: {
    readonly options: () => Pick<BrokerOptions, 'rules' | 'parts' | 'events' | 'authorize' | keyof Limits>;
  };
  /** Rules of the standard to replace: makes a broker faulty. */
  readonly rules?: RuleChanges;
  /** Parts to replace: makes a broker faulty. */
  readonly parts?: Partial<Parts>;
}

const defaultLimits: Required<Limits> = {
  maxPacketBytes: 268_435_460,
  maxConnections: 100_000,
  connectTimeoutMs: 10_000,
  maxInFlight: 1_000,
  maxQueuedMessages: 100_000,
  maxBufferedBytes: 67_108_864,
};

const defaultSysIntervalMs = 10_000;

/** A running broker. */
export class Broker implements AsyncDisposable {
  /** Port of its first listener. */
  readonly port: number;
  /** Where it listens first, as clients want it: `mqtt://127.0.0.1:1883`. */
  readonly address: string;
  /** All places where it listens. */
  readonly places: readonly Place[];
  /** Where metrics are served: `http://127.0.0.1:9883/metrics`; undefined: nowhere. */
  readonly metricsAddress: string | undefined;
  readonly #edge: Edge;

  constructor(edge: Edge, places: readonly Place[]) {
    this.#edge = edge;
    this.places = places;
    this.port = places[0]?.port ?? 0;
    this.address = places[0]?.address ?? '';
    this.metricsAddress = edge.metrics?.address;
  }

  get counters(): Readonly<Counters> {
    return this.#edge.core.counters;
  }

  /** What it has done, and what it holds at the moment. */
  get statistics(): Statistics {
    return this.#edge.statistics;
  }

  /** Sessions that are held, of clients that are connected or away. */
  get sessions(): number {
    return this.#edge.core.sessions;
  }

  /** Retained messages that are held, those of `$SYS` among them. */
  get retainedMessages(): number {
    return this.#edge.core.retainedMessages;
  }

  /**
   * Calls when something happens, until the returned value is disposed. A listener is called in the middle of things; what it throws
   * surfaces as an uncaught exception, and harms no client.
   */
  on<Name extends EventName>(event: Name, listener: EventListener<Name>): Disposable {
    return this.#edge.hub.on(event, listener);
  }

  /** Publishes a message to the subscribers, as a client would. Throws TypeError where the topic is no Topic Name. */
  publish(message: Message): void {
    const problem = topicNameProblem(message.topicName);
    if (problem !== undefined)
      throw new TypeError(`cannot publish: expected ${problem.expected}, got ${problem.actual} (${problem.statement})`);
    this.#edge.publish(message);
  }

  /**
   * Calls with each message that the filter matches, until the returned value is disposed: retained messages at once, with RETAIN set,
   * the others as they come. Throws TypeError where the filter is no Topic Filter.
   */
  subscribe(topicFilter: string, listener: MessageListener): Disposable {
    return this.#edge.subscribe(topicFilter, listener);
  }

  /**
   * Reads the password file again, and takes over other rules of access where they are given. Who is connected stays connected, under
   * the new permissions. Rejects with AccessError, and changes nothing, where something is wrong.
   */
  reload(access?: AccessOptions): Promise<void> {
    return this.#edge.reload(access);
  }

  /** New connections over TLS get this certificate; open ones stay. Throws Node's error where it cannot be used. */
  renewCertificate(tls: SecureContextOptions): void {
    for (const place of this.places) place.renewCertificate?.(tls);
  }

  /** Ends listening and all connections (their wills are published); resolves when everything is closed. */
  stop(): Promise<void> {
    return this.#edge.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts a broker. Rejects with Node's error where it cannot listen, with AccessError where users or permissions cannot be used. */
export async function startBroker(given: BrokerOptions = {}): Promise<Broker> {
  const options = { clock: systemClock, ...given, ...given.fault?.options() };
  const { access: wanted, authenticate, authorize, clock } = options;
  const access = wanted && (await Access.open(wanted, { now: () => clock.now(), authenticate, authorize }));
  const edge = new Edge({ ...options, ...access?.hooks }, access);
  return new Broker(edge, await edge.listen());
}

class Edge {
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
  /** Connections that are not read from while they are authenticated. */
  readonly #paused = new Set<Connection>();
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #cancelTimer: () => void = () => {};
  #timerAt = Number.POSITIVE_INFINITY;
  readonly #sys: SysTopics;
  #cancelSys: () => void = () => {};
  #flushing = false;

  constructor(options: BrokerOptions, access: Access | undefined) {
    const {
      clock = systemClock,
      rules,
      parts,
      authenticate = () => 'accepted',
      authorize = () => true,
      authorizesDeliveries = false,
      sessionsHaveOwners = false,
      events = {},
      random = Math.random,
    } = options;
    this.#options = options;
    this.#access = access;
    this.#log = options.log && new BrokerLog(options.log);
    this.hub.add(events);
    if (this.#log !== undefined) this.hub.add(this.#log.events());
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.core = new BrokerCore({
      rules: rulesWith(rules),
      parts: { ...defaultParts, ...parts },
      limits: { ...defaultLimits, ...limitsOf(options) },
      authenticate,
      authorize,
      authorizesDeliveries,
      sessionsHaveOwners,
      events: this.hub.events,
      random,
    });
    this.core.inTurn = (connection, work) => this.#inTurn(connection, work);
    this.core.later = (delayMs, work) => {
      clock.at(clock.now() + delayMs, () => {
        work();
        this.#flushSoon();
      });
    };
    this.#sys = new SysTopics(options.version ?? 'mqttspec');
    this.#publishSys();
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
    this.#stopListening = async () => void (await Promise.all(places.map((place) => place.close())));
    try {
      for (const listener of listeners)
        places.push(await listenAt(listener, { manners, maxPacketBytes, accept: (one) => this.#accept(one) }));
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
    this.core.retainedMatching(topicFilter, (message) => {
      callSafely(listener, { ...message, payload: new Uint8Array(message.payload), retain: true });
    });
    return subscription;
  }

  #publishedForLocal(message: Message): void {
    if (this.core.rules.publish.distributes(message.topicName)) this.#local.deliver(message);
  }

  async reload(access: AccessOptions | undefined): Promise<void> {
    if (this.#access !== undefined) await this.#access.reload(access);
    else if (access !== undefined)
      throw new AccessError('access: cannot be turned on while the broker runs. Restart it');
  }

  publish(message: Message): void {
    this.core.route(message, { incomingDup: false });
    this.#flushSoon();
  }

  async stop(): Promise<void> {
    this.#cancelTimer();
    this.#cancelSys();
    const listening = this.#stopListening();
    // All wills first, while those who watch for them are still connected.
    for (const connection of this.#open.keys()) connection.publishWill('broker stopped');
    for (const connection of this.#open.keys()) connection.end('broker stopped');
    this.core.flush();
    await Promise.all([listening, this.metrics?.close(), this.#allClosed()]);
  }

  #allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((done) => this.#closed.add(done));
  }

  #accept(transport: Transport): TransportListener {
    const { counters } = this.core;
    const connectionId = ++counters.connectionsAccepted;
    const { remoteAddress } = transport;
    const { trace } = this.#options;
    const tracer = trace && new Tracer({ connectionId, write: trace });
    this.#log?.entry('debug', 'opened', { connectionId, remoteAddress });
    const port = {
      connectionId,
      remoteAddress,
      certificateName: transport.certificateName,
      get bufferedBytes() {
        return transport.bufferedBytes;
      },
      write: (bytes: Uint8Array) => {
        counters.bytesSent += bytes.length;
        tracer?.sent(bytes);
        transport.write(bytes);
      },
      close: () => transport.close(),
    };
    const connection = new Connection(this.core, { port, now: this.#clock.now() });
    this.#open.set(connection, transport);
    this.core.connections = this.#open.size;
    this.#wake(connection.deadline());
    return {
      bytes: (chunk) => {
        counters.bytesReceived += chunk.length;
        tracer?.came(chunk);
        this.#inTurn(connection, (now) => connection.receive(chunk, now));
      },
      ended: (how) => {
        tracer?.ended(how);
        connection.peerEnded(this.#clock.now());
        this.#open.delete(connection);
        this.#paused.delete(connection);
        this.core.connections = this.#open.size;
        this.#flushSoon();
        if (this.#open.size === 0) for (const done of this.#closed) done();
      },
    };
  }

  /** Output is gathered until everything that this turn of the event loop brings has been read: one write a connection. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.core.flush();
    });
  }

  #inTurn(connection: Connection, work: (now: number) => void): void {
    this.core.now = this.#clock.now();
    work(this.core.now);
    this.#flushSoon();
    this.#wake(connection.deadline());
    // Nobody reads for a client that is not let in yet.
    const transport = this.#open.get(connection);
    if (connection.isAuthenticating) {
      this.#paused.add(connection);
      transport?.pause();
    } else if (this.#paused.delete(connection)) transport?.resume();
  }

  /** One timer for all deadlines: set to the earliest that anybody has told of. */
  #wake(atMs: number): void {
    if (atMs >= this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = atMs;
    this.#cancelTimer = this.#clock.at(atMs, () => this.#tick());
  }

  #tick(): void {
    const now = this.#clock.now();
    this.core.now = now;
    this.#timerAt = Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    for (const connection of this.#open.keys()) {
      connection.tick(now);
      earliest = Math.min(earliest, connection.deadline());
    }
    this.core.flush();
    this.#wake(earliest);
  }

  #publishSys(): void {
    for (const message of this.#sys.messages(this.statistics)) {
      this.core.publish(message);
      this.#local.deliver(message);
    }
    this.core.flush();
    this.#cancelSys = this.#clock.at(this.#clock.now() + (this.#options.sysIntervalMs ?? defaultSysIntervalMs), () =>
      this.#publishSys(),
    );
  }
}

function limitsOf(options: BrokerOptions): Partial<Limits> {
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}
