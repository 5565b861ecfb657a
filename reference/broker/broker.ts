// The broker as its users have it. In: options. Out: a broker that runs.
import type { SecureContextOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import type { Message } from '../message.ts';
import { openDiskStore } from '../storage/disk-store.ts';
import type { OpenedStore } from '../storage/store.ts';
import { Access, type AccessOptions } from './access/access.ts';
import { brokerLayout } from './broker-records.ts';
import type { Authenticate, Authorize } from './core/access.ts';
import type { Counters } from './core/counters.ts';
import type { BrokerEvents } from './core/events.ts';
import type { Limits } from './core/limits.ts';
import type { Parts } from './core/parts.ts';
import type { RuleChanges } from './core/rules/rules.ts';
import type { Statistics } from './core/statistics.ts';
import { Edge } from './edge.ts';
import type { EventListener, EventName } from './events/event-hub.ts';
import type { MessageListener } from './events/local-subscribers.ts';
import type { Listener, Place } from './listeners.ts';
import type { LogOptions } from './log/broker-log.ts';
import { messageProblem } from './message-problem.ts';
import type { MetricsOptions } from './metrics/metrics-endpoint.ts';

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
  /**
   * A folder in which sessions, their messages and retained messages outlive the process, whatever ends it: what is acknowledged is
   * on the disk. Made where it is missing. Or a store that was opened elsewhere. Left out: everything is kept in memory alone.
   */
  readonly data?: string | OpenedStore;
  /**
   * The disk has failed: all connections were cut, nothing is acknowledged any more, and the broker has to be stopped. Left out: the
   * error is thrown where nobody catches it, which ends the process.
   */
  readonly dataFailed?: (error: Error) => void;
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
    readonly options: () => Pick<BrokerOptions, 'rules' | 'parts' | 'events' | 'authorize' | 'data' | keyof Limits>;
  };
  /** Rules of the standard to replace: makes a broker faulty. */
  readonly rules?: RuleChanges;
  /** Parts to replace: makes a broker faulty. */
  readonly parts?: Partial<Parts>;
}

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

  /** Publishes a message to the subscribers, as a client would. Throws TypeError where it is none that a PUBLISH can carry. */
  publish(message: Message): void {
    const problem = messageProblem(message);
    if (problem !== undefined) throw new TypeError(`cannot publish: ${problem}`);
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

/**
 * Starts a broker. Rejects with Node's error where it cannot listen, with AccessError where users or permissions cannot be used, with
 * StoreError where the data folder is foreign, damaged, in use or cannot be written; such a folder is left as it was.
 */
export async function startBroker(given: BrokerOptions = {}): Promise<Broker> {
  const options = { clock: systemClock, ...given, ...given.fault?.options() };
  const { access: wanted, authenticate, authorize, authorizesDeliveries, sessionsHaveOwners, clock } = options;
  const surroundings = { now: () => clock.now(), authenticate, authorize, authorizesDeliveries, sessionsHaveOwners };
  const access = wanted && (await Access.open(wanted, surroundings));
  const { data } = options;
  const kept = typeof data === 'string' ? await openDiskStore(data, brokerLayout) : data;
  const edge = new Edge({ ...options, ...access?.hooks }, { access, kept });
  return new Broker(edge, await edge.listen());
}
