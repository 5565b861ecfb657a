// Faults that show only beside a field or a flag that has nothing to do with them.

import { connectRules, type EndReason } from '../../reference/broker/core/rules/connect.ts';
import { willRules } from '../../reference/broker/core/rules/will.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { bodyAt, isType, reading, reframed, repairing, withByte } from './bend.ts';
import { type Fault, fault } from './fault.ts';

type Options = Pick<BrokerOptions, 'rules' | 'parts'>;
type Subscriptions = ReturnType<Parts['subscriptions']>;
type Session = Parameters<Subscriptions['add']>[1];

const connectFlags = (frame: Uint8Array): number => frame[bodyAt(frame) + 7] ?? 0;
const [cleanSession, willRetain, passwordFlag, publishRetain] = [0x02, 0x20, 0x40, 0x01];

/** Takes ill-formed text in a field of some packets. */
const illFormedIn = (field: RegExp, nul: boolean, which: (frame: Uint8Array) => boolean): Options =>
  repairing((frame, { statement, offset, expected }) => {
    const isOne = statement === (nul ? 'MQTT-1.5.3-2' : 'MQTT-1.5.3-1') && field.test(expected) && which(frame);
    return isOne ? withByte(frame, offset, 0x3f) : undefined;
  });

const texts: readonly Fault[] = [
  fault(
    'ill-formed-client-id-without-clean-session',
    {
      title: 'A client id that is ill-formed is accepted beside CleanSession 0',
      violates: ['MQTT-1.5.3-1', 'MQTT-3.1.3-4'],
    },
    illFormedIn(/Client Identifier/, false, (frame) => (connectFlags(frame) & cleanSession) === 0),
  ),
  fault(
    'nul-in-client-id-without-clean-session',
    { title: 'A client id with U+0000 is accepted beside CleanSession 0', violates: ['MQTT-1.5.3-2'] },
    illFormedIn(/Client Identifier/, true, (frame) => (connectFlags(frame) & cleanSession) === 0),
  ),
  fault(
    'ill-formed-will-topic-with-will-retain',
    {
      title: 'A will topic that is ill-formed is accepted with Will Retain 1',
      violates: ['MQTT-1.5.3-1', 'MQTT-3.1.3-10'],
    },
    illFormedIn(/Will Topic/, false, (frame) => (connectFlags(frame) & willRetain) !== 0),
  ),
  fault(
    'ill-formed-user-name-beside-a-password',
    {
      title: 'A user name that is ill-formed is accepted beside a password',
      violates: ['MQTT-1.5.3-1', 'MQTT-3.1.3-11'],
    },
    illFormedIn(/User Name/, false, (frame) => (connectFlags(frame) & passwordFlag) !== 0),
  ),
  fault(
    'ill-formed-topic-name-with-retain',
    {
      title: 'A Topic Name that is ill-formed is accepted with RETAIN 1',
      violates: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'],
    },
    illFormedIn(/Topic Name/, false, (frame) => isType(frame, 'publish') && ((frame[0] ?? 0) & publishRetain) !== 0),
  ),
  fault(
    'surplus-behind-connect-without-clean-session',
    { title: 'A CONNECT with CleanSession 0 may have bytes behind its fields', violates: ['MQTT-3.1.4-1'] },
    repairing((frame, { expected, offset }) => {
      if (!isType(frame, 'connect') || expected !== 'the end of the packet') return undefined;
      const isClean = (connectFlags(frame) & cleanSession) !== 0;
      return isClean ? undefined : reframed(frame[0] ?? 0, frame.subarray(bodyAt(frame), offset));
    }),
  ),
  fault(
    'half-a-keep-alive-accepted',
    { title: 'A CONNECT that ends within Keep Alive is accepted', violates: ['MQTT-3.1.4-1'] },
    repairing((frame) => {
      const body = frame.subarray(bodyAt(frame));
      return isType(frame, 'connect') && body.length === 9 ? reframed(0x10, Buffer.concat([body, nothing])) : undefined;
    }),
  ),
  fault(
    'colons-are-separators',
    { title: 'A ":" in a Topic Name comes out as "/"', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replaceAll(':', '/') } } },
  ),
];

/** The other half of Keep Alive, and an empty client id. */
const nothing = Uint8Array.of(0, 0, 0);

/** The CONNECT that was read last. */
function lastConnect(): { parts: Partial<Parts>; last: () => Connect | undefined } {
  let last: Connect | undefined;
  const { parts } = reading((packet) => {
    if (packet.type === 'connect') last = packet;
    return packet;
  });
  return { parts, last: () => last };
}

/** The will comes although its client has sent DISCONNECT. */
const uponDisconnect = (which: (connect: Connect) => boolean) => (): Options => {
  let isOne = false;
  return {
    rules: {
      connect: {
        endsWithConnection: (connect, reason) => {
          isOne = which(connect);
          return connectRules.endsWithConnection(connect, reason);
        },
      },
      will: { isDue: (reason) => willRules.isDue(reason) || isOne },
    },
  };
};

/** Sessions by the end of the connection that they had last. */
function endings(): { rules: NonNullable<BrokerOptions['rules']>; of: (session: Session) => EndReason | undefined } {
  const reasons = new Map<string, EndReason>();
  const endsWithConnection = (connect: Connect, reason: EndReason): boolean => {
    reasons.set(connect.clientId, reason);
    return connectRules.endsWithConnection(connect, reason);
  };
  return { rules: { connect: { endsWithConnection } }, of: ({ clientId }) => reasons.get(clientId) };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const sessions: readonly Fault[] = [
  fault(
    'no-session-for-who-has-a-will',
    {
      title: 'A CONNECT with a will finds no session, and discards the one that is stored',
      violates: ['MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1'],
    },
    {
      rules: {
        connect: { resumesSession: (connect) => connectRules.resumesSession(connect) && connect.will === undefined },
      },
    },
  ),
  fault(
    'session-present-for-who-has-a-will',
    { title: 'A new session is said to be present if it has a will', violates: ['MQTT-3.2.2-3'] },
    {
      rules: {
        connect: {
          sessionPresent: (connect, stored) =>
            connectRules.sessionPresent(connect, stored) || (connect.will !== undefined && !connect.cleanSession),
        },
      },
    },
  ),
  fault(
    'clean-session-with-a-will-resumes',
    { title: 'CleanSession 1 discards nothing beside a will', violates: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'] },
    {
      rules: {
        connect: { resumesSession: (connect) => connectRules.resumesSession(connect) || connect.will !== undefined },
      },
    },
  ),
  fault(
    'nothing-resent-to-who-has-a-will',
    { title: 'Who comes back with a will gets nothing again', violates: ['MQTT-4.4.0-1'] },
    () => {
      const { parts, last } = lastConnect();
      const forgetsWhenResumed = ({ sender }: Session): void => {
        if (last()?.will !== undefined) sender.clear({ inFlight: true });
      };
      return { parts, rules: { connect: { forgetsWhenResumed } } };
    },
  ),
  fault(
    'received-identifiers-forgotten-by-malformed-packets',
    {
      title: 'Identifiers that await PUBREL are forgotten where a malformed packet has ended the connection',
      violates: ['MQTT-4.1.0-1', 'MQTT-4.3.3-2'],
    },
    () => {
      const { rules, of } = endings();
      const forgetsWhenResumed = (session: Session): void => {
        if (of(session) === 'malformed packet') session.receiver.clear();
      };
      return { rules: { connect: { ...rules.connect, forgetsWhenResumed } } };
    },
  ),
  fault(
    'will-upon-disconnect-beside-keep-alive',
    {
      title: 'The will of a client with a Keep Alive is published upon DISCONNECT too',
      violates: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'],
    },
    uponDisconnect(({ keepAlive, will }) => keepAlive === 600 && will !== undefined),
  ),
  fault(
    'empty-will-upon-disconnect',
    {
      title: 'A will of zero bytes is published upon DISCONNECT too',
      violates: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'],
    },
    uponDisconnect(({ will }) => will?.message.length === 0),
  ),
  fault(
    'will-topic-without-slash-at-its-end',
    { title: 'A will is published without the "/" at the end of its topic', violates: ['MQTT-3.1.2-8'] },
    {
      rules: {
        will: {
          messageOf: (will) => willRules.messageOf({ ...will, topicName: will.topicName.replace(/(?<=.)\/$/, '') }),
        },
      },
    },
  ),
  fault(
    'wills-alike-published-once',
    { title: 'A will that is like the one before on its topic is not published', violates: ['MQTT-3.1.2-8'] },
    () => {
      const last = new Map<string, string>();
      let isAlike = false;
      return {
        rules: {
          connect: {
            endsWithConnection: (connect, reason) => {
              isAlike = connect.will !== undefined && last.get(connect.will.topicName) === textOf(connect.will.message);
              return connectRules.endsWithConnection(connect, reason);
            },
          },
          will: {
            timesPublished: () => (isAlike ? 0 : 1),
            messageOf: (will) => {
              last.set(will.topicName, textOf(will.message));
              return willRules.messageOf(will);
            },
          },
        },
      };
    },
  ),
  fault(
    'keep-alive-not-by-publish-at-qos-1',
    { title: 'PUBLISH at QoS 1 does not reset Keep Alive', violates: ['MQTT-3.1.2-24'] },
    () => {
      let qos = 0;
      const { parts } = reading((packet) => {
        qos = packet.type === 'publish' ? packet.qos : 0;
        return packet;
      });
      return { parts, rules: { connect: { resetsKeepAlive: () => qos !== 1 } } };
    },
  ),
];

export const besideOtherFieldsFaults: readonly Fault[] = [...texts, ...sessions];
