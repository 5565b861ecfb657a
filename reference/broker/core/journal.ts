// What the core tells of the changes that have to outlive the process, and what it is given back. A core without a journal keeps
// everything in memory alone.
import type { Message, PacketId, Qos } from '../../message.ts';
import type { KeptMessage, ReceiverJournal, SenderJournal } from '../../session/journal.ts';

/** A stored session's changes (section 4.1). */
export interface SessionJournal {
  readonly messages: SenderJournal & ReceiverJournal;
  /** Who has the session from now on. */
  owned(userName: string | undefined): void;
  subscribed(topicFilter: string, granted: Qos): void;
  unsubscribed(topicFilter: string): void;
  /** The session is over. Its messages, identifiers and subscriptions are told of one by one before. */
  ended(): void;
}

export interface BrokerJournal {
  /** A session was made that outlives its connection. */
  sessionMade(clientId: string): SessionJournal;
  /** The retained message of a topic was set, replaced or removed. */
  retained(topicName: string, change: { before: Message | undefined; after: Message | undefined }): void;
}

export interface KeptBrokerSession {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly subscriptions: ReadonlyMap<string, Qos>;
  readonly messages: readonly KeptMessage[];
  readonly receivedIds: readonly PacketId[];
  readonly journal: SessionJournal;
}

/** What an earlier process has left. */
export interface KeptState {
  readonly sessions: readonly KeptBrokerSession[];
  readonly retained: readonly Message[];
}
