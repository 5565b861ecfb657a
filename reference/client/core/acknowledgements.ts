// Acknowledgements that wait for the application (PUBACK and PUBREC). In: what arrived, what was dealt with. Out: what may go, in the
// order of arrival (MQTT-4.6.0-2, MQTT-4.6.0-3). Knows no packet beyond its name.
import type { PacketId } from '../../message.ts';

/** A PUBLISH that waits for its PUBACK or PUBREC. */
export interface Held {
  readonly packet: 'puback' | 'pubrec';
  readonly packetId: PacketId;
  acknowledged: boolean;
  /** Has a place in the order of this connection. */
  waits: boolean;
}

export class Acknowledgements {
  readonly #send: (held: Held) => void;
  readonly #order: Held[] = [];
  /** Of QoS 2, until PUBREL: the same message may come again. */
  readonly #qos2 = new Map<PacketId, Held>();

  constructor(send: (held: Held) => void) {
    this.#send = send;
  }

  /** What the application of an earlier process has acknowledged needs no word of this one when it comes again. */
  restore(packetIds: readonly PacketId[]): void {
    for (const packetId of packetIds)
      this.#qos2.set(packetId, { packet: 'pubrec', packetId, acknowledged: true, waits: false });
  }

  /** A PUBLISH arrived. One of QoS 2 that comes again gets a new place for the same message. */
  arrived(packet: 'puback' | 'pubrec', packetId: PacketId): Held {
    const known = packet === 'pubrec' ? this.#qos2.get(packetId) : undefined;
    const held = known ?? { packet, packetId, acknowledged: false, waits: false };
    if (packet === 'pubrec') this.#qos2.set(packetId, held);
    if (!held.waits) {
      held.waits = true;
      this.#order.push(held);
      this.#sendFirst();
    }
    return held;
  }

  /** The application has dealt with it. */
  acknowledge(held: Held): void {
    held.acknowledged = true;
    this.#sendFirst();
  }

  /** PUBREL came: the identifier is free for a new message. */
  released(packetId: PacketId): void {
    this.#qos2.delete(packetId);
  }

  /** The connection is gone: what has no answer comes again. */
  connectionLost(): void {
    for (const held of this.#order.splice(0)) held.waits = false;
  }

  /** The session is gone: nothing comes again. */
  clear(): void {
    this.connectionLost();
    this.#qos2.clear();
  }

  #sendFirst(): void {
    while (this.#order[0]?.acknowledged === true) {
      const held = this.#order.shift() as Held;
      held.waits = false;
      this.#send(held);
    }
  }
}
