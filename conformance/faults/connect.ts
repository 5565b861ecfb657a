// Faults against section 3.1: CONNECT.
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

export const connectFaults: readonly Fault[] = [
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
