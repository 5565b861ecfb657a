// Faults that show by who a client is, by when it falls silent, and by what it sends next.
import { connectRules, type EndReason } from '../../reference/broker/core/rules/connect.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import { willRules } from '../../reference/broker/core/rules/will.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { bodyAt, isType, reading, reframed, repairing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

type Options = Pick<BrokerOptions, 'rules' | 'parts'>;
type Session = Parameters<ReturnType<Parts['subscriptions']>['add']>[1];

/** The CONNECT that was read last. */
function lastConnect(): { parts: Partial<Parts>; last: () => Connect | undefined } {
  let last: Connect | undefined;
  const { parts } = reading((packet) => {
    if (packet.type === 'connect') last = packet;
    return packet;
  });
  return { parts, last: () => last };
}

const isLong = (connect: Connect | undefined): boolean => (connect?.clientId.length ?? 0) > 23;

const byIdentity: readonly Fault[] = [
  fault(
    'keep-alive-not-for-empty-client-ids',
    { title: 'Keep Alive is not enforced upon clients with an empty client id', violates: ['MQTT-3.1.2-24'] },
    () => {
      const { parts, last } = lastConnect();
      const keepAliveAllowanceMs = (keepAlive: number): number =>
        last()?.clientId === '' ? Number.POSITIVE_INFINITY : connectRules.keepAliveAllowanceMs(keepAlive);
      return { parts, rules: { connect: { keepAliveAllowanceMs } } };
    },
  ),
  fault(
    'long-client-ids-not-taken-over',
    { title: 'A client with a client id above 23 characters is not taken over', violates: ['MQTT-3.1.4-2'] },
    () => {
      const { parts, last } = lastConnect();
      return { parts, rules: { connect: { evictsOlder: () => !isLong(last()) } } };
    },
  ),
  fault(
    'will-upon-disconnect-of-long-client-ids',
    {
      title: 'The will of a client with a client id above 23 characters is published upon DISCONNECT too',
      violates: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'],
    },
    () => {
      let isOne = false;
      return {
        rules: {
          connect: {
            endsWithConnection: (connect, reason) => {
              isOne = isLong(connect);
              return connectRules.endsWithConnection(connect, reason);
            },
          },
          will: { isDue: (reason) => willRules.isDue(reason) || isOne },
        },
      };
    },
  ),
];

/** What becomes of a session, when it is resumed, whose connection ended so. */
const afterEnd = (which: EndReason, bend: (session: Session) => void) => (): Options => {
  const reasons = new Map<string, EndReason>();
  return {
    rules: {
      connect: {
        endsWithConnection: (connect, reason) => {
          reasons.set(connect.clientId, reason);
          return connectRules.endsWithConnection(connect, reason);
        },
        forgetsWhenResumed: (session) => {
          if (reasons.get(session.clientId) === which) bend(session);
        },
      },
    },
  };
};

const byEnd: readonly Fault[] = [
  fault(
    'deliveries-forgotten-by-keep-alive',
    { title: 'What is owed is forgotten where Keep Alive has ended the connection', violates: ['MQTT-4.4.0-1'] },
    afterEnd('keep-alive expired', ({ sender }) => sender.clear({ inFlight: true })),
  ),
  fault(
    'received-identifiers-forgotten-by-keep-alive',
    {
      title: 'Identifiers that await PUBREL are forgotten where Keep Alive has ended the connection',
      violates: ['MQTT-4.1.0-1', 'MQTT-4.3.3-2'],
    },
    afterEnd('keep-alive expired', ({ receiver }) => receiver.clear()),
  ),
  fault(
    'session-ends-by-a-second-connect',
    { title: 'A second CONNECT ends the session too', violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
    () => {
      let isSecond = false;
      return {
        rules: {
          connect: {
            reactionToSecondConnect: () => {
              isSecond = true;
              return 'close';
            },
            endsWithConnection: (connect, reason) => {
              const ends = isSecond || connectRules.endsWithConnection(connect, reason);
              isSecond = false;
              return ends;
            },
          },
        },
      };
    },
  ),
];

const byPacket: readonly Fault[] = [
  ...(['pubrec', 'pubcomp'] as const).map((type) =>
    fault(
      `keep-alive-not-by-${type}`,
      { title: `${type.toUpperCase()} does not reset Keep Alive`, violates: ['MQTT-3.1.2-24'] },
      { rules: { connect: { resetsKeepAlive: (one) => one !== type } } },
    ),
  ),
  fault(
    'second-connect-of-level-3-ignored',
    { title: 'A second CONNECT is ignored if it is of MQTT 3.1', violates: ['MQTT-3.1.0-2'] },
    () => {
      const { parts, last } = lastConnect();
      const reactionToSecondConnect = (): 'ignore' | 'close' => (last()?.protocolLevel === 3 ? 'ignore' : 'close');
      return { parts, rules: { connect: { reactionToSecondConnect } } };
    },
  ),
  fault(
    'puback-of-mqtt-5-accepted',
    { title: 'PUBACK with two bytes more, as in MQTT 5, is accepted', violates: ['MQTT-4.8.0-1'] },
    repairing((frame) =>
      isType(frame, 'puback') && frame.length === bodyAt(frame) + 4
        ? reframed(0x40, frame.subarray(bodyAt(frame), bodyAt(frame) + 2))
        : undefined,
    ),
  ),
  fault(
    'unsubscribe-of-long-filters-ignored',
    { title: 'UNSUBSCRIBE with a filter of more than 100 characters deletes nothing', violates: ['MQTT-3.10.4-2'] },
    {
      rules: {
        subscribe: {
          filtersRemoved: (filter, subscribed) => (subscribed.has(filter) && filter.length <= 100 ? [filter] : []),
        },
      },
    },
  ),
  fault(
    'large-live-messages-are-retained-ones',
    { title: 'Live messages above 1,000 bytes keep their RETAIN', violates: ['MQTT-3.3.1-9'] },
    {
      rules: {
        publish: {
          retainOf: (cause, message) =>
            message.payload.length > 1_000 ? message.retain : publishRules.retainOf(cause, message),
        },
      },
    },
  ),
];

const wills: readonly Fault[] = [
  fault(
    'no-queue-for-deep-topics',
    {
      title: 'What is on a topic of more than twelve levels is not queued for who is away',
      violates: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
    },
    () => {
      let isDeep = false;
      return {
        rules: {
          publish: {
            topicNameOf: (topicName) => {
              isDeep = topicName.split('/').length > 12;
              return topicName;
            },
            queuesWhileAway: (qos) => publishRules.queuesWhileAway(qos) && !isDeep,
          },
        },
      };
    },
  ),
  fault('no-wills-at-qos-0', { title: 'Wills do not reach subscriptions of QoS 0', violates: ['MQTT-3.1.2-8'] }, () => {
    let isWill = false;
    return {
      rules: {
        will: {
          messageOf: (will) => {
            isWill = true;
            return willRules.messageOf(will);
          },
        },
        publish: {
          matchesServed: (matches) => {
            const served = publishRules.matchesServed(matches).filter(({ granted }) => granted > 0 || !isWill);
            isWill = false;
            return served;
          },
        },
      },
    };
  }),
];

/** Reads some packets only when the next one of their client has come. */
const readLate = (isMeant: (frame: Uint8Array) => boolean): Options => ({
  parts: {
    framer: (maxPacketBytes) => {
      const framer = new Framer({ maxPacketBytes });
      let held: Uint8Array | undefined;
      return {
        push: (chunk, receive) =>
          framer.push(chunk, (frame) => {
            if (held !== undefined) receive(held);
            held = isMeant(frame) ? Uint8Array.from(frame) : undefined;
            if (held === undefined) receive(frame);
          }),
      };
    },
  },
});

/** Whether a packet has the highest Packet Identifier; of a PUBLISH behind its Topic Name. */
function hasHighestId(frame: Uint8Array, type: 'publish' | 'pubrel' | 'subscribe' | 'unsubscribe'): boolean {
  if (!isType(frame, type)) return false;
  const body = frame.subarray(bodyAt(frame));
  const at = type === 'publish' ? 2 + (((body[0] ?? 0) << 8) | (body[1] ?? 0)) : 0;
  return body[at] === 0xff && body[at + 1] === 0xff;
}

const lateness = [
  ['puback', 'publish', 0x02, 'MQTT-3.3.4-1'],
  ['pubrec', 'publish', 0x04, 'MQTT-3.3.4-1'],
  ['pubcomp', 'pubrel', 0x02, 'MQTT-4.3.3-2'],
  ['suback', 'subscribe', 0x02, 'MQTT-3.8.4-1'],
  ['unsuback', 'unsubscribe', 0x02, 'MQTT-3.10.4-4'],
] as const;

const whenSomethingFollows: readonly Fault[] = lateness.map(([answer, type, flags, violated]) =>
  fault(
    `${answer}-when-something-follows`,
    {
      title: `${answer.toUpperCase()} for the highest identifier waits for the client's next packet`,
      violates: [violated],
    },
    () => readLate((frame) => ((frame[0] ?? 0) & 0x06) === flags && hasHighestId(frame, type)),
  ),
);

export const whoeverAndWhenFaults: readonly Fault[] = [
  ...byIdentity,
  ...byEnd,
  ...byPacket,
  ...wills,
  ...whenSomethingFollows,
];
