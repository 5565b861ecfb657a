// Faults that a broker of others had, and that nothing looked for: level 5, large wills, what UNSUBSCRIBE leaves alone.

import { willRules } from '../../reference/broker/core/rules/will.ts';
import type { Parts } from '../../reference/broker/index.ts';
import type { Packet, Will } from '../../reference/codec/packet.ts';
import { bodyAt, reading, reframed, repairing, servingProtocol, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching, matchingRetained } from './naive-topics.ts';

/** Answers a CONNECT of level 5 by other bytes. */
const answeringLevel5 =
  (...bytes: readonly number[]) =>
  (): ReturnType<Fault['options']> => {
    let isLevel5 = false;
    return {
      rules: {
        connect: {
          reactionToProtocol: ({ protocolName, protocolLevel }) => {
            isLevel5 = protocolLevel === 5;
            return protocolName === 'MQTT' ? 1 : 'silence';
          },
        },
      },
      ...writing('connack', () => {
        if (!isLevel5) return undefined;
        isLevel5 = false;
        return bytes.length === 0 ? [] : [Uint8Array.from(bytes)];
      }),
    };
  };

const ofLevel = (level: number) =>
  servingProtocol(({ protocolName, protocolLevel }) => protocolName === 'MQTT' && protocolLevel === level);

const levels: readonly Fault[] = [
  fault(
    'level-5-answered-by-two-bytes',
    { title: 'A CONNECT of level 5 is answered by a CONNACK of two bytes', violates: ['MQTT-3.1.2-2'] },
    answeringLevel5(0x20, 0),
  ),
  fault(
    'level-5-answered-by-half-a-connack',
    { title: 'A CONNECT of level 5 is answered by the first half of a CONNACK', violates: ['MQTT-3.1.2-2'] },
    answeringLevel5(0x20, 2),
  ),
  fault(
    'level-5-closed-upon',
    { title: 'A CONNECT of level 5 is closed upon without a CONNACK', violates: ['MQTT-3.1.2-2'] },
    answeringLevel5(),
  ),
  fault(
    'level-5-refused-with-session-present',
    { title: 'A CONNECT of level 5 is refused with Session Present 1', violates: ['MQTT-3.1.2-2'] },
    answeringLevel5(0x20, 2, 1, 1),
  ),
  fault(
    'level-5-served',
    { title: 'A CONNECT of level 5 is served as one of MQTT 3.1.1', violates: ['MQTT-3.1.2-2'] },
    ofLevel(5),
  ),
  fault(
    'level-1-served',
    { title: 'A CONNECT of level 1 is served as one of MQTT 3.1.1', violates: ['MQTT-3.1.2-2'] },
    ofLevel(1),
  ),
];

const withoutSome = (isForgotten: (will: Will) => boolean) => ({
  rules: { will: { willOf: (own: Will | undefined) => (own === undefined || isForgotten(own) ? undefined : own) } },
});

const wills: readonly Fault[] = [
  fault(
    'large-will-forgotten',
    { title: 'A will message of more than 32,767 bytes is forgotten', violates: ['MQTT-3.1.2-8'] },
    withoutSome(({ message }) => message.length > 32_767),
  ),
  fault(
    'long-will-topic-forgotten',
    { title: 'A will with a topic of more than 1,000 characters is forgotten', violates: ['MQTT-3.1.2-8'] },
    withoutSome(({ topicName }) => topicName.length > 1_000),
  ),
  fault(
    'will-below-a-leading-slash-forgotten',
    { title: 'A will with a topic that begins with "/" is forgotten', violates: ['MQTT-3.1.2-8'] },
    withoutSome(({ topicName }) => topicName.startsWith('/')),
  ),
  fault(
    'large-will-cut',
    { title: 'A will message is cut after 65,534 bytes', violates: ['MQTT-3.1.2-8', 'MQTT-3.1.3-1'] },
    {
      rules: {
        will: { messageOf: (will) => ({ ...willRules.messageOf(will), payload: will.message.subarray(0, 65_534) }) },
      },
    },
  ),
  fault(
    'large-will-not-retained',
    { title: 'A will message of more than 4,096 bytes is not retained', violates: ['MQTT-3.1.2-17'] },
    {
      rules: {
        will: {
          messageOf: (will) => ({ ...willRules.messageOf(will), retain: will.retain && will.message.length <= 4_096 }),
        },
      },
    },
  ),
  fault(
    'will-topic-with-a-wildcard-inside-a-level',
    { title: 'A will topic with a wildcard inside a level is accepted', violates: ['MQTT-4.7.1-1'] },
    () => {
      let isInside = false;
      const { parts } = reading((packet) => {
        isInside = packet.type === 'connect' && /[^/][+#]|[+#][^/]/.test(packet.will?.topicName ?? '');
        return packet;
      });
      return { parts, rules: { connect: { reactionToWillTopic: () => (isInside ? 'accept' : 'close') } } };
    },
  ),
  fault(
    'password-without-user-name-beside-a-will',
    { title: 'A password without user name is taken where there is a will', violates: ['MQTT-3.1.2-22'] },
    repairing((frame, { statement }) => {
      const at = bodyAt(frame) + 7;
      const flags = frame[at] ?? 0;
      if (statement !== 'MQTT-3.1.2-22' || (flags & 4) === 0) return undefined;
      const body = Buffer.from(frame.subarray(bodyAt(frame)));
      let end = 10;
      for (let fields = 0; fields < 3; fields++) end += 2 + body.readUInt16BE(end);
      return reframed(0x10, withByte(body.subarray(0, end), 7, flags & ~0x40));
    }),
  ),
];

const messages: readonly Fault[] = [
  fault(
    'wildcard-topic-retained',
    { title: 'A retained PUBLISH to a topic with a wildcard is taken', violates: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'] },
    () => {
      let retain = false;
      const { parts } = reading((packet) => {
        retain = packet.type === 'publish' && packet.retain;
        return packet;
      });
      const reactionToTopicName = (topicName: string) => (retain && topicName !== '' ? 'accept' : 'close');
      return { parts, rules: { publish: { reactionToTopicName } } };
    },
  ),
  fault(
    'erasing-at-qos-2-unacknowledged',
    {
      title: 'A PUBLISH at QoS 2 that erases a retained message is not acknowledged',
      violates: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
    },
    () => {
      let erases = false;
      const { parts } = reading((packet) => {
        erases = packet.type === 'publish' && packet.retain && packet.payload.length === 0;
        return packet;
      });
      return { parts: { ...parts, ...writing('pubrec', () => (erases ? [] : undefined)).parts } };
    },
  ),
  fault(
    'next-identifier-acknowledges',
    {
      title: 'A PUBACK whose identifier is not in flight acknowledges the one before',
      violates: ['MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    {
      rules: {
        session: { meant: (packetId, inFlight) => (inFlight?.has(packetId) === true ? packetId : packetId - 1) },
      },
    },
  ),
  fault(
    'retained-not-beside-a-wider-filter',
    { title: 'Who has subscribed to "a/#" gets no retained message for "a/b"', violates: ['MQTT-3.3.1-6'] },
    {
      rules: {
        subscribe: {
          sendsRetained: (topicFilter, subscribed) =>
            ![...subscribed.keys()].some((one) => one.endsWith('#') && topicFilter.startsWith(one.slice(0, -1))),
        },
      },
    },
  ),
];

type Subscriptions = ReturnType<Parts['subscriptions']>;

/** Does something more when UNSUBSCRIBE takes a subscription away. */
export const unsubscribing = (also: (topicFilter: string, session: Parameters<Subscriptions['remove']>[1]) => void) => {
  let isUnsubscribe = false;
  const { parts } = reading((packet: Packet) => {
    isUnsubscribe = packet.type === 'unsubscribe';
    return packet;
  });
  const right = matching((matches) => matches)().parts.subscriptions;
  const subscriptions = (): Subscriptions => {
    const held = right();
    return {
      get size() {
        return held.size;
      },
      add: (...entry) => held.add(...entry),
      remove: (topicFilter, session) => {
        if (isUnsubscribe) also(topicFilter, session);
        return held.remove(topicFilter, session);
      },
      match: (topicName, visit) => held.match(topicName, visit),
    };
  };
  return { ...parts, subscriptions };
};

const unsubscribes: readonly Fault[] = [
  fault(
    'unsubscribe-erases-retained',
    { title: 'UNSUBSCRIBE erases the retained message of its topic', violates: ['MQTT-3.3.1-6'] },
    () => {
      const held: ReturnType<Parts['retained']> = matchingRetained((matches) => matches)().parts.retained();
      return { parts: { ...unsubscribing((topicFilter) => void held.delete(topicFilter)), retained: () => held } };
    },
  ),
  fault(
    'unsubscribe-drops-what-waits',
    { title: 'UNSUBSCRIBE drops all that waits for its client, whatever its topic', violates: ['MQTT-4.5.0-1'] },
    () => ({
      maxInFlight: 10,
      parts: unsubscribing((_topicFilter, session) => session.sender.clear({ inFlight: false })),
    }),
  ),
  fault(
    'unsubscribe-ends-the-wider-filter-too',
    { title: 'UNSUBSCRIBE "a/b" ends a subscription to "a/#" too', violates: ['MQTT-3.10.4-1'] },
    {
      rules: {
        subscribe: {
          filtersRemoved: (topicFilter, subscribed) =>
            !subscribed.has(topicFilter)
              ? []
              : [...subscribed.keys()].filter(
                  (one) => one === topicFilter || (one.endsWith('/#') && topicFilter.startsWith(one.slice(0, -1))),
                ),
        },
      },
    },
  ),
  fault(
    'unsubscribed-until-the-resume',
    {
      title: 'What a client has unsubscribed from comes again when it resumes its session',
      violates: ['MQTT-3.10.4-2', 'MQTT-4.1.0-1'],
    },
    () => {
      const ended = new WeakMap<object, Set<string>>();
      const made = new WeakMap<object, Map<string, Parameters<Subscriptions['add']>[2]>>();
      const parts = unsubscribing((topicFilter, session) => {
        ended.set(session, (ended.get(session) ?? new Set()).add(topicFilter));
      });
      let held: Subscriptions | undefined;
      const subscriptions = (): Subscriptions => {
        const inner = parts.subscriptions();
        held = inner;
        return {
          get size() {
            return inner.size;
          },
          add: (topicFilter, session, value) => {
            made.set(session, (made.get(session) ?? new Map()).set(topicFilter, value));
            inner.add(topicFilter, session, value);
          },
          remove: (topicFilter, session) => inner.remove(topicFilter, session),
          match: (topicName, visit) => inner.match(topicName, visit),
        };
      };
      const forgetsWhenResumed = (session: Parameters<Subscriptions['add']>[1]): void => {
        for (const topicFilter of ended.get(session) ?? []) {
          const value = made.get(session)?.get(topicFilter);
          if (value !== undefined) held?.add(topicFilter, session, value);
        }
      };
      return { parts: { ...parts, subscriptions }, rules: { connect: { forgetsWhenResumed } } };
    },
  ),
];

export const overlookedFaults: readonly Fault[] = [...levels, ...wills, ...messages, ...unsubscribes];
