// A session of the broker (section 4.1): what it knows of a client, whether connected or not.
import type { Will } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { Receiver } from '../../session/receiver.ts';
import { Sender, type SenderOptions } from '../../session/sender.ts';
import type { Connection } from './connection.ts';
import type { KeptBrokerSession, SessionJournal } from './journal.ts';
import type { Range, ReadonlyFilters, SessionFilters } from './session-filters.ts';
import { weightOf } from './topic-levels.ts';

export interface SessionLimits {
  /** Messages to one client that may be unacknowledged at the same time. */
  readonly maxInFlight: number;
  /** QoS 1 and 2 messages that wait for one client; more are dropped. */
  readonly maxQueuedMessages: number;
  /** Bytes of payloads and Topic Names of QoS 1 and 2 that wait for one client or for its answer; beyond, more are dropped. */
  readonly maxQueuedBytes?: number;
}

const none: ReadonlyFilters = new Map();

export class Session {
  readonly clientId: string;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** Of a stored session that outlives the process. */
  readonly journal: SessionJournal | undefined;
  #filters: SessionFilters | undefined;
  #weight = 0;
  connection: Connection | undefined;
  /** It has ended: nobody gets what it had subscribed to. */
  isGone = false;
  /** The user who has it: under whose name its client was let in last; undefined: an anonymous client. */
  userName: string | undefined;
  /** The will of the connection before; the standard has no use for it (MQTT-3.1.2-12). */
  lastWill: Will | undefined;

  constructor(clientId: string, senderOptions: SenderOptions, journal?: SessionJournal) {
    this.clientId = clientId;
    this.journal = journal;
    this.sender = new Sender(senderOptions, journal?.messages);
    this.receiver = new Receiver(senderOptions.rules, journal?.messages);
  }

  /** A session as an earlier process has left it. */
  static restored(kept: KeptBrokerSession, senderOptions: SenderOptions): Session {
    const session = new Session(kept.clientId, senderOptions, kept.journal);
    session.userName = kept.userName;
    session.sender.restore(kept.messages);
    session.receiver.restore(kept.receivedIds);
    return session;
  }

  /** A client has connected to it, under this user name. */
  owned(userName: string | undefined): void {
    if (this.userName !== userName) this.journal?.owned(userName);
    this.userName = userName;
  }

  /** Nothing of it is left (MQTT-3.1.2-6). Returns what it had subscribed to. */
  end(): SessionFilters | undefined {
    this.isGone = true;
    const filters = this.unsubscribeAll();
    if (this.journal === undefined) return filters;
    this.sender.clear({ inFlight: true });
    this.receiver.clear();
    this.journal.ended();
    return filters;
  }

  /** Granted QoS by Topic Filter. */
  get subscriptions(): ReadonlyFilters {
    return this.#filters ?? none;
  }

  /** What its subscriptions count for. */
  get weight(): number {
    return this.#weight;
  }

  /** `filtersOf` makes what holds its filters, at the first. */
  subscribe(topicFilter: string, granted: Qos, filtersOf: (session: Session) => SessionFilters): void {
    this.restoreSubscription(topicFilter, granted, filtersOf);
    this.journal?.subscribed(topicFilter, granted);
  }

  /** The same of what the journal knows. */
  restoreSubscription(topicFilter: string, granted: Qos, filtersOf: (session: Session) => SessionFilters): void {
    this.#filters ??= filtersOf(this);
    const before = this.#filters.size;
    this.#filters.set(topicFilter, granted);
    if (this.#filters.size > before) this.#weight += weightOf(topicFilter);
  }

  /** The same of a filter of few levels that lies in a range of bytes, all of them ASCII, where there is no journal. */
  subscribePlain(bytes: Uint8Array, range: Range, granted: Qos, filtersOf: (session: Session) => SessionFilters): void {
    this.#filters ??= filtersOf(this);
    const before = this.#filters.size;
    this.#filters.setBytes(bytes, range, granted);
    this.#weight += this.#filters.size - before;
  }

  /** Whether there was something to delete. */
  unsubscribe(topicFilter: string): boolean {
    const before = this.subscriptions.size;
    const isDeleted = this.#filters?.delete(topicFilter) === true;
    if (this.subscriptions.size === before) return isDeleted;
    this.#weight -= weightOf(topicFilter);
    this.journal?.unsubscribed(topicFilter);
    return isDeleted;
  }

  /** Returns what it had subscribed to, which is still where messages are routed. */
  unsubscribeAll(): SessionFilters | undefined {
    const filters = this.#filters;
    if (this.journal !== undefined) for (const filter of this.subscriptions.keys()) this.journal.unsubscribed(filter);
    this.#filters = undefined;
    this.#weight = 0;
    return filters;
  }
}
