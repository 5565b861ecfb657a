// What a client tells of its session's changes, for one that outlives its process. In: the session's changes. Out: those that are to be kept.
import type { Message, PacketId } from '../../message.ts';
import type { ReceiverJournal, SenderJournal } from '../../session/journal.ts';

export interface SessionJournalOptions {
  readonly records: SenderJournal & ReceiverJournal;
  /** A message is known once the application has acknowledged it, so that a new process gets it again. */
  readonly manualAcknowledgement: boolean;
}

/** Passes changes on until it is closed: what a client that ends lets go of is still there for the next. */
export class SessionJournal implements SenderJournal, ReceiverJournal {
  readonly #records: SenderJournal & ReceiverJournal;
  readonly #manualAcknowledgement: boolean;
  #closed = false;

  constructor({ records, manualAcknowledgement }: SessionJournalOptions) {
    this.#records = records;
    this.#manualAcknowledgement = manualAcknowledgement;
  }

  close(): void {
    this.#closed = true;
  }

  kept(message: Message, qos: 1 | 2, packetId: PacketId): number {
    return this.#records.kept(message, qos, packetId);
  }

  sent(place: number, packetId: PacketId): void {
    if (!this.#closed) this.#records.sent(place, packetId);
  }

  released(place: number, packetId: PacketId): void {
    if (!this.#closed) this.#records.released(place, packetId);
  }

  done(place: number, message: Message): void {
    if (!this.#closed) this.#records.done(place, message);
  }

  known(packetId: PacketId): void {
    if (!this.#closed && !this.#manualAcknowledgement) this.#records.known(packetId);
  }

  /** The application has acknowledged a QoS 2 message. */
  acknowledged(packetId: PacketId): void {
    if (!this.#closed) this.#records.known(packetId);
  }

  forgotten(packetId: PacketId): void {
    if (!this.#closed) this.#records.forgotten(packetId);
  }
}
