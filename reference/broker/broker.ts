// The edge of the broker: binds the core to listeners and the clock. In: options. Out: a broker that runs.
import { type Clock, systemClock } from '../clock.ts';
import type { Message } from '../message.ts';
import { topicNameProblem } from '../topics/validate.ts';
import type { Transport, TransportListener } from '../transport/transport.ts';
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
import { sysMessages } from './core/sys-topics.ts';
import { type Listener, listenAt, type Place } from './listeners.ts';

export interface BrokerOptions extends Partial<Limits> {
  /** 1883 unless told otherwise; 0: any free port. */
  readonly port?: number;
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** Several places to listen at, in place of host and port. */
  readonly listeners?: readonly Listener[];
  /** Who is let in; everybody, unless told otherwise. */
  readonly authenticate?: Authenticate;
  /** Who may publish and subscribe to what; everybody to everything, unless told otherwise. */
  readonly authorize?: Authorize;
  /** Whether `authorize` is asked for each delivery, too. */
  readonly authorizesDeliveries?: boolean;
  /** Whether a session may be taken by the user alone who has opened it. */
  readonly sessionsHaveOwners?: boolean;
  readonly events?: BrokerEvents;
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

const sysIntervalMs = 10_000;

/** A running broker. */
export class Broker implements AsyncDisposable {
  /** Port of its first listener. */
  readonly port: number;
  /** Where it listens first, as clients want it: `mqtt://127.0.0.1:1883`. */
  readonly address: string;
  /** All places where it listens. */
  readonly places: readonly Place[];
  readonly #edge: Edge;

  constructor(edge: Edge, places: readonly Place[]) {
    this.#edge = edge;
    this.places = places;
    this.port = places[0]?.port ?? 0;
    this.address = places[0]?.address ?? '';
  }

  get counters(): Readonly<Counters> {
    return this.#edge.core.counters;
  }

  /** Sessions that are held, of clients that are connected or away. */
  get sessions(): number {
    return this.#edge.core.sessions;
  }

  /** Retained messages that are held, those of `$SYS` among them. */
  get retainedMessages(): number {
    return this.#edge.core.retainedMessages;
  }

  /** Publishes a message to the subscribers, as a client would. Throws TypeError where the topic is no Topic Name. */
  publish(message: Message): void {
    const problem = topicNameProblem(message.topicName);
    if (problem !== undefined)
      throw new TypeError(`cannot publish: expected ${problem.expected}, got ${problem.actual} (${problem.statement})`);
    this.#edge.publish(message);
  }

  /** Ends listening and all connections (their wills are published); resolves when everything is closed. */
  stop(): Promise<void> {
    return this.#edge.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts a broker. Rejects with Node's error where it cannot listen. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const edge = new Edge({ ...options, ...options.fault?.options() });
  return new Broker(edge, await edge.listen());
}

class Edge {
  readonly core: BrokerCore;
  readonly #options: BrokerOptions;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #open = new Map<Connection, Transport>();
  readonly #closed = new Set<() => void>();
  /** Connections that are not read from while they are authenticated. */
  readonly #paused = new Set<Connection>();
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #cancelTimer: () => void = () => {};
  #timerAt = Number.POSITIVE_INFINITY;
  #cancelSys: () => void = () => {};
  #flushing = false;

  constructor(options: BrokerOptions) {
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
      events,
      random,
    });
    this.core.inTurn = (connection, work) => this.#inTurn(connection, work);
    this.core.later = (delayMs, work) => {
      clock.at(clock.now() + delayMs, () => {
        work();
        this.#flushSoon();
      });
    };
    this.#publishSys();
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
    } catch (error) {
      await this.stop();
      throw error;
    }
    return places;
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
    await Promise.all([listening, this.#allClosed()]);
  }

  #allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((done) => this.#closed.add(done));
  }

  #accept(transport: Transport): TransportListener {
    const { counters } = this.core;
    const port = {
      connectionId: ++counters.connectionsAccepted,
      remoteAddress: transport.remoteAddress,
      certificateName: transport.certificateName,
      get bufferedBytes() {
        return transport.bufferedBytes;
      },
      write: (bytes: Uint8Array) => {
        counters.bytesSent += bytes.length;
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
        this.#inTurn(connection, (now) => connection.receive(chunk, now));
      },
      ended: () => {
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
    const uptimeSeconds = (this.#clock.now() - this.#startedAt) / 1_000;
    for (const message of sysMessages(this.core, { version: this.#options.version ?? 'mqttspec', uptimeSeconds }))
      this.core.publish(message);
    this.core.flush();
    this.#cancelSys = this.#clock.at(this.#clock.now() + sysIntervalMs, () => this.#publishSys());
  }
}

function limitsOf(options: BrokerOptions): Partial<Limits> {
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}
