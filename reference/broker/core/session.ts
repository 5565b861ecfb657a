// A session of the broker (section 4.1): what it knows of a client, whether connected or not.
import type { Will } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { Receiver } from '../../session/receiver.ts';
import { Sender, type SenderOptions } from '../../session/sender.ts';
import type { Connection } from './connection.ts';
import type { KeptBrokerSession, SessionJournal } from './journal.ts';
import { weightOf } from './topic-levels.ts';

export interface SessionLimits {
  /** Messages to one client that may be unacknowledged at the same time. */
  readonly maxInFlight: number;
  /** QoS 1 and 2 messages that wait for one client; more are dropped. */
  readonly maxQueuedMessages: number;
  /** Bytes of payloads and Topic Names of QoS 1 and 2 that wait for one client or for its answer; beyond, more are dropped. */
  readonly maxQueuedBytes?: number;
}

const none: ReadonlyMap<string, Qos> = new Map();

export class Session {
  readonly clientId: string;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** Of a stored session that outlives the process. */
  readonly journal: SessionJournal | undefined;
  #subscriptions: Map<string, Qos> | undefined;
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
    session.#subscriptions = new Map(kept.subscriptions);
    for (const topicFilter of session.#subscriptions.keys()) session.#weight += weightOf(topicFilter);
    session.sender.restore(kept.messages);
    session.receiver.restore(kept.receivedIds);
    return session;
  }

  /** A client has connected to it, under this user name. */
  owned(userName: string | undefined): void {
    if (this.userName !== userName) this.journal?.owned(userName);
    this.userName = userName;
  }

  /** Nothing of it is left (MQTT-3.1.2-6). */
  end(): void {
    this.isGone = true;
    this.unsubscribeAll();
    if (this.journal === undefined) return;
    this.sender.clear({ inFlight: true });
    this.receiver.clear();
    this.journal.ended();
  }

  /** Granted QoS by Topic Filter. */
  get subscriptions(): ReadonlyMap<string, Qos> {
    return this.#subscriptions ?? none;
  }

  /** What its subscriptions count for. */
  get weight(): number {
    return this.#weight;
  }

  subscribe(topicFilter: string, granted: Qos): void {
    this.#subscriptions ??= new Map();
    if (!this.#subscriptions.has(topicFilter)) this.#weight += weightOf(topicFilter);
    this.#subscriptions.set(topicFilter, granted);
    this.journal?.subscribed(topicFilter, granted);
  }

  unsubscribe(topicFilter: string): void {
    if (this.#subscriptions?.delete(topicFilter) !== true) return;
    this.#weight -= weightOf(topicFilter);
    this.journal?.unsubscribed(topicFilter);
  }

  unsubscribeAll(): void {
    if (this.journal !== undefined) for (const filter of this.subscriptions.keys()) this.journal.unsubscribed(filter);
    this.#subscriptions = undefined;
    this.#weight = 0;
  }
}
