// Faults against sections 3.1 and 3.2: CONNECT, CONNACK, will.
import { willRules } from '../../reference/broker/core/rules/will.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import {
  bodyAt,
  clearingConnectFlags,
  ignoringSurplus,
  isType,
  reading,
  reframed,
  repairing,
  servingProtocol,
  strict,
  withByte,
  writing,
} from './bend.ts';
import { type Fault, fault } from './fault.ts';

const missingField = (statement: string, bits: number) =>
  repairing((frame, error) => {
    const endsHere = isType(frame, 'connect') && error.statement === statement;
    if (!endsHere) return undefined;
    const at = bodyAt(frame) + 7;
    return withByte(
      reframed(0x10, frame.subarray(bodyAt(frame), error.offset)),
      bodyAt(frame) + 7,
      (frame[at] ?? 0) & ~bits,
    );
  });

const connecting: readonly Fault[] = [
  fault(
    'early-pingreq-answered',
    { title: 'PINGREQ ahead of CONNECT is answered', violates: ['MQTT-3.1.0-1'] },
    { rules: { connect: { reactionToEarlyPacket: (type) => (type === 'pingreq' ? 'serve' : 'close') } } },
  ),
  fault(
    'early-packets-served',
    { title: 'Packets ahead of CONNECT are served', violates: ['MQTT-3.1.0-1'] },
    { rules: { connect: { reactionToEarlyPacket: () => 'serve' } } },
  ),
  fault(
    'early-packets-ignored',
    { title: 'Packets ahead of CONNECT are ignored', violates: ['MQTT-3.1.0-1'] },
    { rules: { connect: { reactionToEarlyPacket: () => 'ignore' } } },
  ),
  fault(
    'second-connect-ignored',
    { title: 'A second CONNECT is ignored', violates: ['MQTT-3.1.0-2'] },
    { rules: { connect: { reactionToSecondConnect: () => 'ignore' } } },
  ),
  fault(
    'second-connect-answered',
    { title: 'A second CONNECT is answered by another CONNACK', violates: ['MQTT-3.1.0-2'] },
    { rules: { connect: { reactionToSecondConnect: () => 'connack' } } },
  ),
  fault(
    'unknown-name-served',
    { title: 'Any protocol name is served as MQTT 3.1.1', violates: ['MQTT-3.1.2-1'] },
    servingProtocol(({ protocolName, protocolLevel }) => protocolLevel === 4 && protocolName !== 'MQTT'),
  ),
  fault(
    'name-compared-without-case',
    { title: 'The protocol name is compared without regard to case', violates: ['MQTT-3.1.2-1'] },
    servingProtocol(({ protocolName, protocolLevel }) => protocolLevel === 4 && protocolName.toUpperCase() === 'MQTT'),
  ),
  fault(
    'unknown-level-served',
    { title: 'Any protocol level is served as MQTT 3.1.1', violates: ['MQTT-3.1.2-2'] },
    servingProtocol(({ protocolName }) => protocolName === 'MQTT'),
  ),
  fault(
    'unknown-level-without-connack',
    { title: 'An unsupported level is closed upon without a CONNACK', violates: ['MQTT-3.1.2-2'] },
    { rules: { connect: { reactionToProtocol: () => 'silence' } } },
  ),
  fault(
    'unknown-level-with-another-code',
    { title: 'An unsupported level is answered with return code 2', violates: ['MQTT-3.1.2-2'] },
    { rules: { connect: { reactionToProtocol: ({ protocolName }) => (protocolName === 'MQTT' ? 2 : 'silence') } } },
  ),
  fault(
    'connect-flag-bit-0-unchecked',
    { title: 'Bit 0 of Connect Flags is not checked', violates: ['MQTT-3.1.2-3'] },
    clearingConnectFlags('MQTT-3.1.2-3', 1),
  ),
  fault(
    'will-qos-without-flag',
    { title: 'Will QoS without Will Flag is accepted', violates: ['MQTT-3.1.2-13', 'MQTT-3.1.2-11'] },
    clearingConnectFlags('MQTT-3.1.2-13', 0x18),
  ),
  fault(
    'will-retain-without-flag',
    { title: 'Will Retain without Will Flag is accepted', violates: ['MQTT-3.1.2-15', 'MQTT-3.1.2-11'] },
    clearingConnectFlags('MQTT-3.1.2-15', 0x20),
  ),
  fault(
    'will-qos-3',
    { title: 'Will QoS 3 is taken as 1', violates: ['MQTT-3.1.2-14'] },
    clearingConnectFlags('MQTT-3.1.2-14', 0x10),
  ),
  fault(
    'will-fields-missing',
    { title: 'A Will Flag without will topic or will message is ignored', violates: ['MQTT-3.1.2-9'] },
    missingWill(),
  ),
  fault(
    'user-name-missing',
    { title: 'A User Name Flag without user name is ignored', violates: ['MQTT-3.1.2-19'] },
    missingField('MQTT-3.1.2-19', 0xc0),
  ),
  fault(
    'password-missing',
    { title: 'A Password Flag without password is ignored', violates: ['MQTT-3.1.2-21'] },
    missingField('MQTT-3.1.2-21', 0x40),
  ),
  fault(
    'password-without-user-name',
    { title: 'A Password Flag without User Name Flag is accepted', violates: ['MQTT-3.1.2-22'] },
    passwordWithoutUserName(),
  ),
  fault(
    'surplus-behind-client-id',
    {
      title: 'Surplus bytes behind the client id are ignored',
      violates: ['MQTT-3.1.2-18', 'MQTT-3.1.4-1', 'MQTT-3.1.2-11'],
    },
    ignoringSurplus('connect', ['MQTT-3.1.2-18']),
  ),
  fault(
    'surplus-behind-user-name',
    { title: 'Surplus bytes behind the user name are ignored', violates: ['MQTT-3.1.2-20', 'MQTT-3.1.4-1'] },
    ignoringSurplus('connect', ['MQTT-3.1.2-20']),
  ),
  fault(
    'surplus-behind-connect',
    { title: 'Surplus bytes behind the last field of CONNECT are ignored', violates: ['MQTT-3.1.4-1'] },
    ignoringSurplus('connect', ['MQTT-3.1.4-1']),
  ),
  fault(
    'client-id-missing',
    { title: 'A CONNECT without client id is taken as one with an empty one', violates: ['MQTT-3.1.3-3'] },
    repairing((frame, { statement, offset }) =>
      statement === 'MQTT-3.1.3-3'
        ? reframed(0x10, Buffer.concat([frame.subarray(bodyAt(frame), offset), Uint8Array.of(0, 0)]))
        : undefined,
    ),
  ),
  fault(
    'malformed-connect-ignored',
    { title: 'A malformed CONNECT is ignored, the connection stays open', violates: ['MQTT-3.1.4-1'] },
    {
      rules: {
        connect: {
          reactionToMalformed: ({ statement }) => (/^MQTT-3\.1\.(2|3|4)/.test(statement) ? 'ignore' : 'close'),
        },
      },
    },
  ),
  fault(
    'malformed-connect-refused',
    { title: 'A malformed CONNECT is refused by a CONNACK ahead of the close', violates: ['MQTT-3.1.4-1'] },
    {
      parts: {
        decode: (frame, level) => {
          try {
            return strict(frame, level);
          } catch (error) {
            // What the broker answers by return code 1.
            throw error instanceof MalformedPacket && isType(frame, 'connect')
              ? new UnsupportedProtocol('MQTT', 0)
              : error;
          }
        },
      },
    },
  ),
  fault(
    'will-topic-and-message-swapped',
    { title: 'Will topic and will message are read in the wrong order', violates: ['MQTT-3.1.3-1'] },
    reading((packet) => {
      if (packet.type !== 'connect' || packet.will === undefined) return packet;
      const { will, ...rest } = packet;
      const topicName = new TextDecoder().decode(will.message) || 'empty';
      return {
        ...rest,
        will: { ...will, topicName, message: new TextEncoder().encode(will.topicName) },
      } as typeof packet;
    }),
  ),
  fault(
    'client-ids-without-case',
    { title: 'Sessions are known by the client id in lower case', violates: ['MQTT-3.1.3-2'] },
    { rules: { connect: { sessionKey: (clientId) => clientId.toLowerCase() } } },
  ),
  fault(
    'client-ids-cut',
    { title: 'Sessions are known by the first 22 characters of the client id', violates: ['MQTT-3.1.3-2'] },
    { rules: { connect: { sessionKey: (clientId) => clientId.slice(0, 22) } } },
  ),
  fault(
    'client-id-of-23-refused',
    { title: 'A client id of 23 bytes is refused', violates: ['MQTT-3.1.3-5'] },
    { rules: { connect: { refusesClientId: ({ clientId }) => (clientId.length === 23 ? 2 : undefined) } } },
  ),
  fault(
    'client-id-of-1-refused',
    { title: 'A client id of one byte is refused', violates: ['MQTT-3.1.3-5'] },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) =>
            clientId.length === 1 || (clientId === '' && !cleanSession) ? 2 : undefined,
        },
      },
    },
  ),
  fault(
    'upper-case-client-id-refused',
    { title: 'Client ids with upper-case letters are refused', violates: ['MQTT-3.1.3-5'] },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) =>
            /[A-Z]/.test(clientId) || (clientId === '' && !cleanSession) ? 2 : undefined,
        },
      },
    },
  ),
  fault(
    'same-id-for-all-empty-ones',
    { title: 'All clients with an empty client id get the same one', violates: ['MQTT-3.1.3-6'] },
    { rules: { connect: { assignedClientId: () => 'anonymous' } } },
  ),
  fault(
    'empty-client-id-accepted',
    { title: 'An empty client id with CleanSession 0 is accepted', violates: ['MQTT-3.1.3-8'] },
    { rules: { connect: { refusesClientId: () => undefined } } },
  ),
  fault(
    'empty-client-id-closed-upon',
    { title: 'An empty client id with CleanSession 0 is closed upon without CONNACK', violates: ['MQTT-3.1.3-8'] },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) => (clientId === '' && !cleanSession ? 'silence' : undefined),
        },
      },
    },
  ),
  fault(
    'empty-client-id-with-another-code',
    { title: 'An empty client id with CleanSession 0 gets return code 5', violates: ['MQTT-3.1.3-8'] },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) => (clientId === '' && !cleanSession ? 5 : undefined),
        },
      },
    },
  ),
  fault(
    'long-client-id-closed-upon',
    { title: 'A client id above 23 bytes is refused without CONNACK', violates: ['MQTT-3.1.3-9'] },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) =>
            clientId.length > 23 ? 'silence' : clientId === '' && !cleanSession ? 2 : undefined,
        },
      },
    },
  ),
];

function missingWill() {
  return repairing((frame, { statement, offset }) => {
    if (statement !== 'MQTT-3.1.2-9') return undefined;
    const header = bodyAt(frame);
    const idBytes = ((frame[header + 10] ?? 0) << 8) | (frame[header + 11] ?? 0);
    const behindId = header + 12 + idBytes;
    const flags = (frame[header + 7] ?? 0) & ~0x3c;
    const cut = reframed(0x10, frame.subarray(header, Math.min(offset, behindId)));
    return withByte(cut, bodyAt(cut) + 7, flags);
  });
}

function passwordWithoutUserName() {
  return repairing((frame, { statement }) => {
    if (statement !== 'MQTT-3.1.2-22') return undefined;
    const header = bodyAt(frame);
    const idBytes = ((frame[header + 10] ?? 0) << 8) | (frame[header + 11] ?? 0);
    const cut = reframed(0x10, frame.subarray(header, header + 12 + idBytes));
    return withByte(cut, bodyAt(cut) + 7, (frame[header + 7] ?? 0) & ~0x40);
  });
}

const answering: readonly Fault[] = [
  fault(
    'takeover-leaves-both',
    { title: 'A second client with the same id leaves the older one connected', violates: ['MQTT-3.1.4-2'] },
    { rules: { connect: { evictsOlder: () => false } } },
  ),
  fault(
    'no-connack-for-stored-sessions',
    {
      title: 'A CONNECT with CleanSession 0 gets no CONNACK',
      violates: ['MQTT-3.1.4-4', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'],
    },
    () => {
      let cleanSession = true;
      const { parts } = reading((packet) => {
        if (packet.type === 'connect') cleanSession = packet.cleanSession;
        return packet;
      });
      // CONNACK is written in the same turn in which its CONNECT is read.
      return { parts: { ...parts, ...writing('connack', () => (cleanSession ? undefined : [])).parts } };
    },
  ),
  fault(
    'behind-refusal-served',
    { title: 'What follows a refused CONNECT is processed', violates: ['MQTT-3.1.4-5'] },
    { rules: { connect: { servesBehindRefusal: () => true } } },
  ),
  fault(
    'refusal-without-close',
    { title: 'The connection stays open behind a CONNACK that refuses', violates: ['MQTT-3.2.2-5'] },
    { rules: { connect: { closesAfterRefusal: () => false } } },
  ),
  fault(
    'queued-ahead-of-connack',
    { title: 'Queued messages are sent ahead of CONNACK', violates: ['MQTT-3.2.0-1'] },
    { rules: { connect: { connackComesFirst: () => false } } },
  ),
  fault(
    'session-present-for-clean',
    { title: 'Session Present is 1 for CleanSession 1 where a session was stored', violates: ['MQTT-3.2.2-1'] },
    { rules: { connect: { sessionPresent: (_connect, stored) => stored !== undefined } } },
  ),
  fault(
    'session-present-never',
    { title: 'Session Present is always 0', violates: ['MQTT-3.2.2-2'] },
    { rules: { connect: { sessionPresent: () => false } } },
  ),
  fault(
    'session-present-with-subscriptions',
    { title: 'Session Present is 1 only if the session has a subscription', violates: ['MQTT-3.2.2-2'] },
    {
      rules: {
        connect: {
          sessionPresent: ({ cleanSession }, stored) => !cleanSession && (stored?.subscriptions.size ?? 0) > 0,
        },
      },
    },
  ),
  fault(
    'session-present-always',
    { title: 'Session Present is 1 for every CleanSession 0', violates: ['MQTT-3.2.2-3'] },
    { rules: { connect: { sessionPresent: ({ cleanSession }) => !cleanSession } } },
  ),
  fault(
    'refusal-with-session-present',
    { title: 'A CONNACK that refuses has Session Present 1 where a session is stored', violates: ['MQTT-3.2.2-4'] },
    { rules: { connect: { sessionPresentOfRefusal: () => true } } },
  ),
  fault(
    'connack-code-of-mqtt-5',
    { title: 'A refusal has a return code of MQTT 5', violates: ['MQTT-3.2.2-6'] },
    writing('connack', ({ returnCode }) => (returnCode === 0 ? undefined : [Uint8Array.of(0x20, 2, 0, 0x85)])),
  ),
  fault(
    'connack-of-mqtt-5',
    { title: 'CONNACK has the shape of MQTT 5', violates: ['MQTT-3.1.4-4', 'MQTT-7.0.0-2'] },
    writing('connack', ({ returnCode, sessionPresent }) => [
      Uint8Array.of(0x20, 3, sessionPresent ? 1 : 0, returnCode, 0),
    ]),
  ),
  fault(
    'connack-reserved-bits',
    { title: 'CONNACK has a reserved bit of its flags set', violates: ['MQTT-2.2.2-1'] },
    writing('connack', (_packet, bytes) => [withByte(bytes, 2, (bytes[2] ?? 0) | 0x80)]),
  ),
  fault(
    'retained-upon-connect',
    {
      title: 'Retained messages are sent upon CONNECT',
      violates: ['MQTT-3.3.1-9'],
    },
    { rules: { connect: { sendsRetainedUponConnect: () => true } } },
  ),
];

const wills: readonly Fault[] = [
  fault(
    'will-never',
    { title: 'The will is never published', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: () => false } } },
  ),
  fault(
    'will-not-on-takeover',
    { title: 'No will is published when a client is taken over', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'taken over' } } },
  ),
  fault(
    'will-not-on-violation',
    { title: 'No will is published after a protocol violation', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'protocol violation' } } },
  ),
  fault(
    'will-not-on-malformed',
    { title: 'No will is published after a malformed packet', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'malformed packet' } } },
  ),
  fault(
    'will-not-on-cut',
    { title: 'No will is published when the connection is cut', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'peer closed' } } },
  ),
  fault(
    'will-on-disconnect',
    { title: 'The will is published on a clean DISCONNECT', violates: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'] },
    { rules: { will: { isDue: () => true } } },
  ),
  fault(
    'will-on-disconnect-when-resumed',
    {
      title: 'The will of a client that has resumed its session is published on a clean DISCONNECT',
      violates: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'],
    },
    () => {
      const ofResumed = new WeakSet<object>();
      let resumed = false;
      let isClean = false;
      return {
        rules: {
          connect: {
            forgetsWhenResumed: () => {
              resumed = true;
            },
          },
          will: {
            willOf: (own) => {
              if (own !== undefined && resumed) ofResumed.add(own);
              resumed = false;
              return own;
            },
            isDue: (reason) => {
              isClean = reason === 'disconnect';
              return true;
            },
            messageOf: (will) =>
              isClean && !ofResumed.has(will)
                ? { topicName: 'nowhere', payload: new Uint8Array(0), qos: 0, retain: false }
                : willRules.messageOf(will),
          },
        },
      };
    },
  ),
  fault(
    'will-twice-upon-takeover',
    {
      title: 'The will of a client that is taken over is published twice',
      violates: ['MQTT-3.1.2-10', 'MQTT-3.1.2-8'],
    },
    () => {
      let times = 1;
      return {
        rules: {
          will: {
            isDue: (reason) => {
              times = reason === 'taken over' ? 2 : 1;
              return willRules.isDue(reason);
            },
            timesPublished: () => times,
          },
        },
      };
    },
  ),
  fault(
    'will-twice',
    { title: 'The will is published twice', violates: ['MQTT-3.1.2-10', 'MQTT-3.1.2-8'] },
    { rules: { will: { timesPublished: () => 2 } } },
  ),
  fault(
    'will-of-connection-before',
    {
      title: 'A connection without Will Flag has the will of the connection before',
      violates: ['MQTT-3.1.2-12', 'MQTT-3.1.2-10'],
    },
    { rules: { will: { willOf: (own, before) => own ?? before } } },
  ),
  fault(
    'will-always-retained',
    { title: 'Every will is published as a retained message', violates: ['MQTT-3.1.2-16'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, qos }) => ({ topicName, payload: message, qos, retain: true }) },
      },
    },
  ),
  fault(
    'will-never-retained',
    { title: 'No will is published as a retained message', violates: ['MQTT-3.1.2-17'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, qos }) => ({ topicName, payload: message, qos, retain: false }) },
      },
    },
  ),
  fault(
    'will-at-qos-0',
    { title: 'Every will is published at QoS 0', violates: ['MQTT-3.1.2-9', 'MQTT-3.1.2-14', 'MQTT-3.1.2-8'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, retain }) => ({ topicName, payload: message, qos: 0, retain }) },
      },
    },
  ),
  fault(
    'will-with-length',
    { title: 'The will message is published with its length bytes', violates: ['MQTT-3.1.3-1', 'MQTT-3.1.2-8'] },
    {
      rules: {
        will: {
          messageOf: ({ topicName, message, qos, retain }) => ({
            topicName,
            payload: new Uint8Array(Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 255), message])),
            qos,
            retain,
          }),
        },
      },
    },
  ),
  fault(
    'will-topic-with-wildcard',
    { title: 'A will topic with a wildcard is accepted, and the will published on it', violates: ['MQTT-4.7.1-1'] },
    { rules: { connect: { reactionToWillTopic: () => 'accept' } } },
  ),
];

export const connectFaults: readonly Fault[] = [...connecting, ...answering, ...wills];
