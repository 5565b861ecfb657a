// Faults that show only where something is owed, or where one filter lies within another, was given up, or is refused.

import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { ReceiverPort } from '../../reference/session/receiver.ts';
import { matches } from '../../reference/topics/matches.ts';
import { reading, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';
import { subscribers } from './what-clients-have.ts';

type Options = Pick<BrokerOptions, 'rules' | 'parts'>;
type Subscriptions = ReturnType<Parts['subscriptions']>;
type Session = Parameters<Subscriptions['add']>[1];

const silently: ReceiverPort = { pubrec: () => {}, pubcomp: () => {}, deliver: () => {} };

/** Subscriptions with another hand in them. */
function handled(
  add: (held: Subscriptions, ...entry: Parameters<Subscriptions['add']>) => void,
  remove: (held: Subscriptions, ...entry: Parameters<Subscriptions['remove']>) => boolean = (held, ...entry) =>
    held.remove(...entry),
): Options {
  const held = matching((how) => how)().parts.subscriptions();
  const subscriptions = (): Subscriptions => ({
    get size() {
      return held.size;
    },
    add: (...entry) => add(held, ...entry),
    remove: (...entry) => remove(held, ...entry),
    match: (topicName, visit) => held.match(topicName, visit),
  });
  return { parts: { subscriptions } };
}

/** Of clients that have subscribed: does something to their sessions, once. */
const ofSubscribers = (bend: (session: Session) => void) => (): Options => {
  const bent = new WeakSet<Session>();
  return handled((held, topicFilter, session, value) => {
    if (!bent.has(session)) bend(session);
    bent.add(session);
    held.add(topicFilter, session, value);
  });
};

const handshakes: readonly Fault[] = [
  fault(
    'pubrel-of-an-unknown-identifier-frees-all',
    { title: 'PUBREL of an identifier that is not known frees all others', violates: ['MQTT-4.3.3-2'] },
    ofSubscribers(({ receiver }) => {
      const { publish, pubrel } = receiver;
      const open = new Set<number>();
      receiver.publish = (packetId, ...rest) => {
        open.add(packetId);
        publish.call(receiver, packetId, ...rest);
      };
      receiver.pubrel = (packetId, port) => {
        if (!open.delete(packetId)) receiver.clear();
        pubrel.call(receiver, packetId, port);
      };
    }),
  ),
  fault(
    'no-pubrec-for-who-owes',
    {
      title: 'A QoS 2 PUBLISH of a client with subscriptions that owes an acknowledgement is not answered',
      violates: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
    },
    ofSubscribers(({ sender, receiver }) => {
      const { publish } = receiver;
      receiver.publish = (packetId, text, port) => {
        const withoutPubrec: ReceiverPort = {
          pubrec: () => {},
          pubcomp: (id) => port.pubcomp(id),
          deliver: (message, dup) => port.deliver(message, dup),
        };
        publish.call(receiver, packetId, text, sender.size === 0 ? port : withoutPubrec);
      };
    }),
  ),
  fault(
    'pubcomp-ends-the-other-handshake',
    {
      title: 'PUBCOMP for a delivery frees the same identifier of the client',
      violates: ['MQTT-4.3.3-2'],
    },
    ofSubscribers(({ sender, receiver }) => {
      const { pubcomp } = sender;
      sender.pubcomp = (packetId) => {
        receiver.pubrel(packetId, silently);
        return pubcomp.call(sender, packetId);
      };
    }),
  ),
  fault(
    'resent-at-the-qos-asked-for-since',
    {
      title: 'What is sent again comes at the QoS that was asked for since',
      violates: ['MQTT-4.4.0-1', 'MQTT-3.8.4-3', 'MQTT-4.3.3-1'],
    },
    () => {
      const asked = new Map<string, number>();
      const { parts } = reading((packet) => {
        if (packet.type === 'subscribe')
          for (const { topicFilter, qos } of packet.subscriptions) asked.set(topicFilter, qos);
        return packet;
      });
      const lowered = writing('publish', (packet) =>
        packet.dup && packet.qos === 2 && asked.get(packet.topicName) === 1 ? [{ ...packet, qos: 1 }] : undefined,
      );
      return { parts: { ...parts, ...lowered.parts } };
    },
  ),
  fault(
    'retained-with-the-first-identifier',
    { title: 'Retained messages have the identifier 1, whatever is in flight', violates: ['MQTT-2.3.1-4'] },
    writing('publish', (packet) =>
      packet.qos > 0 && packet.retain ? [{ ...packet, packetId: 1 } as typeof packet] : undefined,
    ),
  ),
  fault(
    'retained-change-drops-what-is-owed',
    {
      title: 'Another retained message of a topic drops what is owed to who is away',
      violates: ['MQTT-4.4.0-1', 'MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
    },
    () => {
      const { subscriptions, sessionOf } = subscribers();
      return {
        parts: { subscriptions },
        rules: {
          publish: {
            retainedAfter: (message, before) => {
              for (const { connection, sender, subscriptions: own } of sessionOf.values()) {
                const isOne = message.retain && before !== undefined && own.has(message.topicName);
                if (isOne && connection === undefined) sender.clear({ inFlight: true });
              }
              return publishRules.retainedAfter(message, before);
            },
          },
        },
      };
    },
  ),
];

const filters: readonly Fault[] = [
  fault(
    'narrower-filters-absorbed',
    {
      title: 'A filter takes the narrower ones of its client into itself',
      violates: ['MQTT-3.10.4-1'],
    },
    () =>
      handled((held, topicFilter, session, value) => {
        for (const narrow of session.subscriptions.keys())
          if (narrow !== topicFilter && matches(topicFilter, narrow)) held.remove(narrow, session);
        held.add(topicFilter, session, value);
      }),
  ),
  fault(
    'narrower-filters-left-out',
    {
      title: 'A filter of a client that has a wider one is granted, and not made',
      violates: ['MQTT-3.10.4-1'],
    },
    () =>
      handled((held, topicFilter, session, value) => {
        const wider = [...session.subscriptions.keys()].some((one) => one !== topicFilter && matches(one, topicFilter));
        if (!wider) held.add(topicFilter, session, value);
      }),
  ),
  fault(
    'unsubscribe-beyond-ascii-without-effect',
    {
      title: 'UNSUBSCRIBE from a filter with characters beyond ASCII is acknowledged, and deletes nothing',
      violates: ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'],
    },
    () =>
      handled(
        (held, ...entry) => held.add(...entry),
        (held, topicFilter, session) =>
          [...topicFilter].some((one) => one > '\u007f') || held.remove(topicFilter, session),
      ),
  ),
  fault(
    'unsubscribe-without-effect-while-something-is-owed',
    {
      title: 'UNSUBSCRIBE of who owes an acknowledgement is acknowledged, and deletes nothing',
      violates: ['MQTT-3.10.4-2'],
    },
    () =>
      handled(
        (held, ...entry) => held.add(...entry),
        (held, topicFilter, session) => session.sender.size > 0 || held.remove(topicFilter, session),
      ),
  ),
  fault(
    'unsubscribe-whatever-the-blanks',
    {
      title: 'UNSUBSCRIBE deletes filters that differ from its own in blanks around them',
      violates: ['MQTT-3.10.4-1'],
    },
    {
      rules: {
        subscribe: {
          filtersRemoved: (topicFilter, subscribed) =>
            [...subscribed.keys()].filter((one) => one.trim() === topicFilter.trim()),
        },
      },
    },
  ),
  fault(
    'refused-at-qos-2-and-served',
    { title: 'Filters at QoS 2 are answered by 0x80, and subscribed to', violates: ['MQTT-3.8.4-5'] },
    { rules: { subscribe: { returnCodes: (codes) => codes.map((code) => (code === 2 ? 0x80 : code)) } } },
  ),
  fault(
    'nothing-retained-once-given-up',
    {
      title: 'Who has given a filter up gets nothing retained for it when subscribing again',
      violates: ['MQTT-3.3.1-6'],
    },
    () => {
      const givenUp = new WeakMap<object, Set<string>>();
      return {
        rules: {
          subscribe: {
            filtersRemoved: (topicFilter, subscribed) => {
              if (!subscribed.has(topicFilter)) return [];
              givenUp.set(subscribed, (givenUp.get(subscribed) ?? new Set()).add(topicFilter));
              return [topicFilter];
            },
            sendsRetained: (topicFilter, subscribed) => givenUp.get(subscribed)?.has(topicFilter) !== true,
          },
        },
      };
    },
  ),
  fault(
    'retained-without-flag-once-replaced',
    { title: 'A retained message that has replaced another is sent with RETAIN 0', violates: ['MQTT-3.3.1-8'] },
    () => {
      const replaced = new Set<string>();
      return {
        rules: {
          publish: {
            retainedAfter: (message, before) => {
              if (message.retain && before !== undefined) replaced.add(message.topicName);
              return publishRules.retainedAfter(message, before);
            },
            retainOf: (cause, { topicName }) => cause === 'new subscription' && !replaced.has(topicName),
          },
        },
      };
    },
  ),
];

export const whileOwedFaults: readonly Fault[] = [...handshakes, ...filters];
