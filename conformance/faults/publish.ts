// Faults against sections 3.3 and 4.3 where the server receives: PUBLISH, QoS.
import type { Packet } from '../../reference/codec/packet.ts';
import { isType, reading, repairing, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const lower = (topicName: string): string => topicName.toLowerCase();

const publishing: readonly Fault[] = [
  fault(
    'qos-3-accepted',
    { title: 'PUBLISH with QoS 3 is taken as QoS 2', violates: ['MQTT-3.3.1-4'] },
    repairing((frame, { statement }) =>
      statement === 'MQTT-3.3.1-4' ? withByte(frame, 0, (frame[0] ?? 0) & ~2) : undefined,
    ),
  ),
  fault(
    'qos-3-sent',
    { title: 'PUBLISH at QoS 2 is sent with both QoS bits set', violates: ['MQTT-3.3.1-4'] },
    writing('publish', (packet, bytes) => (packet.qos === 2 ? [withByte(bytes, 0, (bytes[0] ?? 0) | 6)] : undefined)),
  ),
  fault(
    'dup-with-qos-0-accepted',
    { title: 'PUBLISH at QoS 0 with DUP 1 is accepted', violates: ['MQTT-3.3.1-2'] },
    repairing((frame, { statement }) =>
      statement === 'MQTT-3.3.1-2' && isType(frame, 'publish') ? withByte(frame, 0, (frame[0] ?? 0) & ~8) : undefined,
    ),
  ),
  fault(
    'dup-with-qos-0-sent',
    { title: 'PUBLISH at QoS 0 is sent with DUP 1', violates: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
    writing('publish', (packet, bytes) => (packet.qos === 0 ? [withByte(bytes, 0, (bytes[0] ?? 0) | 8)] : undefined)),
  ),
  fault(
    'dup-passed-on',
    { title: 'DUP of an incoming PUBLISH is passed on', violates: ['MQTT-3.3.1-3'] },
    { rules: { session: { dupOfFirst: (incomingDup) => incomingDup } } },
  ),
  fault(
    'dup-always',
    { title: 'Every PUBLISH above QoS 0 has DUP 1', violates: ['MQTT-3.3.1-3', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'] },
    { rules: { session: { dupOfFirst: () => true } } },
  ),
  fault(
    'wildcard-topic-acknowledged',
    {
      title: 'PUBLISH to a topic with a wildcard is acknowledged and dropped',
      violates: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'],
    },
    { rules: { publish: { reactionToTopicName: (topicName) => (topicName === '' ? 'close' : 'acknowledge') } } },
  ),
  fault(
    'wildcard-topic-delivered',
    { title: 'PUBLISH to a topic with a wildcard is delivered', violates: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'] },
    { rules: { publish: { reactionToTopicName: (topicName) => (topicName === '' ? 'close' : 'accept') } } },
  ),
  fault(
    'wildcard-topic-at-qos-0-dropped',
    {
      title: 'PUBLISH at QoS 0 to a topic with a wildcard is dropped, and its connection stays open',
      violates: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'],
    },
    () => {
      let qos = 0;
      const { parts } = reading((packet) => {
        if (packet.type === 'publish') qos = packet.qos;
        return packet;
      });
      const reactionToTopicName = (topicName: string) => (topicName === '' || qos > 0 ? 'close' : 'acknowledge');
      return { parts, rules: { publish: { reactionToTopicName } } };
    },
  ),
  fault(
    'empty-topic-name-accepted',
    { title: 'PUBLISH to an empty topic is accepted', violates: ['MQTT-4.7.3-1'] },
    { rules: { publish: { reactionToTopicName: (topicName) => (topicName === '' ? 'accept' : 'close') } } },
  ),
  fault(
    'topic-name-beyond-packet',
    { title: 'A Topic Name that is longer than its packet is taken as far as it goes', violates: ['MQTT-3.3.2-1'] },
    shorteningTopic(),
  ),
  fault(
    'topic-names-in-lower-case',
    { title: 'Topic Names are delivered in lower case', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: lower } } },
  ),
  fault(
    'topic-names-without-trailing-slash',
    { title: 'Topic Names are delivered without their trailing slash', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replace(/(?<=.)\/$/, '') } } },
  ),
  fault(
    'topic-names-normalised',
    { title: 'Topic Names are brought into Unicode normal form', violates: ['MQTT-4.7.3-4'] },
    reading((packet: Packet) =>
      packet.type === 'publish' ? { ...packet, topicName: packet.topicName.normalize('NFC') } : packet,
    ),
  ),
  fault(
    'qos-1-answered-by-pubrec',
    { title: 'PUBLISH at QoS 1 is answered by PUBREC', violates: ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'] },
    { rules: { publish: { answerTo: (qos) => (qos === 0 ? 'nothing' : 'pubrec') } } },
  ),
  fault(
    'qos-2-answered-by-puback',
    { title: 'PUBLISH at QoS 2 is answered by PUBACK', violates: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'] },
    { rules: { publish: { answerTo: (qos) => (qos === 0 ? 'nothing' : 'puback') } } },
  ),
  fault(
    'no-puback',
    { title: 'PUBLISH at QoS 1 is not acknowledged', violates: ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'] },
    writing('puback', () => []),
  ),
  fault(
    'no-pubrec',
    { title: 'PUBLISH at QoS 2 is not acknowledged', violates: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'] },
    writing('pubrec', () => []),
  ),
  fault(
    'qos-not-lowered',
    { title: 'Messages are delivered at the QoS of the publisher', violates: ['MQTT-3.8.4-6'] },
    { rules: { publish: { qosOf: (published) => published } } },
  ),
  fault(
    'qos-raised',
    { title: 'Messages are delivered at the QoS of the subscription', violates: ['MQTT-3.8.4-6'] },
    { rules: { publish: { qosOf: (_published, granted) => granted } } },
  ),
  fault(
    'qos-2-delivered-as-1',
    { title: 'Messages are delivered at QoS 1 at most', violates: ['MQTT-3.8.4-6'] },
    { rules: { publish: { qosOf: (published, granted) => (Math.min(published, granted, 1) === 0 ? 0 : 1) } } },
  ),
  fault(
    'empty-messages-dropped',
    {
      title: 'Messages without payload are not delivered',
      violates: ['MQTT-4.5.0-1', 'MQTT-3.3.4-1', 'MQTT-3.3.1-10'],
    },
    { rules: { publish: { delivers: ({ payload }) => payload.length > 0 } } },
  ),
  fault(
    'offline-left-out',
    { title: 'Messages do not reach sessions whose client is away', violates: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
    { rules: { publish: { queuesWhileAway: () => false } } },
  ),
  fault(
    'only-qos-2-kept',
    { title: 'Only QoS 2 messages are kept for a client that is away', violates: ['MQTT-3.1.2-5'] },
    { rules: { publish: { queuesWhileAway: (qos) => qos === 2 } } },
  ),
  fault(
    'only-qos-1-kept',
    { title: 'Only QoS 1 messages are kept for a client that is away', violates: ['MQTT-3.1.2-5'] },
    { rules: { publish: { queuesWhileAway: (qos) => qos === 1 } } },
  ),
  fault(
    'queue-of-three',
    { title: 'At most three messages are kept for a client that is away', violates: ['MQTT-3.1.2-5'] },
    { maxQueuedMessages: 3 },
  ),
  fault(
    'first-match-decides-qos',
    { title: 'With overlapping filters the first match decides the QoS', violates: ['MQTT-3.3.5-1'] },
    { rules: { publish: { matchesServed: (matches) => matches.slice(0, 1) } } },
  ),
  fault(
    'last-match-decides-qos',
    { title: 'Only the last of overlapping subscriptions is honoured', violates: ['MQTT-3.3.5-1'] },
    { rules: { publish: { matchesServed: (matches) => matches.slice(-1) } } },
  ),
  fault(
    'lowest-match-decides-qos',
    { title: 'With overlapping filters the lowest QoS decides', violates: ['MQTT-3.3.5-1'] },
    {
      rules: {
        publish: { matchesServed: (matches) => [...matches].sort((a, b) => a.granted - b.granted).slice(0, 1) },
      },
    },
  ),
  fault(
    'topics-with-dollar-inside',
    {
      title: 'Messages on topics with a `$` anywhere are not delivered',
      violates: ['MQTT-4.5.0-1', 'MQTT-4.7.2-1', 'MQTT-4.7.3-4'],
    },
    { rules: { publish: { distributes: (topicName) => !topicName.includes('$') } } },
  ),
];

function shorteningTopic() {
  return repairing((frame, { statement, offset, actual }) => {
    const left = / with (\d+) bytes left/.exec(actual)?.[1];
    if (!isType(frame, 'publish') || statement !== 'MQTT-3.3.2-1' || left === undefined) return undefined;
    return withByte(withByte(frame, offset, 0), offset + 1, Number(left));
  });
}

const receiving: readonly Fault[] = [
  fault(
    'qos-1-filtered-by-identifier',
    {
      title: 'A QoS 1 PUBLISH with an identifier that was used before is taken for a repeat',
      violates: ['MQTT-4.3.2-2'],
    },
    () => ({ rules: { publish: { isNewQos1: rememberingIdentifiers() } } }),
  ),
  fault(
    'qos-1-filtered-by-dup',
    { title: 'A QoS 1 PUBLISH with DUP 1 is taken for a repeat', violates: ['MQTT-4.3.2-2'] },
    { rules: { publish: { isNewQos1: (_session, _packetId, dup) => !dup } } },
  ),
  fault(
    'qos-2-delivered-twice',
    { title: 'A QoS 2 PUBLISH that is repeated before PUBREL is delivered again', violates: ['MQTT-4.3.3-2'] },
    { rules: { session: { isNewMessage: () => true } } },
  ),
  fault(
    'qos-2-filtered-by-dup',
    { title: 'A QoS 2 PUBLISH with DUP 1 is never delivered', violates: ['MQTT-4.3.3-2'] },
    { rules: { session: { isNewMessage: (known, dup) => !known && !dup } } },
  ),
  fault(
    'qos-2-identifier-never-free',
    { title: 'After PUBREL the identifier is not free for a new message', violates: ['MQTT-4.3.3-2'] },
    { rules: { session: { forgetsOn: () => false } } },
  ),
  fault(
    'no-pubcomp',
    { title: 'PUBREL is not answered', violates: ['MQTT-4.3.3-2'] },
    writing('pubcomp', () => []),
  ),
  fault('pubcomp-once', { title: 'PUBREL that is repeated is not answered again', violates: ['MQTT-4.3.3-2'] }, () =>
    pubcompOnce(),
  ),
  fault(
    'received-identifiers-forgotten',
    {
      title: 'Identifiers of QoS 2 messages that were received are forgotten when the connection ends',
      violates: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1'],
    },
    { rules: { connect: { forgetsWhenResumed: ({ receiver }) => receiver.clear() } } },
  ),
];

function rememberingIdentifiers() {
  const seen = new WeakMap<object, Set<number>>();
  return (session: object, packetId: number): boolean => {
    const identifiers = seen.get(session) ?? new Set<number>();
    seen.set(session, identifiers);
    if (identifiers.has(packetId)) return false;
    identifiers.add(packetId);
    return true;
  };
}

/** Answers a PUBREL only where its PUBLISH came on the way. */
function pubcompOnce() {
  const open = new Map<number, number>();
  return {
    parts: {
      outgoing: (packet: Packet): readonly Packet[] => {
        if (packet.type === 'pubrec') open.set(packet.packetId, (open.get(packet.packetId) ?? 0) + 1);
        if (packet.type !== 'pubcomp') return [packet];
        const owed = open.get(packet.packetId) ?? 0;
        open.set(packet.packetId, Math.max(0, owed - 1));
        return owed > 0 ? [packet] : [];
      },
    },
  };
}

export const publishFaults: readonly Fault[] = [...publishing, ...receiving];
