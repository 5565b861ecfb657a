// Invariants of a client's conversation: what must hold between its packets, and between them and those of the broker. They judge only
// what one connection shows: where a session was resumed, a rule that would need to know more stays silent.
import type { ObservedPublish } from '../wire/observer.ts';
import type { ClientInvariant, ClientRule } from './client-invariant.ts';
import { broken, kept, type RuleVerdict, silent } from './invariant.ts';

/** The first packet is CONNECT. */
function connectFirst(): ClientRule {
  let first = true;
  return {
    sent: ({ packet: { type } }) => {
      if (!first) return silent;
      first = false;
      return type === 'connect' ? kept : broken(`the first packet is ${type.toUpperCase()}`);
    },
  };
}

/** There is one CONNECT on a connection. */
function oneConnect(): ClientRule {
  let connects = 0;
  return {
    sent: ({ packet: { type } }) => {
      if (type !== 'connect') return silent;
      connects++;
      return connects === 1 ? kept : broken(`CONNECT number ${connects} on one connection`);
    },
  };
}

function silenceAfterDisconnect(): ClientRule {
  let gone = false;
  return {
    sent: ({ packet: { type } }) => {
      if (gone) return broken(`${type.toUpperCase()} after DISCONNECT`);
      gone = type === 'disconnect';
      return gone ? kept : silent;
    },
  };
}

const identity = ({ qos, topicName, payload }: ObservedPublish): string =>
  `${qos} ${topicName} ${payload.length} ${Buffer.from(payload.subarray(0, 256)).toString('latin1')}`;

/** What a client has under way, by identifier: PUBLISH until PUBACK or PUBCOMP, SUBSCRIBE and UNSUBSCRIBE until they are answered. */
class UnderWay {
  readonly #contents = new Map<number, string>();

  /** What an identifier stands for; undefined if it is free. */
  of(packetId: number): string | undefined {
    return this.#contents.get(packetId);
  }

  begin(packetId: number, contents: string): void {
    this.#contents.set(packetId, contents);
  }

  received(packet: { readonly type: string; readonly packetId?: number }): void {
    const ends = ['puback', 'pubcomp', 'suback', 'unsuback'].includes(packet.type);
    if (ends && packet.packetId !== undefined) this.#contents.delete(packet.packetId);
  }
}

/** A new packet has an identifier that is not under way. */
function identifiersAreFree(): ClientRule {
  const underWay = new UnderWay();
  return {
    received: (packet) => underWay.received(packet),
    sent: ({ packet }) => {
      const isRequest = packet.type === 'subscribe' || packet.type === 'unsubscribe' || packet.type === 'publish';
      if (!isRequest || packet.packetId === undefined) return silent;
      const contents = packet.type === 'publish' ? identity(packet) : packet.type;
      const before = underWay.of(packet.packetId);
      underWay.begin(packet.packetId, contents);
      // The same PUBLISH again is a resend; MQTT 3.1.1 knows none of SUBSCRIBE and UNSUBSCRIBE.
      if (before === undefined || (before === contents && packet.type === 'publish')) return kept;
      return broken(`${packet.type.toUpperCase()} uses id ${packet.packetId}, which is still under way`);
    },
  };
}

/** DUP is 0 at the first sending and 1 at each that follows, as far as one connection shows it. */
function dupTellsResends(qos: 1 | 2): () => ClientRule {
  return () => {
    const underWay = new UnderWay();
    let cleanSession = false;
    return {
      received: (packet) => underWay.received(packet),
      sent: ({ packet }) => {
        if (packet.type === 'connect') cleanSession = packet.cleanSession;
        if (packet.type !== 'publish' || packet.qos !== qos || packet.packetId === undefined) return silent;
        const before = underWay.of(packet.packetId);
        underWay.begin(packet.packetId, identity(packet));
        if (before === identity(packet) && !packet.dup) return broken('a PUBLISH that is sent again has DUP 0');
        // With a stored session the first sending may have been on another connection.
        if (before === undefined && packet.dup && cleanSession)
          return broken('a PUBLISH that is sent for the first time has DUP 1');
        return kept;
      },
    };
  };
}

/** Acknowledgements of one kind come in the order of what they acknowledge. */
function inOrder(answer: 'puback' | 'pubrec' | 'pubrel'): () => ClientRule {
  return () => {
    const waiting: number[] = [];
    return {
      received: (packet) => {
        const asks =
          answer === 'pubrel'
            ? packet.type === 'pubrec'
            : packet.type === 'publish' && packet.qos === (answer === 'puback' ? 1 : 2);
        if (!asks || !('packetId' in packet) || packet.packetId === undefined) return;
        // What came twice may be answered once.
        if (!waiting.includes(packet.packetId)) waiting.push(packet.packetId);
      },
      sent: ({ packet }) => {
        if (packet.type !== answer) return silent;
        const at = waiting.indexOf(packet.packetId);
        if (at < 0) return silent;
        const [first] = waiting;
        waiting.splice(at, 1);
        const name = answer.toUpperCase();
        return at === 0
          ? kept
          : broken(`${name} ${packet.packetId} comes before ${name} ${first}, which was due first`);
      },
    };
  };
}

/** PUBACK answers QoS 1, PUBREC answers QoS 2, and each bears the identifier of what it answers. */
function answersFit(): ClientRule {
  const qosOf = new Map<number, number>();
  let resumed = false;
  return {
    received: (packet) => {
      if (packet.type === 'connack') resumed = packet.sessionPresent;
      if (packet.type === 'publish' && packet.packetId !== undefined) qosOf.set(packet.packetId, packet.qos);
    },
    sent: ({ packet }) => {
      if (packet.type !== 'puback' && packet.type !== 'pubrec') return silent;
      const qos = qosOf.get(packet.packetId);
      const name = packet.type.toUpperCase();
      if (qos === undefined)
        return resumed ? silent : broken(`${name} ${packet.packetId} answers nothing that was received`);
      const demanded = packet.type === 'puback' ? 1 : 2;
      return qos === demanded ? kept : broken(`${name} ${packet.packetId} answers a PUBLISH with QoS ${qos}`);
    },
  };
}

/** PUBREL follows a PUBREC, PUBCOMP a PUBREL. */
function completionsFit(answer: 'pubrel' | 'pubcomp'): () => ClientRule {
  const asked = answer === 'pubrel' ? 'pubrec' : 'pubrel';
  return () => {
    const due = new Set<number>();
    let resumed = false;
    return {
      received: (packet) => {
        if (packet.type === 'connack') resumed = packet.sessionPresent;
        if (packet.type === asked) due.add(packet.packetId);
      },
      sent: ({ packet }) => {
        if (packet.type !== answer) return silent;
        if (due.has(packet.packetId)) return kept;
        const name = answer.toUpperCase();
        return resumed ? silent : broken(`${name} ${packet.packetId} without a ${asked.toUpperCase()}`);
      },
    };
  };
}

/** After PUBREC the PUBLISH is not sent again. */
function noPublishAfterPubrec(): ClientRule {
  const underWay = new UnderWay();
  const released = new Map<number, string>();
  return {
    received: (packet) => {
      if (packet.type === 'pubrec') {
        const contents = underWay.of(packet.packetId);
        if (contents !== undefined) released.set(packet.packetId, contents);
      }
      if (packet.type === 'pubcomp') released.delete(packet.packetId);
      underWay.received(packet);
    },
    sent: ({ packet }) => {
      if (packet.type !== 'publish' || packet.qos !== 2 || packet.packetId === undefined) return silent;
      const contents = identity(packet);
      underWay.begin(packet.packetId, contents);
      if (released.get(packet.packetId) !== contents) return kept;
      return broken(`PUBLISH ${packet.packetId} is sent again after its PUBREC`);
    },
  };
}

/** The server may close after one and a half times the Keep Alive: less than that proves nothing against a client on a busy machine. */
const allowance = 1.5;

function neverSilentTooLong(): ClientRule {
  let keepAliveMs = 0;
  let lastAtMs = 0;
  return {
    sent: ({ packet, atMs }): RuleVerdict => {
      const silentMs = atMs - lastAtMs;
      lastAtMs = atMs;
      if (packet.type === 'connect') {
        keepAliveMs = packet.keepAlive * 1_000;
        return silent;
      }
      if (keepAliveMs === 0) return silent;
      return silentMs <= keepAliveMs * allowance
        ? kept
        : broken(`silent for ${silentMs} ms with a Keep Alive of ${keepAliveMs} ms`);
    },
  };
}

export const clientConversationInvariants: readonly ClientInvariant[] = [
  {
    id: 'client-begins-with-connect',
    title: 'The first packet of the client on every connection is CONNECT',
    section: '3.1-connect',
    cites: ['MQTT-3.1.0-1'],
    watch: connectFirst,
  },
  {
    id: 'client-connects-once',
    title: 'The client sends one CONNECT on a connection',
    section: '3.1-connect',
    cites: ['MQTT-3.1.0-1'],
    watch: oneConnect,
  },
  {
    id: 'client-is-silent-after-disconnect',
    title: 'The client sends nothing after DISCONNECT',
    section: '3.14-disconnect',
    cites: ['MQTT-3.14.4-2'],
    watch: silenceAfterDisconnect,
  },
  {
    id: 'client-identifiers-are-free',
    title: 'A new packet of the client has an identifier that is not under way',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-2', 'MQTT-2.3.1-3'],
    watch: identifiersAreFree,
  },
  {
    id: 'client-dup-tells-resends-at-qos-1',
    title: 'At QoS 1 the client sends DUP 0 first, and DUP 1 when it sends again',
    section: '4.3-qos',
    cites: ['MQTT-3.3.1-1', 'MQTT-4.3.2-1'],
    watch: dupTellsResends(1),
  },
  {
    id: 'client-dup-tells-resends-at-qos-2',
    title: 'At QoS 2 the client sends DUP 0 first, and DUP 1 when it sends again',
    section: '4.3-qos',
    cites: ['MQTT-3.3.1-1', 'MQTT-4.3.3-1'],
    watch: dupTellsResends(2),
  },
  {
    id: 'client-answers-fit-the-publish',
    title: 'The client answers QoS 1 by PUBACK and QoS 2 by PUBREC, with the identifier of the PUBLISH',
    section: '4.3-qos',
    cites: ['MQTT-2.3.1-6', 'MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
    watch: answersFit,
  },
  {
    id: 'client-pubrel-follows-pubrec',
    title: 'Every PUBREL of the client follows a PUBREC with its identifier',
    section: '4.3-qos',
    cites: ['MQTT-2.3.1-6', 'MQTT-4.3.3-1'],
    watch: completionsFit('pubrel'),
  },
  {
    id: 'client-pubcomp-follows-pubrel',
    title: 'Every PUBCOMP of the client follows a PUBREL with its identifier',
    section: '4.3-qos',
    cites: ['MQTT-4.3.3-2'],
    watch: completionsFit('pubcomp'),
  },
  {
    id: 'client-sends-no-publish-after-pubrec',
    title: 'The client does not send a PUBLISH again after its PUBREC',
    section: '4.3-qos',
    cites: ['MQTT-4.3.3-1'],
    watch: noPublishAfterPubrec,
  },
  {
    id: 'client-pubacks-are-in-order',
    title: 'The client sends PUBACKs in the order of the PUBLISH packets',
    section: '4.6-ordering',
    cites: ['MQTT-4.6.0-2'],
    watch: inOrder('puback'),
  },
  {
    id: 'client-pubrecs-are-in-order',
    title: 'The client sends PUBRECs in the order of the PUBLISH packets',
    section: '4.6-ordering',
    cites: ['MQTT-4.6.0-3'],
    watch: inOrder('pubrec'),
  },
  {
    id: 'client-pubrels-are-in-order',
    title: 'The client sends PUBRELs in the order of the PUBRECs',
    section: '4.6-ordering',
    cites: ['MQTT-4.6.0-4'],
    watch: inOrder('pubrel'),
  },
  {
    id: 'client-is-heard-within-its-keep-alive',
    title: 'The client is never silent for longer than one and a half times its Keep Alive',
    section: '3.1-connect',
    cites: ['MQTT-3.1.2-23'],
    watch: neverSilentTooLong,
  },
];
