// Invariants of conversations: what must hold between the packets of one connection. They judge only what they know for sure:
// after raw bytes of the tester, or where a session was resumed, a rule that would need to know more stays silent.
import type { Packet } from '../../reference/codec/packet.ts';
import { matches } from '../../reference/topics/matches.ts';
import type { Observed, ObservedPublish } from '../wire/observer.ts';
import { Recent } from '../wire/recent.ts';
import { broken, type ConversationRule, type Invariant, kept, type RuleVerdict, silent } from './invariant.ts';

/** The first packet of the target is its CONNACK. */
function connackFirst(): ConversationRule {
  let first = true;
  return {
    received: ({ packet: { type } }) => {
      if (!first) return silent;
      first = false;
      return type === 'connack' ? kept : broken(`the first packet is ${type.toUpperCase()}`);
    },
  };
}

/** One CONNACK: one CONNECT gets no second one, and of several CONNECTs the first alone gets one. */
const oneConnack = (after: 'one CONNECT' | 'several') => (): ConversationRule => {
  let connects = 0;
  let connacks = 0;
  return {
    sent: (packet) => {
      // Raw bytes may hold a CONNECT.
      if (packet === undefined) connects += connects === 0 ? 1 : 2;
      else if (packet.type === 'connect') connects++;
    },
    received: ({ packet }) => {
      if (packet.type !== 'connack') return silent;
      connacks++;
      if (connacks === 1) return kept;
      const mine = (connects === 1) === (after === 'one CONNECT');
      return mine ? broken(`CONNACK number ${connacks} on one connection`) : silent;
    },
  };
};

/** Nothing follows a CONNACK that refuses. */
function silenceAfterRefusal(): ConversationRule {
  let refused = false;
  return {
    received: ({ packet }) => {
      if (refused) return broken(`${packet.type.toUpperCase()} after a CONNACK that refuses`);
      if (packet.type !== 'connack' || packet.returnCode === 0) return silent;
      refused = true;
      return kept;
    },
  };
}

type Answer = 'puback or pubrec' | 'pubrel' | 'pubcomp' | 'suback' | 'unsuback';

/** What the tester has sent and not yet got an answer to, by kind of answer and identifier. */
class Outstanding {
  readonly #counts = new Map<Answer, Map<number, number>>();

  add(answer: Answer, packetId: number): void {
    const counts = this.#counts.get(answer) ?? new Map<number, number>();
    this.#counts.set(answer, counts);
    counts.set(packetId, (counts.get(packetId) ?? 0) + 1);
  }

  /** Whether there was one. */
  take(answer: Answer, packetId: number): boolean {
    const counts = this.#counts.get(answer);
    const count = counts?.get(packetId) ?? 0;
    if (count === 0) return false;
    if (count === 1) counts?.delete(packetId);
    else counts?.set(packetId, count - 1);
    return true;
  }
}

/** The answer that a packet of the tester asks for. */
function answerTo(packet: Packet): { readonly answer: Answer; readonly packetId: number } | undefined {
  switch (packet.type) {
    case 'publish':
      // Whether it is the answer that its QoS asks for is judged elsewhere: here it is the identifier alone.
      return packet.qos === 0 ? undefined : { answer: 'puback or pubrec', packetId: packet.packetId };
    case 'pubrec':
      return { answer: 'pubrel', packetId: packet.packetId };
    case 'pubrel':
      return { answer: 'pubcomp', packetId: packet.packetId };
    case 'subscribe':
      return { answer: 'suback', packetId: packet.packetId };
    case 'unsubscribe':
      return { answer: 'unsuback', packetId: packet.packetId };
    default:
      return undefined;
  }
}

type Answered = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'suback' | 'unsuback';

/** Every answer of these types bears the identifier of something that the tester has sent on this connection. */
function answersOnly(types: readonly Answered[]): () => ConversationRule {
  return () => {
    const outstanding = new Outstanding();
    const published = new Set<number>();
    let sure = true;
    return {
      sent: (packet) => {
        if (packet === undefined) sure = false;
        const wanted = packet === undefined ? undefined : answerTo(packet);
        if (wanted !== undefined) outstanding.add(wanted.answer, wanted.packetId);
      },
      received: ({ packet }) => {
        if (packet.type === 'connack' && packet.sessionPresent) sure = false;
        if (packet.type === 'publish' && packet.qos === 2 && packet.packetId !== undefined)
          published.add(packet.packetId);
        if (!isOneOf(types, packet)) return silent;
        const kind = packet.type === 'puback' || packet.type === 'pubrec' ? 'puback or pubrec' : packet.type;
        const answers = outstanding.take(kind, packet.packetId);
        // A server may send PUBREL again on a live connection (section 4.4).
        if (answers && packet.type === 'pubrel') outstanding.add('pubrel', packet.packetId);
        // PUBREL without a PUBREC breaks another rule; its identifier is that of the PUBLISH nevertheless.
        if (packet.type === 'pubrel' && published.has(packet.packetId)) return silent;
        if (answers || !sure) return answers ? kept : silent;
        return broken(`${packet.type.toUpperCase()} with id ${packet.packetId} answers nothing that was sent`);
      },
    };
  };
}

const isOneOf = (
  types: readonly string[],
  packet: Observed,
): packet is Extract<Observed, { type: Answered; packetId: number }> => types.includes(packet.type);

/** Of so many messages, or a few more, the last acknowledgements may cross what is sent again. */
const mostCrossing = 1_000;

/** An identifier is not used for another message before its acknowledgement. */
function identifiersInFlight(): ConversationRule {
  const inFlight = new Map<number, ObservedPublish>();
  const done = new Recent<ObservedPublish>(mostCrossing);
  let sure = true;
  return {
    sent: (packet) => {
      if (packet === undefined) sure = false;
      if (packet?.type !== 'puback' && packet?.type !== 'pubcomp') return;
      const acknowledged = inFlight.get(packet.packetId);
      inFlight.delete(packet.packetId);
      if (acknowledged !== undefined) done.set(packet.packetId, acknowledged);
    },
    received: ({ packet }) => {
      if (packet.type !== 'publish' || packet.packetId === undefined || !sure) return silent;
      const before = inFlight.get(packet.packetId);
      // Sent again on the live connection (section 4.4), and crossed by the acknowledgement that makes its identifier free.
      const crossing = packet.dup ? done.get(packet.packetId) : undefined;
      if (before === undefined && crossing !== undefined && isSameMessage(crossing, packet)) return kept;
      inFlight.set(packet.packetId, packet);
      if (before === undefined || isSameMessage(before, packet)) return kept;
      return broken(
        `id ${packet.packetId} is used for a new message although the last one with it was not acknowledged`,
      );
    },
  };
}

const comparedBytes = 256;

const isSameMessage = (one: ObservedPublish, other: ObservedPublish): boolean =>
  one.qos === other.qos &&
  one.topicName === other.topicName &&
  Buffer.compare(one.payload.subarray(0, comparedBytes), other.payload.subarray(0, comparedBytes)) === 0;

/** Where no session was resumed, DUP 1 can only follow a first sending on the same connection. */
function dupOnlyOnResends(): ConversationRule {
  const seen = new Set<number>();
  let fresh = false;
  let clean = false;
  return {
    sent: (packet) => {
      if (packet?.type === 'connect') clean = packet.cleanSession;
    },
    received: ({ packet }) => {
      if (packet.type === 'connack') fresh = clean && packet.returnCode === 0 && !packet.sessionPresent;
      if (packet.type !== 'publish' || packet.packetId === undefined || !fresh) return silent;
      const first = !seen.has(packet.packetId);
      seen.add(packet.packetId);
      return first && packet.dup ? broken('a PUBLISH that is sent for the first time has DUP 1') : kept;
    },
  };
}

/** Filters of one connection with the highest QoS that was asked for. */
class Filters {
  readonly #qos = new Map<string, number>();
  /** Of the topic that was looked up last: runs of messages have one. */
  #last: { readonly topicName: string; readonly highest: number | undefined } | undefined;

  sent(packet: Packet): void {
    if (packet.type !== 'subscribe') return;
    this.#last = undefined;
    for (const { topicFilter, qos } of packet.subscriptions) this.#raise(topicFilter, qos);
  }

  /** The highest QoS of a filter that matches; undefined if none does. */
  highest(topicName: string): number | undefined {
    if (this.#last?.topicName === topicName) return this.#last.highest;
    const highest = this.#highest(topicName);
    this.#last = { topicName, highest };
    return highest;
  }

  #highest(topicName: string): number | undefined {
    let highest: number | undefined;
    for (const [topicFilter, qos] of this.#qos)
      if ((highest === undefined || qos > highest) && matches(topicFilter, topicName)) highest = qos;
    return highest;
  }

  #raise(topicFilter: string, qos: number): void {
    this.#qos.set(topicFilter, Math.max(qos, this.#qos.get(topicFilter) ?? 0));
  }
}

/** Holds a check of each delivery against the filters of its connection. */
function deliveries(
  check: (packet: Extract<Observed, { type: 'publish' }>, highest: number | undefined) => RuleVerdict,
): () => ConversationRule {
  return () => {
    const filters = new Filters();
    let sure = false;
    let clean = false;
    return {
      sent: (packet) => {
        if (packet === undefined) sure = false;
        else filters.sent(packet);
        if (packet?.type === 'connect') clean = packet.cleanSession;
      },
      received: ({ packet }) => {
        if (packet.type === 'connack') sure = clean && !packet.sessionPresent;
        // Servers may subscribe clients to topics of their own (section 4.5): only the tester's topics are judged.
        if (packet.type !== 'publish' || !sure || !packet.topicName.includes('mqttspec')) return silent;
        return check(packet, filters.highest(packet.topicName));
      },
    };
  };
}

const matching = deliveries(({ topicName }, highest) =>
  highest === undefined ? broken(`a message on "${topicName}" came, which no filter of this client matches`) : kept,
);
const notAboveGrant = deliveries(({ qos }, highest) =>
  highest === undefined || qos <= highest
    ? kept
    : broken(`a message came at QoS ${qos}, asked for was QoS ${highest} at most`),
);

export const conversationInvariants: readonly Invariant[] = [
  {
    id: 'connack-is-the-first-packet',
    title: 'On every connection the first packet of the target is its CONNACK',
    section: '3.2-connack',
    cites: ['MQTT-3.2.0-1'],
    watch: connackFirst,
  },
  {
    id: 'one-connack-on-a-connection',
    title: 'On every connection the target sends one CONNACK',
    section: '3.1-connect',
    cites: ['MQTT-3.1.0-2'],
    hears: ['connack'],
    listensTo: ['raw', 'connect'],
    watch: oneConnack('several'),
  },
  {
    id: 'one-connack-for-a-connect',
    title: 'The target answers a CONNECT by one CONNACK',
    section: '3.1-connect',
    cites: ['MQTT-3.1.4-4'],
    hears: ['connack'],
    listensTo: ['raw', 'connect'],
    watch: oneConnack('one CONNECT'),
  },
  {
    id: 'nothing-follows-a-refusal',
    title: 'Nothing follows a CONNACK that refuses',
    section: '3.2-connack',
    cites: ['MQTT-3.2.2-5'],
    watch: silenceAfterRefusal,
  },
  {
    id: 'publish-answers-bear-their-identifier',
    title: 'Every PUBACK, PUBREC and PUBREL bears the identifier of what it answers',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-6'],
    hears: ['connack', 'publish', 'puback', 'pubrec', 'pubrel'],
    listensTo: ['raw', 'publish', 'pubrec'],
    watch: answersOnly(['puback', 'pubrec', 'pubrel']),
  },
  {
    id: 'subscribe-answers-bear-their-identifier',
    title: 'Every SUBACK and UNSUBACK bears the identifier of what it answers',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-7'],
    hears: ['connack', 'suback', 'unsuback'],
    listensTo: ['raw', 'subscribe', 'unsubscribe'],
    watch: answersOnly(['suback', 'unsuback']),
  },
  {
    id: 'every-pubcomp-answers-a-pubrel',
    title: 'Every PUBCOMP bears the identifier of a PUBREL',
    section: '4.3-qos',
    cites: ['MQTT-4.3.3-2'],
    hears: ['connack', 'pubcomp'],
    listensTo: ['raw', 'pubrel'],
    watch: answersOnly(['pubcomp']),
  },
  {
    id: 'identifiers-in-flight-are-not-reused',
    title: 'No identifier is used for another message before its acknowledgement',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-4'],
    hears: ['publish'],
    listensTo: ['raw', 'puback', 'pubcomp'],
    watch: identifiersInFlight,
  },
  {
    id: 'dup-1-marks-resends-alone',
    title: 'A PUBLISH that is sent for the first time has DUP 0',
    section: '3.3-publish',
    cites: ['MQTT-3.3.1-3'],
    hears: ['connack', 'publish'],
    listensTo: ['connect'],
    watch: dupOnlyOnResends,
  },
  {
    id: 'every-delivery-matches-a-filter',
    title: 'Every message matches a filter of the client that gets it',
    section: '3.3-publish',
    cites: ['MQTT-3.3.2-3'],
    hears: ['connack', 'publish'],
    listensTo: ['raw', 'connect', 'subscribe'],
    watch: matching,
  },
  {
    id: 'no-delivery-is-above-its-grant',
    title: 'No message is delivered at a QoS above that of its subscription',
    section: '3.8-subscribe',
    cites: ['MQTT-3.8.4-6'],
    hears: ['connack', 'publish'],
    listensTo: ['raw', 'connect', 'subscribe'],
    watch: notAboveGrant,
  },
];
