// Faults that show only behind something else: a resume, a queue, the same identifier in another packet.

import type { SessionMatch, Subscriptions } from '../../reference/broker/core/parts.ts';
import type { ConnectRules, EndReason } from '../../reference/broker/core/rules/connect.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import { willRules } from '../../reference/broker/core/rules/will.ts';
import { Session } from '../../reference/broker/core/session.ts';
import type { BrokerOptions } from '../../reference/broker/index.ts';
import type { Message } from '../../reference/message.ts';
import type { ReceiverPort } from '../../reference/session/receiver.ts';
import { reading } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

/** Takes an identifier for one that awaits PUBREL, and does nothing else. */
const unheard: ReceiverPort = { pubrec: () => {}, pubcomp: () => {}, deliver: () => {} };

/** Messages are known by their payloads: each PUBLISH has bytes of its own. */
function queuedResentWithoutDup(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const queued = new WeakSet<Uint8Array>();
  let last: Uint8Array = Uint8Array.of();
  return {
    rules: {
      publish: {
        payloadOf: (payload) => {
          last = payload;
          return payload;
        },
        queuesWhileAway: (qos) => {
          queued.add(last);
          return qos > 0;
        },
      },
    },
    parts: {
      outgoing: (packet) => [
        packet.type === 'publish' && packet.dup && queued.has(packet.payload) ? { ...packet, dup: false } : packet,
      ],
    },
  };
}

/** Keeps what is retained where a PUBLISH of a kind has DUP 1. */
const replacedUnlessDup = (which: (message: Message) => boolean) => (): Pick<BrokerOptions, 'rules' | 'parts'> => {
  let dup = false;
  const retainedAfter = (message: Message, before: Message | undefined): Message | undefined =>
    before !== undefined && dup && which(message) ? before : publishRules.retainedAfter(message, before);
  return {
    ...reading((packet) => {
      dup = packet.type === 'publish' && packet.dup;
      return packet;
    }),
    rules: { publish: { retainedAfter } },
  };
};

/** Some of what an ended session had subscribed to comes back with the next SUBSCRIBE of its client. */
function outliving(which: (topicFilter: string, value: SessionMatch) => boolean): Pick<BrokerOptions, 'parts'> {
  const left = new Map<string, Map<string, SessionMatch>>();
  let isUnsubscribe = false;
  const { parts } = reading((packet) => {
    isUnsubscribe = packet.type === 'unsubscribe';
    return packet;
  });
  const values = new Map<Session, Map<string, SessionMatch>>();
  const subscriptions = (): Subscriptions => {
    const held = matching((matches) => matches)().parts.subscriptions();
    return {
      get size() {
        return held.size;
      },
      add: (topicFilter, session, value) => {
        held.add(topicFilter, session, value);
        values.set(session, (values.get(session) ?? new Map()).set(topicFilter, value));
        for (const [old, one] of left.get(session.clientId) ?? []) held.add(old, session, { ...one, session });
        left.delete(session.clientId);
      },
      remove: (topicFilter, session) => {
        const value = values.get(session)?.get(topicFilter);
        if (!isUnsubscribe && value !== undefined && which(topicFilter, value))
          left.set(session.clientId, (left.get(session.clientId) ?? new Map()).set(topicFilter, value));
        return held.remove(topicFilter, session);
      },
      match: (topicName, visit) => held.match(topicName, visit),
    };
  };
  return { parts: { ...parts, subscriptions } };
}

/** A session that is resumed has lost some of its subscriptions. */
function losingSubscriptions(
  lost: (session: Session) => readonly string[],
  connect: Partial<ConnectRules> = {},
): Pick<BrokerOptions, 'rules' | 'parts'> {
  const held = matching((matches) => matches)().parts.subscriptions();
  const forgetsWhenResumed = (session: Session): void => {
    for (const topicFilter of lost(session)) held.remove(topicFilter, session);
  };
  return { parts: { subscriptions: () => held }, rules: { connect: { ...connect, forgetsWhenResumed } } };
}

/** Changes Will Retain where a connection has ended in a way. */
const willRetainAfter = (end: EndReason, becomes: boolean) => (): Pick<BrokerOptions, 'rules'> => {
  let so = false;
  return {
    rules: {
      will: {
        isDue: (reason) => {
          so = reason === end;
          return willRules.isDue(reason);
        },
        messageOf: (will) => willRules.messageOf(so ? { ...will, retain: becomes } : will),
      },
    },
  };
};

const willsAfter = (['taken over', 'keep-alive expired', 'protocol violation'] as const).flatMap((end) => {
  const id = end.replaceAll(' ', '-');
  return [
    fault(
      `will-not-retained-after-${id}`,
      { title: `With Will Retain 1 a will is not retained where the end is: ${end}`, violates: ['MQTT-3.1.2-17'] },
      willRetainAfter(end, false),
    ),
    fault(
      `will-retained-after-${id}`,
      { title: `With Will Retain 0 a will is retained where the end is: ${end}`, violates: ['MQTT-3.1.2-16'] },
      willRetainAfter(end, true),
    ),
  ];
});

export const faultsAfterOthers: readonly Fault[] = [
  ...willsAfter,
  fault(
    'queued-resent-without-dup',
    { title: 'What was queued before its first sending is sent again with DUP 0', violates: ['MQTT-3.3.1-1'] },
    queuedResentWithoutDup,
  ),
  fault(
    'wildcards-outlive-clean-sessions',
    { title: 'CleanSession 1 leaves subscriptions with wildcards', violates: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'] },
    () => outliving((topicFilter) => /[+#]/.test(topicFilter)),
  ),
  fault(
    'subscriptions-of-qos-2-outlive-clean-sessions',
    { title: 'CleanSession 1 leaves subscriptions of QoS 2', violates: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'] },
    () => outliving((_topicFilter, { granted }) => granted === 2),
  ),
  fault(
    'sixteen-subscriptions-resumed',
    {
      title: 'A session that is resumed has its first 16 subscriptions alone',
      violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'],
    },
    () => losingSubscriptions(({ subscriptions }) => [...subscriptions.keys()].slice(16)),
  ),
  fault(
    'clean-session-outlives-after-a-takeover',
    { title: 'A session of CleanSession 1 that took a stored one over is stored itself', violates: ['MQTT-3.1.2-6'] },
    () => {
      const takenOver = new Set<string>();
      const endsWithConnection: ConnectRules['endsWithConnection'] = ({ cleanSession, clientId }, reason) => {
        if (!cleanSession && reason === 'taken over') takenOver.add(clientId);
        return cleanSession && !takenOver.delete(clientId);
      };
      return { rules: { connect: { endsWithConnection } } };
    },
  ),
  fault(
    'subscriptions-lost-by-malformed-packets',
    {
      title: 'A session whose connection a malformed packet has ended has no subscriptions when it is resumed',
      violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'],
    },
    () => {
      const ended = new Set<string>();
      const endsWithConnection: ConnectRules['endsWithConnection'] = ({ cleanSession, clientId }, reason) => {
        if (reason === 'malformed packet') ended.add(clientId);
        return cleanSession;
      };
      const lost = ({ clientId, subscriptions }: Session) => (ended.delete(clientId) ? [...subscriptions.keys()] : []);
      return losingSubscriptions(lost, { endsWithConnection });
    },
  ),
  fault(
    'subscriptions-lost-by-keep-alive',
    {
      title: 'A session whose client Keep Alive has ended has no subscriptions when it is resumed',
      violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'],
    },
    () => {
      const ended = new Set<string>();
      const endsWithConnection: ConnectRules['endsWithConnection'] = ({ cleanSession, clientId }, reason) => {
        if (reason === 'keep-alive expired') ended.add(clientId);
        return cleanSession;
      };
      const lost = ({ clientId, subscriptions }: Session) => (ended.delete(clientId) ? [...subscriptions.keys()] : []);
      return losingSubscriptions(lost, { endsWithConnection });
    },
  ),
  fault(
    'identifiers-kept-in-resumed-sessions',
    { title: 'In a resumed session PUBREL does not free its identifier', violates: ['MQTT-4.3.3-2'] },
    {
      rules: {
        connect: {
          forgetsWhenResumed: ({ receiver }) => {
            receiver.pubrel = (packetId, port) => port.pubcomp(packetId);
          },
        },
      },
    },
  ),
  fault(
    'identifiers-of-qos-1-open-at-qos-2',
    {
      title: 'A QoS 2 PUBLISH is taken for a repeat if its identifier was one of QoS 1 before',
      violates: ['MQTT-4.3.3-2'],
    },
    {
      rules: {
        publish: {
          isNewQos1: (session, packetId) => {
            if (session instanceof Session) {
              const message = { topicName: '', payload: Uint8Array.of(), qos: 1, retain: false } as const;
              session.receiver.publish(packetId, { message, dup: false }, unheard);
            }
            return true;
          },
        },
      },
    },
  ),
  fault(
    'repeated-pubrec-ignored',
    { title: 'A PUBREC that comes again is not answered', violates: ['MQTT-4.3.3-1'] },
    { rules: { session: { answersPubrec: (entry) => entry?.qos !== 1 && entry?.state !== 'awaiting-pubcomp' } } },
  ),
  fault(
    'resent-in-the-order-of-digits',
    {
      title: 'What is sent again comes in the order of the digits of its identifiers: 1, 10, 2',
      violates: ['MQTT-4.6.0-1'],
    },
    {
      rules: {
        session: {
          resends: (inFlight) => inFlight.toSorted((a, b) => (String(a.packetId) < String(b.packetId) ? -1 : 1)),
        },
      },
    },
  ),
  fault(
    'retained-not-replaced-with-dup',
    {
      title: 'A PUBLISH with DUP 1 does not replace a retained message',
      violates: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'],
    },
    replacedUnlessDup(({ payload }) => payload.length > 0),
  ),
  fault(
    'retained-not-erased-with-dup',
    { title: 'An empty PUBLISH with DUP 1 does not erase a retained message', violates: ['MQTT-3.3.1-10'] },
    replacedUnlessDup(({ payload }) => payload.length === 0),
  ),
];
