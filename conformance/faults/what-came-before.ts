// Faults that show once more only, beside other fields, behind other packets, or beyond a number.

import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { Message, Qos } from '../../reference/message.ts';
import type { ReceiverPort } from '../../reference/session/receiver.ts';
import { bodyAt, isType, reading, refusing, repairing, withByte } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';
import { unsubscribing } from './overlooked.ts';

type Options = Pick<BrokerOptions, 'rules' | 'parts'>;
type Subscriptions = ReturnType<Parts['subscriptions']>;
type Session = Parameters<Subscriptions['add']>[1];

/** Subscriptions as they ought to be, but for some that are not made. */
function subscribing(isMade: (session: Session) => boolean): { readonly subscriptions: Parts['subscriptions'] } {
  const held = matching((matches) => matches)().parts.subscriptions();
  const subscriptions = (): Subscriptions => ({
    get size() {
      return held.size;
    },
    add: (topicFilter, session, value) => {
      if (isMade(session)) held.add(topicFilter, session, value);
    },
    remove: (topicFilter, session) => held.remove(topicFilter, session),
    match: (topicName, visit) => held.match(topicName, visit),
  });
  return { subscriptions };
}

function erasedOnce(): Options {
  const erased = new Set<string>();
  return {
    rules: {
      publish: {
        retainedAfter: (message, before) => {
          const erases = message.retain && message.payload.length === 0 && before !== undefined;
          if (erases && erased.has(message.topicName)) return before;
          if (erases) erased.add(message.topicName);
          return publishRules.retainedAfter(message, before);
        },
      },
    },
  };
}

function liveIfOther(): Options {
  const last = new Map<string, string>();
  let judged: Message | undefined;
  let passes = true;
  return {
    rules: {
      publish: {
        delivers: (message, cause) => {
          if (cause !== 'live' || !message.retain) return true;
          if (message === judged) return passes;
          const payload = Buffer.from(message.payload).toString('latin1');
          judged = message;
          passes = last.get(message.topicName) !== payload;
          last.set(message.topicName, payload);
          return passes;
        },
      },
    },
  };
}

const isBlank = ({ payload }: Message): boolean => payload.length > 0 && Buffer.from(payload).toString().trim() === '';

function atTheFirstQos(): Options {
  let first: Qos | undefined;
  return {
    ...reading((packet) => {
      first = packet.type === 'subscribe' ? packet.subscriptions[0]?.qos : undefined;
      return packet;
    }),
    rules: { publish: { qosOf: (published, granted) => publishRules.qosOf(published, first ?? granted) } },
  };
}

const silently: ReceiverPort = { pubrec: () => {}, pubcomp: () => {}, deliver: () => {} };

/** Of clients that have subscribed to something: by a subscription a session is got hold of. */
function lowerFreed(): Options {
  const bent = new WeakSet<object>();
  const parts = subscribing(({ receiver }) => {
    if (bent.has(receiver)) return true;
    bent.add(receiver);
    const { publish, pubrel } = receiver;
    const open = new Set<number>();
    receiver.publish = (packetId, ...rest) => {
      open.add(packetId);
      publish.call(receiver, packetId, ...rest);
    };
    receiver.pubrel = (packetId, port) => {
      for (const lower of open) if (lower < packetId) pubrel.call(receiver, lower, silently);
      pubrel.call(receiver, packetId, port);
    };
    return true;
  });
  return { parts };
}

const userNameFlag = 0x80;
const willRetain = 0x20;

/** Takes a field for as long as the packet leaves room for. */
const cutShort = (field: string) =>
  repairing((frame, { expected, offset }) => {
    if (!isType(frame, 'connect') || !expected.includes(field)) return undefined;
    const left = frame.length - offset - 2;
    return left < 1 ? undefined : withByte(withByte(frame, offset, left >> 8), offset + 1, left & 255);
  });

const mostSubscriptions = 1_000;

const retained: readonly Fault[] = [
  fault(
    'retained-erased-once',
    {
      title: 'An empty message erases what is retained on its topic the first time alone',
      violates: ['MQTT-3.3.1-10'],
    },
    erasedOnce,
  ),
  fault(
    'retained-alike-not-passed-on',
    {
      title: 'A message with RETAIN 1 that is like the one before on its topic does not reach who has subscribed',
      violates: ['MQTT-4.5.0-1'],
    },
    liveIfOther,
  ),
  fault(
    'blank-retained-message-erases',
    {
      title: 'A message of blanks with RETAIN 1 erases what is retained',
      violates: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'],
    },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            message.retain && isBlank(message) ? undefined : publishRules.retainedAfter(message, before),
        },
      },
    },
  ),
  fault(
    'retained-at-the-qos-of-the-first-filter',
    {
      title: 'Retained messages for the filters of a SUBSCRIBE come at the QoS of its first filter',
      violates: ['MQTT-3.8.4-6', 'MQTT-3.8.4-4'],
    },
    atTheFirstQos,
  ),
  fault(
    'empty-topic-name-with-retain-accepted',
    { title: 'PUBLISH with RETAIN 1 to an empty topic is accepted', violates: ['MQTT-4.7.3-1'] },
    reading((packet) =>
      packet.type === 'publish' && packet.retain && packet.topicName === '' ? { ...packet, topicName: 'x' } : packet,
    ),
  ),
];

const exchanges: readonly Fault[] = [
  fault(
    'resent-the-shortest-first',
    { title: 'What is sent again comes in the order of its length', violates: ['MQTT-4.6.0-1'] },
    {
      rules: {
        session: {
          resends: (inFlight) => inFlight.toSorted((a, b) => a.message.payload.length - b.message.payload.length),
        },
      },
    },
  ),
  fault(
    'pubrel-frees-lower-identifiers',
    { title: 'PUBREL frees its identifier and all lower ones', violates: ['MQTT-4.3.3-2'] },
    lowerFreed,
  ),
  fault(
    'unsubscribe-frees-identifiers',
    { title: 'UNSUBSCRIBE frees the identifiers of QoS 2 messages that await PUBREL', violates: ['MQTT-4.3.3-2'] },
    () => ({ parts: unsubscribing((_topicFilter, { receiver }) => receiver.clear()) }),
  ),
  fault(
    'subscriptions-beyond-a-thousand-lost',
    {
      title: 'Of a client the first 1,000 subscriptions work, and all are granted',
      violates: ['MQTT-4.5.0-1', 'MQTT-3.8.4-1', 'MQTT-3.8.4-5'],
    },
    () => ({ parts: subscribing(({ subscriptions }) => subscriptions.size <= mostSubscriptions) }),
  ),
];

const fields: readonly Fault[] = [
  fault(
    'utf-8-of-five-bytes-accepted',
    { title: 'UTF-8 sequences of five and six bytes are accepted', violates: ['MQTT-1.5.3-1'] },
    repairing((frame, { statement, offset }) => {
      const lead = frame[offset] ?? 0;
      if (statement !== 'MQTT-1.5.3-1' || lead < 0xf8 || lead > 0xfd) return undefined;
      let bytes = withByte(frame, offset, 0x3f);
      for (let at = offset + 1; ((bytes[at] ?? 0) & 0xc0) === 0x80; at++) bytes = withByte(bytes, at, 0x3f);
      return bytes;
    }),
  ),
  fault(
    'private-use-refused',
    {
      title: 'A filter with characters for private use is taken for a malformed one',
      violates: ['MQTT-3.8.3-1'],
    },
    refusing(
      (packet) =>
        packet.type === 'subscribe' && packet.subscriptions.some(({ topicFilter }) => /\p{Co}/u.test(topicFilter)),
    ),
  ),
  fault(
    'will-retain-without-flag-beside-a-user-name',
    {
      title: 'Will Retain 1 with Will Flag 0 is accepted beside a user name',
      violates: ['MQTT-3.1.2-15', 'MQTT-3.1.2-11', 'MQTT-3.1.4-1'],
    },
    repairing((frame, { statement }) => {
      const at = bodyAt(frame) + 7;
      const flags = frame[at] ?? 0;
      const isOne = isType(frame, 'connect') && statement === 'MQTT-3.1.2-15' && (flags & userNameFlag) !== 0;
      return isOne ? withByte(frame, at, flags & ~willRetain) : undefined;
    }),
  ),
  fault(
    'will-message-cut-short-accepted',
    { title: 'A will message that is longer than its CONNECT is taken as far as it goes', violates: ['MQTT-3.1.4-1'] },
    cutShort('Will Message'),
  ),
  fault(
    'password-cut-short-accepted',
    { title: 'A password that is longer than its CONNECT is taken as far as it goes', violates: ['MQTT-3.1.4-1'] },
    cutShort('Password'),
  ),
];

export const whatCameBeforeFaults: readonly Fault[] = [...retained, ...exchanges, ...fields];
