// A session as records, for broker and client: what its sender keeps, and what its receiver of QoS 2 knows. In: the session's journal.
// Out: changes of a store; at the start, the session as it was.
import type { Message, PacketId } from '../message.ts';
import type { KeptMessage, ReceiverJournal, SenderJournal } from '../session/journal.ts';
import type { MessageRecords } from './message-records.ts';
import type { Store } from './store.ts';

/** What a session has to be given back. */
export interface KeptSession {
  /** In the order of sending. */
  readonly messages: readonly KeptMessage[];
  readonly receivedIds: readonly PacketId[];
}

const nothing: Uint8Array = new Uint8Array();
/** A message, by session and place: Packet Identifier (0: queued), message. */
const messagePrefix = 'message/';
/** What has become of it since, by the same: Packet Identifier, 1 once PUBREC has come. */
const progressPrefix = 'progress/';
/** Identifiers that the receiver knows, by session and identifier. */
const receivedPrefix = 'received/';
const packetIdBytes = 2;

export class SessionRecords implements SenderJournal, ReceiverJournal {
  readonly #store: Store;
  readonly #messages: MessageRecords;
  readonly #id: string;
  #lastPlace: number;

  /** `id`: unique among the sessions of the store; without a slash. `lastPlace`: of the messages it has already. */
  constructor({ store, messages, id, lastPlace = 0 }: SessionRecordsOptions) {
    this.#store = store;
    this.#messages = messages;
    this.#id = id;
    this.#lastPlace = lastPlace;
  }

  kept(message: Message, qos: 1 | 2, packetId: PacketId): number {
    this.#lastPlace++;
    const bytes = this.#messages.write(qos === message.qos ? message : { ...message, qos }, packetIdBytes);
    bytes[0] = packetId >> 8;
    bytes[1] = packetId;
    this.#store.put(messagePrefix + this.#at(this.#lastPlace), bytes);
    return this.#lastPlace;
  }

  sent(place: number, packetId: PacketId): void {
    this.#store.put(progressPrefix + this.#at(place), progress(packetId, false));
  }

  released(place: number, packetId: PacketId): void {
    this.#store.put(progressPrefix + this.#at(place), progress(packetId, true));
  }

  done(place: number, message: Message): void {
    const at = this.#at(place);
    this.#store.delete(messagePrefix + at);
    this.#store.delete(progressPrefix + at);
    this.#messages.letGo(message);
  }

  known(packetId: PacketId): void {
    this.#store.put(`${receivedPrefix}${this.#id}/${packetId}`, nothing);
  }

  forgotten(packetId: PacketId): void {
    this.#store.delete(`${receivedPrefix}${this.#id}/${packetId}`);
  }

  #at(place: number): string {
    return `${this.#id}/${place.toString(36)}`;
  }
}

export interface SessionRecordsOptions {
  readonly store: Store;
  readonly messages: MessageRecords;
  readonly id: string;
  readonly lastPlace?: number;
}

/** The sessions among the records that a store was opened with, by their ids. */
export function readSessions(
  records: ReadonlyMap<string, Uint8Array>,
  messages: MessageRecords,
): ReadonlyMap<string, KeptSession> {
  const sessions = new Map<string, { messages: KeptMessage[]; receivedIds: PacketId[] }>();
  const of = (id: string) => {
    const known = sessions.get(id);
    if (known !== undefined) return known;
    const made = { messages: [], receivedIds: [] };
    sessions.set(id, made);
    return made;
  };
  for (const [key, bytes] of records) {
    if (key.startsWith(messagePrefix)) {
      const at = key.slice(messagePrefix.length);
      const [id, place] = split(at);
      of(id).messages.push(
        keptMessage(Number.parseInt(place, 36), messages.read(bytes, packetIdBytes), {
          first: bytes,
          latest: records.get(progressPrefix + at),
        }),
      );
    } else if (key.startsWith(receivedPrefix)) {
      const [id, packetId] = split(key.slice(receivedPrefix.length));
      of(id).receivedIds.push(Number(packetId));
    }
  }
  for (const session of sessions.values()) session.messages.sort((a, b) => a.place - b.place);
  return sessions;
}

function keptMessage(
  place: number,
  message: Message,
  { first, latest }: { first: Uint8Array; latest: Uint8Array | undefined },
): KeptMessage {
  const packetId = packetIdOf(latest ?? first);
  return { place, message, qos: message.qos === 2 ? 2 : 1, packetId, isReleased: latest?.[packetIdBytes] === 1 };
}

const progress = (packetId: PacketId, isReleased: boolean): Uint8Array =>
  Uint8Array.of(packetId >> 8, packetId & 0xff, isReleased ? 1 : 0);

const packetIdOf = ([high = 0, low = 0]: Uint8Array): PacketId => high * 256 + low;

function split(at: string): [id: string, rest: string] {
  const slash = at.indexOf('/');
  return [at.slice(0, slash), at.slice(slash + 1)];
}
