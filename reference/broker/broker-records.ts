// What a broker keeps, as records of a store: sessions, subscriptions, messages on their way, retained messages. In: the core's journal.
// Out: changes of the store; at the start, everything as an earlier process has left it.
import type { Message, Qos } from '../message.ts';
import { MessageRecords } from '../storage/message-records.ts';
import {
  type KeptSession,
  readSessions,
  SessionRecords,
  type SessionRecordsOptions,
} from '../storage/session-records.ts';
import type { Layout, OpenedStore, Store } from '../storage/store.ts';
import type { BrokerJournal, KeptBrokerSession, KeptState, SessionJournal } from './core/journal.ts';

/** Raised with every change of what the records look like. */
export const brokerLayout: Layout = { owner: 'broker', version: 1 };

/** Client and user of a session, by its id. */
const sessionPrefix = 'session/';
/** Granted QoS, by session and Topic Filter. */
const subscriptionPrefix = 'subscription/';
/** Retained messages, by Topic Name. */
const retainedPrefix = 'retained/';

export class BrokerRecords implements BrokerJournal {
  readonly #store: Store;
  readonly #messages: MessageRecords;
  #lastSession = 0;

  private constructor({ store, records }: OpenedStore) {
    this.#store = store;
    this.#messages = new MessageRecords(store, records);
  }

  /** The journal of a core, and what an earlier process has left for it. */
  static open(opened: OpenedStore): { readonly journal: BrokerJournal; readonly state: KeptState } {
    const journal = new BrokerRecords(opened);
    const state = journal.#read(opened.records);
    journal.#messages.restored();
    return { journal, state };
  }

  sessionMade(clientId: string): SessionJournal {
    this.#lastSession++;
    const records = this.#journalOf(this.#lastSession.toString(36), clientId, 0);
    records.owned(undefined);
    return records;
  }

  retained(topicName: string, { before, after }: { before: Message | undefined; after: Message | undefined }): void {
    if (after === undefined) this.#store.delete(retainedPrefix + topicName);
    else this.#store.put(retainedPrefix + topicName, this.#messages.write(after, 0));
    if (before !== undefined) this.#messages.letGo(before);
  }

  #journalOf(id: string, clientId: string, lastPlace: number): BrokerSessionRecords {
    return new BrokerSessionRecords({ store: this.#store, messages: this.#messages, id, lastPlace, clientId });
  }

  #read(records: OpenedStore['records']): KeptState {
    const kept = readSessions(records, this.#messages);
    const subscriptions = readSubscriptions(records);
    const sessions: KeptBrokerSession[] = [];
    const retained: Message[] = [];
    for (const [key, bytes] of records) {
      if (key.startsWith(retainedPrefix)) retained.push(this.#messages.read(bytes, 0));
      if (!key.startsWith(sessionPrefix)) continue;
      const id = key.slice(sessionPrefix.length);
      this.#lastSession = Math.max(this.#lastSession, Number.parseInt(id, 36));
      const { clientId, userName } = JSON.parse(Buffer.from(bytes).toString()) as SessionRecord;
      const { messages, receivedIds }: KeptSession = kept.get(id) ?? { messages: [], receivedIds: [] };
      const journal = this.#journalOf(id, clientId, messages.at(-1)?.place ?? 0);
      sessions.push({
        clientId,
        userName,
        subscriptions: subscriptions.get(id) ?? new Map(),
        messages,
        receivedIds,
        journal,
      });
    }
    return { sessions, retained };
  }
}

interface SessionRecord {
  readonly clientId: string;
  readonly userName?: string;
}

class BrokerSessionRecords implements SessionJournal {
  readonly messages: SessionRecords;
  readonly #store: Store;
  readonly #id: string;
  readonly #clientId: string;

  constructor({ clientId, ...session }: SessionRecordsOptions & { readonly clientId: string }) {
    this.messages = new SessionRecords(session);
    this.#store = session.store;
    this.#id = session.id;
    this.#clientId = clientId;
  }

  owned(userName: string | undefined): void {
    const record: SessionRecord = { clientId: this.#clientId, ...(userName === undefined ? {} : { userName }) };
    this.#store.put(sessionPrefix + this.#id, Buffer.from(JSON.stringify(record)));
  }

  subscribed(topicFilter: string, granted: Qos): void {
    this.#store.put(`${subscriptionPrefix}${this.#id}/${topicFilter}`, Uint8Array.of(granted));
  }

  unsubscribed(topicFilter: string): void {
    this.#store.delete(`${subscriptionPrefix}${this.#id}/${topicFilter}`);
  }

  ended(): void {
    this.#store.delete(sessionPrefix + this.#id);
  }
}

function readSubscriptions(records: OpenedStore['records']): ReadonlyMap<string, Map<string, Qos>> {
  const bySession = new Map<string, Map<string, Qos>>();
  for (const [key, [granted]] of records) {
    if (!key.startsWith(subscriptionPrefix)) continue;
    const at = key.slice(subscriptionPrefix.length);
    const slash = at.indexOf('/');
    const id = at.slice(0, slash);
    const subscriptions = bySession.get(id) ?? new Map<string, Qos>();
    subscriptions.set(at.slice(slash + 1), granted as Qos);
    bySession.set(id, subscriptions);
  }
  return bySession;
}
