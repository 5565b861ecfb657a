// Faults that show only with several filters or with many, with an empty payload, and with characters that are near each other.

import type { SessionMatch, Subscriptions } from '../../reference/broker/core/parts.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import type { Session } from '../../reference/broker/core/session.ts';
import type { BrokerOptions } from '../../reference/broker/index.ts';
import type { PacketType } from '../../reference/codec/packet.ts';
import { bodyAt, isType, reading, reframed, repairing, toleratingText, withByte } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { only } from './in-places.ts';
import { matching } from './naive-topics.ts';

/** Subscriptions that know what the last packet was, and which sessions have been resumed. */
function subscriptionsOf(
  bent: (held: Subscriptions, resumed: (session: object) => boolean) => Partial<Subscriptions>,
  heard: (type: PacketType) => void = () => {},
): Pick<BrokerOptions, 'rules' | 'parts'> {
  const held = matching((matches) => matches)().parts.subscriptions();
  const resumed = new WeakSet<object>();
  const subscriptions: Subscriptions = {
    get size() {
      return held.size;
    },
    add: (topicFilter, session, value) => held.add(topicFilter, session, value),
    remove: (topicFilter, session) => held.remove(topicFilter, session),
    match: (topicName, visit) => held.match(topicName, visit),
    ...bent(held, (session) => resumed.has(session)),
  };
  const { parts } = reading((packet) => {
    heard(packet.type);
    return packet;
  });
  return {
    parts: { ...parts, subscriptions: () => subscriptions },
    rules: { connect: { forgetsWhenResumed: (session) => resumed.add(session) } },
  };
}

/** Sessions that have been resumed get at the lowest QoS what several of their filters match. */
const lowestWhenResumed = () =>
  subscriptionsOf((held, resumed) => ({
    match: (topicName, visit) => {
      const lowest = new Map<Session, SessionMatch>();
      held.match(topicName, (value, session) => {
        if (!resumed(session)) return visit(value, session);
        const before = lowest.get(session);
        if (before === undefined || value.granted < before.granted) lowest.set(session, value);
      });
      for (const [session, value] of lowest) visit(value, session);
    },
  }));

/** The highest QoS at which a topic has come to a session is that at which it comes for good. */
function highestRemembered(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const highest = new WeakMap<Session, Map<string, SessionMatch['granted']>>();
  return subscriptionsOf((held) => ({
    match: (topicName, visit) =>
      held.match(topicName, (value, session) => {
        const ofSession = highest.get(session) ?? new Map<string, SessionMatch['granted']>();
        highest.set(session, ofSession);
        const granted = Math.max(value.granted, ofSession.get(topicName) ?? 0) as SessionMatch['granted'];
        ofSession.set(topicName, granted);
        visit({ ...value, granted }, session);
      }),
  }));
}

/** When a session ends, what it had subscribed to is deleted for everybody. */
function deletedForEverybody(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const sessionsOf = new Map<string, Set<Session>>();
  let last: PacketType;
  return subscriptionsOf(
    (held) => ({
      add: (topicFilter, session, value) => {
        sessionsOf.set(topicFilter, (sessionsOf.get(topicFilter) ?? new Set()).add(session));
        held.add(topicFilter, session, value);
      },
      remove: (topicFilter, session) => {
        if (last === 'unsubscribe') return held.remove(topicFilter, session);
        for (const one of sessionsOf.get(topicFilter) ?? []) held.remove(topicFilter, one);
        return true;
      },
    }),
    (type) => {
      last = type;
    },
  );
}

/** Who resumes a session with ten messages in flight or more gets these, and nothing new. */
function stalledByItsPast(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const stalled = new WeakSet<Session>();
  const bent = subscriptionsOf((held) => ({
    match: (topicName, visit) =>
      held.match(topicName, (value, session) => {
        if (session.connection === undefined || !stalled.has(session)) visit(value, session);
      }),
  }));
  const forgetsWhenResumed = (session: Session): void => {
    if (session.sender.size >= 10) stalled.add(session);
  };
  return { ...bent, rules: { connect: { forgetsWhenResumed } } };
}

/** Of the filters in a SUBSCRIBE the first hundred are served. */
function firstHundred(): Pick<BrokerOptions, 'rules' | 'parts'> {
  let served = 0;
  return subscriptionsOf(
    (held) => ({
      add: (topicFilter, session, value) => {
        if (served++ < 100) held.add(topicFilter, session, value);
      },
    }),
    () => {
      served = 0;
    },
  );
}

function lowestWithRetain(): Pick<BrokerOptions, 'rules'> {
  let retain = false;
  return {
    rules: {
      publish: {
        retainedAfter: (message, before) => {
          ({ retain } = message);
          return publishRules.retainedAfter(message, before);
        },
        matchesServed: (matches) =>
          retain ? matches.toSorted((a, b) => a.granted - b.granted).slice(0, 1) : publishRules.matchesServed(matches),
      },
    },
  };
}

const asNumbers = (topic: string): string =>
  topic
    .split('/')
    .map((level) => (/^\d+$/.test(level) ? `${Number(level)}` : level))
    .join('/');

const byFirstUnit = (topic: string): string => topic.replace(/[\udc00-\udfff]/g, '');

/** Where there is room for a Topic Name and so many bytes alone. */
const isPublishWith =
  (rest: number) =>
  (frame: Uint8Array): boolean => {
    const at = bodyAt(frame);
    return (
      isType(frame, 'publish') && frame.length === at + 2 + (((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)) + rest
    );
  };
const isEmptyPublish = isPublishWith(2);

export const severalFiltersFaults: readonly Fault[] = [
  fault(
    'lowest-of-overlapping-filters-when-resumed',
    { title: 'With overlapping filters a session that was resumed gets the lowest QoS', violates: ['MQTT-3.3.5-1'] },
    lowestWhenResumed,
  ),
  fault(
    'lowest-of-overlapping-filters-with-retain',
    {
      title: 'With overlapping filters what is published with RETAIN 1 comes at the lowest QoS',
      violates: ['MQTT-3.3.5-1'],
    },
    lowestWithRetain,
  ),
  fault(
    'highest-qos-of-a-topic-remembered',
    {
      title: 'A topic comes for good at the highest QoS at which it has come before',
      violates: ['MQTT-3.8.4-3', 'MQTT-3.8.4-6'],
    },
    highestRemembered,
  ),
  fault(
    'subscriptions-deleted-for-everybody',
    {
      title: 'What a client had subscribed to is deleted for everybody when its session ends',
      violates: ['MQTT-4.1.0-2', 'MQTT-4.1.0-1', 'MQTT-4.5.0-1'],
    },
    deletedForEverybody,
  ),
  fault(
    'nothing-new-behind-ten-in-flight',
    {
      title: 'What was in flight when a session was resumed takes the place of new messages for good',
      violates: ['MQTT-4.5.0-1'],
    },
    stalledByItsPast,
  ),
  fault(
    'first-hundred-filters-of-a-subscribe',
    { title: 'Of the filters in a SUBSCRIBE the first hundred deliver', violates: ['MQTT-3.8.4-4'] },
    firstHundred,
  ),
  fault(
    'a-hundred-return-codes-at-most',
    { title: 'SUBACK has a hundred return codes at most', violates: ['MQTT-3.8.4-5'] },
    { rules: { subscribe: { returnCodes: (codes) => codes.slice(0, 100) } } },
  ),
  fault(
    'empty-publish-with-qos-3-accepted',
    { title: 'A PUBLISH with QoS 3 and no payload is taken for one of QoS 2', violates: ['MQTT-3.3.1-4'] },
    only(
      repairing((frame, { statement }) =>
        statement === 'MQTT-3.3.1-4' ? withByte(frame, 0, (frame[0] ?? 0) & ~2) : undefined,
      ),
      isEmptyPublish,
    ),
  ),
  fault(
    'empty-publish-with-identifier-0-accepted',
    { title: 'A PUBLISH with Packet Identifier 0 and no payload is accepted', violates: ['MQTT-2.3.1-1'] },
    only(
      repairing((frame, { statement, offset }) =>
        statement === 'MQTT-2.3.1-1' ? withByte(frame, offset + 1, 1) : undefined,
      ),
      isEmptyPublish,
    ),
  ),
  fault(
    'half-an-identifier-accepted',
    { title: 'A PUBLISH that ends in half an identifier is accepted', violates: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'] },
    only(
      repairing((frame) => reframed(frame[0] ?? 0, Uint8Array.from([...frame.subarray(bodyAt(frame)), 0]))),
      (frame) => isPublishWith(1)(frame) && ((frame[0] ?? 0) & 6) !== 0,
    ),
  ),
  fault(
    'surrogate-pairs-accepted',
    { title: 'A character written as two surrogates is accepted', violates: ['MQTT-1.5.3-1'] },
    only(toleratingText(/./, 'MQTT-1.5.3-1'), (frame) =>
      /\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf]/.test(Buffer.from(frame).toString('latin1')),
    ),
  ),
  fault(
    'levels-compared-as-numbers',
    { title: 'Levels of digits are compared as numbers', violates: ['MQTT-4.7.3-4'] },
    matching((right) => (topicFilter, topicName) => right(asNumbers(topicFilter), asNumbers(topicName))),
  ),
  fault(
    'characters-compared-by-their-first-unit',
    {
      title: 'Of a character above U+FFFF the first of its two units of UTF-16 is compared',
      violates: ['MQTT-4.7.3-4'],
    },
    matching((right) => (topicFilter, topicName) => right(byFirstUnit(topicFilter), byFirstUnit(topicName))),
  ),
];
