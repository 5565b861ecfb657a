// For tests: what clients and a server have said to each other, over all connections of each client. In: bytes that passed. Out: who sent
// which message of QoS 2 as a new one, and how often. Looks at packets alone: what client and server make of them is theirs.
import { decode } from '../codec/decode.ts';
import { Framer } from '../codec/framer.ts';
import type { Packet } from '../codec/packet.ts';

type Side = 'client' | 'server';

/** QoS 2 in one direction: what its receiver has to take for new (section 4.3.3). */
class Direction {
  /** Identifiers whose PUBREL has not passed. */
  readonly #open = new Set<number>();
  /** By payload. */
  readonly timesSent = new Map<string, number>();

  said(packet: Packet): void {
    if (packet.type === 'pubrel') this.#open.delete(packet.packetId);
    if (packet.type !== 'publish' || packet.qos !== 2 || this.#open.has(packet.packetId)) return;
    this.#open.add(packet.packetId);
    const text = Buffer.from(packet.payload).toString();
    this.timesSent.set(text, (this.timesSent.get(text) ?? 0) + 1);
  }
}

export class Conversation {
  readonly #framers = new Map<string, Framer>();
  readonly #clientIds = new Map<number, string>();
  readonly #directions = new Map<string, Direction>();

  /** Bytes that were handed on. A packet that was cut in its middle was not said. */
  readonly passed = (connection: number, sentBy: Side, bytes: Uint8Array): void => {
    const key = `${connection} ${sentBy}`;
    const framer = this.#framers.get(key) ?? new Framer();
    this.#framers.set(key, framer);
    framer.push(bytes, (frame) => {
      const packet = decode(frame, { sentBy });
      if (packet.type === 'connect') this.#clientIds.set(connection, packet.clientId);
      this.#direction(this.#clientIds.get(connection) ?? '', sentBy).said(packet);
    });
  };

  /** Payloads of QoS 2 that were sent as new messages to or by a client, and how often; one each, unless the sender violates MQTT-4.3.3-1. */
  timesSent(clientId: string, sentBy: Side): ReadonlyMap<string, number> {
    return this.#direction(clientId, sentBy).timesSent;
  }

  #direction(clientId: string, sentBy: Side): Direction {
    const key = `${sentBy} ${clientId}`;
    const direction = this.#directions.get(key) ?? new Direction();
    this.#directions.set(key, direction);
    return direction;
  }
}
