// The receiver of QoS 2 (section 4.3.3, method B: a message is passed on when its PUBLISH comes), for broker and client.
// In: PUBLISH and PUBREL. Out, through a port: delivery, PUBREC, PUBCOMP. Knows no packet, no socket, no clock.
import type { Message, PacketId } from '../message.ts';
import type { ReceiverJournal } from './journal.ts';
import type { SessionRules } from './session-rules.ts';

/** What the receiver of QoS 2 wants done. A connection does it in its own version's packets; tests write it down. */
export interface ReceiverPort {
  pubrec(packetId: PacketId): void;
  pubcomp(packetId: PacketId): void;
  deliver(message: Message, dup: boolean): void;
}

export class Receiver {
  readonly #rules: SessionRules;
  readonly #journal: ReceiverJournal | undefined;
  /** Identifiers whose message was passed on and whose PUBREL has not come (MQTT-4.3.3-2). */
  #known: Set<PacketId> | undefined;

  constructor(rules: SessionRules, journal?: ReceiverJournal) {
    this.#rules = rules;
    this.#journal = journal;
  }

  /** Goes on where a session was left, ahead of any connection. */
  restore(packetIds: readonly PacketId[]): void {
    if (packetIds.length > 0) this.#known = new Set(packetIds);
  }

  publish(packetId: PacketId, { message, dup }: { message: Message; dup: boolean }, port: ReceiverPort): void {
    if (this.#rules.isNewMessage(this.#known?.has(packetId) === true, dup)) {
      this.#known ??= new Set();
      this.#known.add(packetId);
      this.#journal?.known(packetId);
      port.deliver(message, dup);
    }
    port.pubrec(packetId);
  }

  /** Answered also where the identifier is unknown: the PUBCOMP before may have been lost. */
  pubrel(packetId: PacketId, port: ReceiverPort): void {
    if (this.#rules.forgetsOn('pubrel') && this.#known?.delete(packetId) === true) this.#journal?.forgotten(packetId);
    port.pubcomp(packetId);
  }

  /** Forgets everything; for a faulty broker, and for a session that ends. */
  clear(): void {
    if (this.#journal !== undefined) for (const packetId of this.#known ?? []) this.#journal.forgotten(packetId);
    this.#known = undefined;
  }
}
