// Faults that show only where things meet: the third filter, the second connection, a will beside a user name.
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { bodyAt, isType, reading, repairing, servingProtocol, strict, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching, matchingRetained } from './naive-topics.ts';

/** Clients without a will where the CONNECT has something else. */
const withoutWill = (where: (connect: Connect) => boolean) =>
  reading((packet) => {
    if (packet.type !== 'connect' || !where(packet)) return packet;
    const { will: _will, ...rest } = packet;
    return rest as typeof packet;
  });

const wills: readonly Fault[] = [
  fault(
    'will-lost-beside-user-name',
    { title: 'The will of a client with a user name is forgotten', violates: ['MQTT-3.1.2-8', 'MQTT-3.1.3-1'] },
    withoutWill(({ userName }) => userName !== undefined),
  ),
  fault(
    'will-lost-with-long-keep-alive',
    { title: 'The will of a client with a Keep Alive of minutes is forgotten', violates: ['MQTT-3.1.2-8'] },
    withoutWill(({ keepAlive }) => keepAlive >= 300),
  ),
  fault(
    'will-of-the-first-connection',
    { title: 'A client has the will of its first connection for ever', violates: ['MQTT-3.1.2-8', 'MQTT-3.1.2-10'] },
    { rules: { will: { willOf: (own, before) => (own === undefined ? undefined : (before ?? own)) } } },
  ),
  fault(
    'will-at-qos-2',
    { title: 'A will of QoS 1 is published at QoS 2', violates: ['MQTT-3.1.2-9', 'MQTT-3.1.2-14'] },
    {
      rules: {
        will: {
          messageOf: ({ topicName, message, qos, retain }) => ({
            topicName,
            payload: message,
            qos: qos === 1 ? 2 : qos,
            retain,
          }),
        },
      },
    },
  ),
  fault(
    'retained-will-on-disconnect',
    {
      title: 'A will with Will Retain 1 is published on a clean DISCONNECT',
      violates: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'],
    },
    retainedOnDisconnect,
  ),
  fault(
    'wills-not-queued',
    { title: 'Wills are not kept for clients that are away', violates: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
    notQueued,
  ),
];

function retainedOnDisconnect(): Pick<BrokerOptions, 'rules'> {
  let clean = false;
  return {
    rules: {
      will: {
        isDue: (reason) => {
          clean = reason === 'disconnect';
          return true;
        },
        // Whatever is not due goes where nobody has subscribed.
        messageOf: ({ topicName, message, qos, retain }) => ({
          topicName: clean && !retain ? `${topicName}/not due` : topicName,
          payload: message,
          qos,
          retain,
        }),
      },
    },
  };
}

function notQueued(): Pick<BrokerOptions, 'rules'> {
  const ofWills = new WeakSet<Uint8Array>();
  let isWill = false;
  return {
    rules: {
      will: {
        messageOf: ({ topicName, message, qos, retain }) => {
          ofWills.add(message);
          return { topicName, payload: message, qos, retain };
        },
      },
      publish: {
        delivers: ({ payload }) => {
          isWill = ofWills.has(payload);
          return true;
        },
        queuesWhileAway: (qos) => qos > 0 && !isWill,
      },
    },
  };
}

const sessions: readonly Fault[] = [
  fault(
    'queue-lost-at-the-second-resume',
    { title: 'From its second resume on a session loses its queue', violates: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
    () => {
      const resumes = new WeakMap<object, number>();
      return {
        rules: {
          connect: {
            forgetsWhenResumed: (session) => {
              const times = (resumes.get(session) ?? 0) + 1;
              resumes.set(session, times);
              if (times > 1) session.sender.clear({ inFlight: false });
            },
          },
        },
      };
    },
  ),
  fault(
    'refused-connect-discards-the-session',
    {
      title: 'A CONNECT that is refused discards the stored session of its client id',
      violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.2.2-2'],
    },
    refusedDiscards,
  ),
  fault(
    'two-connacks-for-a-stored-session',
    { title: 'A CONNECT that resumes a session gets two CONNACKs', violates: ['MQTT-3.1.4-4'] },
    writing('connack', (packet) => (packet.sessionPresent ? [packet, packet] : undefined)),
  ),
  fault(
    'received-identifiers-forgotten-on-takeover',
    {
      title: 'Identifiers of QoS 2 messages that were received are forgotten when their client is taken over',
      violates: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1'],
    },
    { rules: { connect: { forgetsWhenResumed: ({ receiver }, { takenOver }) => takenOver && receiver.clear() } } },
  ),
  fault(
    'resubscribing-drops-what-is-in-flight',
    {
      title: 'Subscribing again with the same filter ends the deliveries that have begun',
      violates: ['MQTT-3.8.4-3', 'MQTT-4.4.0-1'],
    },
    () => {
      const right = matching((matches) => matches)().parts.subscriptions;
      return { parts: { subscriptions: () => dropping(right(), { inFlight: true }) } };
    },
  ),
  fault(
    'dollar-topics-unacknowledged',
    { title: 'A QoS 1 PUBLISH to a topic that begins with "$" is not acknowledged', violates: ['MQTT-3.3.4-1'] },
    reading((packet) => {
      if (packet.type !== 'publish' || packet.qos !== 1 || !packet.topicName.startsWith('$')) return packet;
      const { packetId: _, ...rest } = packet;
      return { ...rest, qos: 0, dup: false };
    }),
  ),
  fault(
    'dollar-topics-by-exact-filters-alone',
    {
      title: 'Topics that begin with "$" are exchanged, but match no filter with a wildcard at all',
      violates: ['MQTT-4.5.0-1', 'MQTT-4.7.1-2', 'MQTT-4.7.1-3'],
    },
    () => ({
      ...matching(
        (right) => (topicFilter, topicName) =>
          right(topicFilter, topicName) && !(topicName.startsWith('$') && /[+#]/.test(topicFilter)),
      )(),
      rules: { publish: { distributes: () => true } },
    }),
  ),
  fault(
    'resubscribing-drops-what-waits',
    {
      title: 'Subscribing again with the same filter drops what waits behind unacknowledged messages',
      violates: ['MQTT-3.8.4-3', 'MQTT-4.5.0-1'],
    },
    () => {
      const right = matching((matches) => matches)().parts.subscriptions;
      return { maxInFlight: 10, parts: { subscriptions: () => dropping(right(), { inFlight: false }) } };
    },
  ),
];

type Subscriptions = ReturnType<Parts['subscriptions']>;

function dropping(held: Subscriptions, what: { readonly inFlight: boolean }): Subscriptions {
  const known = new WeakMap<object, Set<string>>();
  return {
    get size() {
      return held.size;
    },
    add: (topicFilter, session, value) => {
      const filters = known.get(session) ?? new Set<string>();
      known.set(session, filters);
      if (filters.has(topicFilter)) session.sender.clear(what);
      filters.add(topicFilter);
      held.add(topicFilter, session, value);
    },
    remove: (topicFilter, session) => held.remove(topicFilter, session),
    match: (topicName, visit) => held.match(topicName, visit),
  };
}

/** A CONNECT of level 99 is refused, but the session of its client id is lost by it. */
function refusedDiscards(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const lost = new Set<string>();
  const refused = new WeakSet<Connect>();
  const { decode } = servingProtocol(({ protocolLevel }) => protocolLevel === 99).parts;
  return {
    rules: {
      connect: {
        resumesSession: ({ cleanSession, clientId }) => !cleanSession && !lost.delete(clientId),
        sessionPresent: ({ cleanSession, clientId }, stored) =>
          stored !== undefined && !cleanSession && !lost.has(clientId),
        refusesClientId: (connect) =>
          refused.has(connect) ? 1 : connect.clientId === '' && !connect.cleanSession ? 2 : undefined,
      },
    },
    parts: {
      decode: (frame, level) => {
        const packet = decode?.(frame, level) ?? strict(frame, level);
        // Byte 8 of a CONNECT with a short Remaining Length is its level.
        if (packet.type === 'connect' && frame[8] === 99) {
          refused.add(packet);
          lost.add(packet.clientId);
        }
        return packet;
      },
    },
  };
}

const retained: readonly Fault[] = [
  fault(
    'retained-resent-with-retain-0',
    { title: 'Retained messages are sent again with RETAIN 0', violates: ['MQTT-3.3.1-8'] },
    writing('publish', (packet) => (packet.dup && packet.retain ? [{ ...packet, retain: false }] : undefined)),
  ),
  fault(
    'retained-messages-twice',
    { title: 'A new subscription gets each retained message twice', violates: ['MQTT-4.3.3-1', 'MQTT-3.3.1-6'] },
    { rules: { subscribe: { retainedServed: (messages) => [...messages, ...messages] } } },
  ),
  fault(
    'ten-retained-messages',
    { title: 'A new subscription gets at most ten retained messages', violates: ['MQTT-3.3.1-6'] },
    { rules: { subscribe: { retainedServed: (messages) => messages.slice(0, 10) } } },
  ),
  fault(
    'retained-keeps-its-first-qos',
    { title: 'A retained message that is replaced keeps its QoS', violates: ['MQTT-3.3.1-5'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) => {
            if (!message.retain) return before;
            return message.payload.length === 0 ? undefined : { ...message, qos: before?.qos ?? message.qos };
          },
        },
      },
    },
  ),
  fault(
    'retained-dollar-topic-keeps-its-first',
    { title: 'What is retained on a topic that begins with "$" is not replaced', violates: ['MQTT-3.3.1-5'] },
    {
      rules: {
        publish: {
          distributes: () => true,
          retainedAfter: (message, before) => {
            if (!message.retain) return before;
            if (message.payload.length === 0) return undefined;
            return message.topicName.startsWith('$') ? (before ?? message) : message;
          },
        },
      },
    },
  ),
  fault(
    'unretained-stored-at-qos-2',
    { title: 'A message with RETAIN 0 at QoS 2 is stored', violates: ['MQTT-3.3.1-12'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) => {
            if (!message.retain && message.qos < 2) return before;
            return message.payload.length === 0 ? undefined : message;
          },
        },
      },
    },
  ),
  fault(
    'retained-dollar-topics-for-wildcards',
    { title: 'Filters that begin with a wildcard get retained messages of $-topics', violates: ['MQTT-4.7.2-1'] },
    () => ({
      ...matchingRetained((right) => (topicFilter, topicName) => {
        const wild = /^[+#]/.test(topicFilter) && topicName.startsWith('$');
        return right(topicFilter, wild ? `x${topicName.slice(1)}` : topicName);
      })(),
      rules: { publish: { distributes: () => true } },
    }),
  ),
];

const bytes: readonly Fault[] = [
  fault(
    'line-ends-changed',
    { title: 'CR LF in a payload becomes LF', violates: ['MQTT-4.5.0-1', 'MQTT-3.3.1-5'] },
    {
      rules: {
        publish: { payloadOf: (payload) => payload.filter((byte, i) => byte !== 0x0d || payload[i + 1] !== 0x0a) },
      },
    },
  ),
  fault(
    'connect-flag-bit-0-unchecked-beside-a-will',
    { title: 'Bit 0 of Connect Flags is not checked where there is a will', violates: ['MQTT-3.1.2-3'] },
    repairing((frame, { statement }) => {
      const at = bodyAt(frame) + 7;
      const flags = frame[at] ?? 0;
      const beside = isType(frame, 'connect') && statement === 'MQTT-3.1.2-3' && (flags & 4) !== 0;
      return beside ? withByte(frame, at, flags & ~1) : undefined;
    }),
  ),
  fault(
    'nul-at-the-end-of-topics-accepted',
    { title: 'U+0000 at the end of a Topic Name is accepted', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    repairing((frame, { statement, offset }) => {
      if (!isType(frame, 'publish') || statement !== 'MQTT-1.5.3-2') return undefined;
      const at = bodyAt(frame);
      const end = at + 2 + (((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0));
      return offset === end - 1 ? withByte(frame, offset, 0x3f) : undefined;
    }),
  ),
];

export const combinedFaults: readonly Fault[] = [...wills, ...sessions, ...retained, ...bytes];
