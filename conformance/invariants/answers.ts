// Invariants of answers: what a packet of the tester demands of the packet that answers it. After raw bytes of the tester they are silent.
import type { Packet } from '../../reference/codec/packet.ts';
import { broken, type ConversationRule, type Invariant, kept, silent } from './invariant.ts';

/** What was asked for with an identifier on one connection: an identifier may be used again, so it may be several things. */
class Asked<T> {
  readonly #byId = new Map<number, Set<T>>();
  readonly #of: (packet: Packet) => { readonly packetId: number; readonly asked: T } | undefined;
  #sure = true;

  constructor(of: (packet: Packet) => { readonly packetId: number; readonly asked: T } | undefined) {
    this.#of = of;
  }

  sent(packet: Packet | undefined): void {
    if (packet === undefined) this.#sure = false;
    const found = packet === undefined ? undefined : this.#of(packet);
    if (found === undefined) return;
    const all = this.#byId.get(found.packetId) ?? new Set();
    this.#byId.set(found.packetId, all.add(found.asked));
  }

  /** Undefined where nothing is known for sure. */
  with(packetId: number): ReadonlySet<T> | undefined {
    return this.#sure ? this.#byId.get(packetId) : undefined;
  }
}

/** PUBACK answers QoS 1, PUBREC answers QoS 2. */
function answersFitQos(): ConversationRule {
  const asked = new Asked((packet) =>
    packet.type === 'publish' && packet.qos > 0 ? { packetId: packet.packetId ?? 0, asked: packet.qos } : undefined,
  );
  return {
    sent: (packet) => asked.sent(packet),
    received: ({ packet }) => {
      if (packet.type !== 'puback' && packet.type !== 'pubrec') return silent;
      const published = asked.with(packet.packetId);
      if (published === undefined) return silent;
      if (published.has(packet.type === 'puback' ? 1 : 2)) return kept;
      return broken(
        `${packet.type.toUpperCase()} ${packet.packetId} answers a PUBLISH with QoS ${[...published].join(', ')}`,
      );
    },
  };
}

/** SUBACK has one return code for each filter. */
function oneCodeAFilter(): ConversationRule {
  const asked = new Asked((packet) =>
    packet.type === 'subscribe' ? { packetId: packet.packetId, asked: packet.subscriptions.length } : undefined,
  );
  return {
    sent: (packet) => asked.sent(packet),
    received: ({ packet }) => {
      if (packet.type !== 'suback') return silent;
      const filters = asked.with(packet.packetId);
      if (filters === undefined) return silent;
      if (filters.has(packet.returnCodes.length)) return kept;
      return broken(
        `SUBACK ${packet.packetId} has ${packet.returnCodes.length} return codes for ${[...filters].join(', ')} filters`,
      );
    },
  };
}

/** A clean session is never present. */
function cleanSessionIsNew(): ConversationRule {
  let clean: boolean | undefined;
  return {
    sent: (packet) => {
      // CONNACK answers the first CONNECT; raw bytes may hold one.
      if (packet === undefined) clean = false;
      else if (packet.type === 'connect') clean = clean === undefined && packet.cleanSession;
    },
    received: ({ packet }) => {
      if (packet.type !== 'connack' || packet.returnCode !== 0 || clean !== true) return silent;
      return packet.sessionPresent ? broken('Session Present is 1 for Clean Session 1') : kept;
    },
  };
}

export const answerInvariants: readonly Invariant[] = [
  {
    id: 'publish-answers-fit-their-qos',
    title: 'Every PUBACK of the target answers QoS 1, every PUBREC QoS 2',
    section: '3.3-publish',
    cites: ['MQTT-3.3.4-1'],
    hears: ['puback', 'pubrec'],
    listensTo: ['raw', 'publish'],
    watch: answersFitQos,
  },
  {
    id: 'every-suback-has-a-code-for-each-filter',
    title: 'Every SUBACK of the target has one return code for each filter',
    section: '3.9-suback',
    cites: ['MQTT-3.8.4-5'],
    hears: ['suback'],
    listensTo: ['raw', 'subscribe'],
    watch: oneCodeAFilter,
  },
  {
    id: 'no-clean-session-is-present',
    title: 'Every CONNACK of the target that accepts Clean Session 1 has Session Present 0',
    section: '3.2-connack',
    cites: ['MQTT-3.2.2-1'],
    hears: ['connack'],
    listensTo: ['raw', 'connect'],
    watch: cleanSessionIsNew,
  },
];
