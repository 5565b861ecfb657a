// How long replies of each kind take. In: connections of the prober. Out: the slowest, in milliseconds.
import type { Packet } from '../../reference/codec/packet.ts';
import type { Connection } from '../wire/connection.ts';
import type { Observed } from '../wire/observer.ts';

/** What a packet that was sent is owed, or brings about: the PUBLISH that reaches a subscriber is the publisher's own. */
function dueFor(packet: Packet): readonly string[] {
  switch (packet.type) {
    case 'connect':
      return ['connack'];
    case 'publish':
      return [
        ...(packet.retain ? [] : [delivery(packet)]),
        ...(packet.qos === 0 ? [] : [`${packet.qos === 1 ? 'puback' : 'pubrec'} ${packet.packetId}`]),
      ];
    case 'pubrel':
      return [`pubcomp ${packet.packetId}`];
    case 'subscribe':
      return [`suback ${packet.packetId}`];
    case 'unsubscribe':
      return [`unsuback ${packet.packetId}`];
    case 'pingreq':
      return ['pingresp'];
    default:
      return [];
  }
}

function nameOf(packet: Observed): string {
  switch (packet.type) {
    case 'publish':
      return delivery(packet);
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
    case 'suback':
    case 'unsuback':
      return `${packet.type} ${packet.packetId}`;
    default:
      return packet.type;
  }
}

const delivery = ({ topicName, payload }: { readonly topicName: string; readonly payload: Uint8Array }): string =>
  `publish ${topicName} ${Buffer.from(payload).toString('latin1')}`;

export class ReplyTimes {
  readonly #now: () => number;
  /** When what brings about a delivery was sent, whoever gets it. */
  readonly #deliveries = new Map<string, number[]>();
  #slowestMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get slowestMs(): number {
    return this.#slowestMs;
  }

  watch(connection: Connection): void {
    const answers = new Map<string, number[]>();
    const waiting = (name: string): Map<string, number[]> => (name.startsWith('publish ') ? this.#deliveries : answers);
    connection.watch({
      sent: (_bytes, packet) => {
        for (const name of packet === undefined ? [] : dueFor(packet)) {
          const since = waiting(name).get(name);
          if (since === undefined) waiting(name).set(name, [this.#now()]);
          else since.push(this.#now());
        }
      },
      received: ({ packet }) => {
        const since = waiting(nameOf(packet)).get(nameOf(packet))?.shift();
        if (since !== undefined) this.#slowestMs = Math.max(this.#slowestMs, this.#now() - since);
      },
      ended: () => {},
    });
  }
}
