// Faults at the edges: access rules, refusals, and clients that others can disturb.
import type { BrokerOptions } from '../../reference/broker/index.ts';
import { decode } from '../../reference/codec/decode.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { isType, reading, repairing, servingProtocol, typeOf, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const access: readonly Fault[] = [
  fault(
    'forbidden-publish-unanswered',
    { title: 'A PUBLISH that is not allowed is dropped without an acknowledgement', violates: ['MQTT-3.3.5-2'] },
    { rules: { publish: { reactionToForbidden: () => 'ignore' } } },
  ),
  fault(
    'wrong-password-closes',
    {
      title: 'Wrong credentials end the connection without a CONNACK',
      violates: ['SHOULD-3.1.4-c'],
      breaks: 'SHOULD',
    },
    { rules: { connect: { refusalOf: () => 'silence' } } },
  ),
  fault(
    'wrong-password-refused-with-code-2',
    {
      title: 'Wrong credentials are refused with return code 2',
      violates: ['SHOULD-3.1.4-c'],
      breaks: 'SHOULD',
    },
    { rules: { connect: { refusalOf: () => 2 } } },
  ),
  fault(
    'refused-connect-evicts',
    {
      title: 'A CONNECT that is refused ends the client that has its client id',
      violates: ['MQTT-3.1.4-2'],
    },
    refusedEvicts,
  ),
];

/** A CONNECT of level 99 is refused, but only after it has thrown out the client of that id. */
function refusedEvicts(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const refused = new WeakSet<Connect>();
  const serving = servingProtocol(({ protocolLevel }) => protocolLevel === 99).parts.decode;
  return {
    rules: {
      connect: {
        evictsBeforeChecking: () => true,
        refusesClientId: (connect) =>
          refused.has(connect) ? 1 : connect.clientId === '' && !connect.cleanSession ? 2 : undefined,
      },
    },
    parts: {
      decode: (frame, level) => {
        const packet = serving?.(frame, level) ?? decode(frame, { level, sentBy: 'client' });
        // Byte 8 of a CONNECT with a short Remaining Length is its level.
        if (packet.type === 'connect' && frame[8] === 99) refused.add(packet);
        return packet;
      },
    },
  };
}

let cutIds = 0;

const connecting: readonly Fault[] = [
  fault(
    'cut-connect-accepted',
    { title: 'A CONNECT that ends before its fields do is accepted', violates: ['MQTT-3.1.4-1'] },
    repairing((frame) => {
      if (!isType(frame, 'connect')) return undefined;
      const clientId = Buffer.from(`cut${++cutIds}`);
      return Buffer.concat([
        Buffer.from([0x10, 12 + clientId.length]),
        Buffer.from('00044d51545404020000', 'hex'),
        Buffer.from([0, clientId.length]),
        clientId,
      ]);
    }),
  ),
  fault(
    'reserved-types-ignored-before-connect',
    { title: 'Packets of reserved types ahead of CONNECT are ignored', violates: ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'] },
    {
      rules: {
        connect: { reactionToMalformed: ({ expected }) => (expected.includes('packet type') ? 'ignore' : 'close') },
      },
    },
  ),
  fault(
    'server-packets-ignored-before-connect',
    {
      title: 'Packets that only a server sends are ignored, ahead of CONNECT too',
      violates: ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'],
    },
    {
      rules: {
        connect: { reactionToMalformed: ({ expected }) => (expected.includes('a client may') ? 'ignore' : 'close') },
      },
    },
  ),
  fault(
    'odd-client-ids-refused-with-code-1',
    {
      title: 'Client ids with other characters than digits and letters are refused with return code 1',
      violates: ['MQTT-3.1.3-9'],
    },
    {
      rules: {
        connect: {
          refusesClientId: ({ clientId, cleanSession }) =>
            clientId === '' ? (cleanSession ? undefined : 2) : /[^0-9a-zA-Z]/.test(clientId) ? 1 : undefined,
        },
      },
    },
  ),
  fault(
    'empty-client-id-refused-with-code-3',
    { title: 'An empty client id is refused with return code 3', violates: ['MQTT-3.1.3-9', 'MQTT-3.1.3-8'] },
    { rules: { connect: { refusesClientId: ({ clientId }) => (clientId === '' ? 3 : undefined) } } },
  ),
  fault(
    'empty-will-refused',
    { title: 'A will message of zero bytes is refused', violates: ['MQTT-3.1.2-9'] },
    refusing(({ will }) => will?.message.length === 0),
  ),
  fault(
    'binary-will-refused',
    { title: 'A will message that is no UTF-8 is refused', violates: ['MQTT-1.5.3-1'] },
    refusing(({ will }) => will !== undefined && Buffer.from(will.message).toString().includes('\uFFFD')),
  ),
  fault(
    'empty-will-dropped',
    { title: 'A will message of zero bytes is not published', violates: ['MQTT-3.1.2-9', 'MQTT-3.1.2-8'] },
    { rules: { publish: { delivers: ({ payload }) => payload.length > 0 } } },
  ),
  fault(
    'session-present-upon-clean-session',
    { title: 'A CONNACK for CleanSession 1 has Session Present 1', violates: ['MQTT-3.2.2-1'] },
    { rules: { connect: { sessionPresent: ({ cleanSession }, stored) => cleanSession || stored !== undefined } } },
  ),
  fault(
    'longest-keep-alive-refused-oddly',
    { title: 'A Keep Alive of 65,535 is refused with return code 9', violates: ['MQTT-3.2.2-6'] },
    {
      ...refusing(({ keepAlive }) => keepAlive === 65_535, 3),
      ...writing('connack', ({ returnCode }) => (returnCode === 3 ? [Uint8Array.of(0x20, 2, 0, 9)] : undefined)),
    },
  ),
  fault(
    'will-delayed',
    {
      title: 'Wills are published a second after their connection has ended',
      violates: ['SHOULD-3.1.2.5-a'],
      breaks: 'SHOULD',
    },
    { rules: { will: { delayMs: () => 1_100 } } },
  ),
  fault(
    'will-published-upon-connect',
    { title: 'The will is published while its client is connected', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDueWhileConnected: () => true } } },
  ),
  fault(
    'will-of-refused-connect-published',
    { title: 'The will of a CONNECT that is refused is published', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDueAfterRefusal: () => true } } },
  ),
];

/** Refuses some clients by a return code. */
function refusing(which: (connect: Connect) => boolean, code: 1 | 2 | 3 | 4 | 5 = 1): Pick<BrokerOptions, 'rules'> {
  return {
    rules: {
      connect: {
        refusesClientId: (connect) =>
          which(connect) ? code : connect.clientId === '' && !connect.cleanSession ? 2 : undefined,
      },
    },
  };
}

const others: readonly Fault[] = [
  fault(
    'qos-0-acknowledged',
    { title: 'PUBLISH at QoS 0 is answered by PUBACK', violates: ['MQTT-3.3.4-1', 'MQTT-4.3.1-1'] },
    { rules: { publish: { answerTo: (qos) => (qos === 2 ? 'pubrec' : 'puback') } } },
  ),
  fault(
    'qos-1-sent-twice',
    { title: 'Every QoS 1 PUBLISH is sent twice, both times with DUP 0', violates: ['MQTT-3.3.1-1'] },
    writing('publish', (packet) => (packet.qos === 1 ? [packet, packet] : undefined)),
  ),
  fault(
    'one-of-twenty-lost',
    { title: 'Messages "message 7" are lost', violates: ['MQTT-4.5.0-1'] },
    { rules: { publish: { delivers: ({ payload }) => Buffer.from(payload).toString() !== 'message 7' } } },
  ),
  fault(
    'qos-2-swallowed',
    { title: 'QoS 2 messages are acknowledged and passed on to nobody', violates: ['MQTT-4.3.3-2', 'MQTT-4.5.0-1'] },
    { rules: { session: { isNewMessage: () => false } } },
  ),
  fault(
    'retained-qos-0-forgotten',
    {
      title: 'A message with RETAIN 1 at QoS 0 is not retained',
      violates: ['SHOULD-3.3.1.3-a'],
      breaks: 'SHOULD',
    },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) => {
            if (!message.retain) return before;
            return message.qos === 0 || message.payload.length === 0 ? undefined : message;
          },
        },
      },
    },
  ),
  fault(
    'foreign-acknowledgements-count',
    {
      title: 'An acknowledgement of an unknown identifier counts for the message that was sent last',
      violates: ['MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    {
      rules: {
        session: {
          meant: (packetId, inFlight) =>
            inFlight === undefined || inFlight.has(packetId)
              ? packetId
              : (inFlight.values().at(-1)?.packetId ?? packetId),
        },
      },
    },
  ),
  fault(
    'pubcomp-instead-of-pubrec',
    { title: 'PUBCOMP in place of PUBREC ends a QoS 2 handshake', violates: ['MQTT-4.3.3-1'] },
    {
      rules: {
        session: {
          acknowledges: (ack, entry) => {
            if (entry === undefined) return false;
            if (ack === 'pubcomp') return true;
            return entry.state === 'awaiting-ack' && entry.qos === (ack === 'puback' ? 1 : 2);
          },
        },
      },
    },
  ),
  fault(
    'refused-filter-delivers',
    { title: 'A filter that is refused with 0x80 is subscribed to nevertheless', violates: ['MQTT-3.8.4-5'] },
    refusedDelivers,
  ),
  fault(
    'unsubscribe-drops-the-handshake',
    { title: 'UNSUBSCRIBE ends QoS 2 handshakes that have begun', violates: ['MQTT-3.10.4-3'] },
    {
      rules: {
        subscribe: { dropsInFlightOnUnsubscribe: () => true },
        session: { answersPubrec: (entry) => entry !== undefined },
      },
    },
  ),
  fault(
    'cut-unsubscribe-acknowledged',
    { title: 'An UNSUBSCRIBE that ends within a filter is acknowledged', violates: ['MQTT-3.10.3-1'] },
    repairing((frame) =>
      typeOf(frame) === 10 ? Buffer.from([0xa2, 5, frame[2] ?? 0, frame[3] ?? 1, 0, 1, 0x78]) : undefined,
    ),
  ),
  fault(
    'wrong-disconnect-answered',
    { title: 'A DISCONNECT with wrong flags is answered like a PINGREQ', violates: ['MQTT-3.14.1-1'] },
    {
      parts: {
        decode: (frame, level) => {
          try {
            return decode(frame, { level, sentBy: 'client' });
          } catch (error) {
            if (error instanceof MalformedPacket && isType(frame, 'disconnect')) return { type: 'pingreq' };
            throw error;
          }
        },
      },
    },
  ),
  fault(
    'errors-of-one-silence-others',
    {
      title: 'After the error of a client the next PINGREQs of others go unanswered',
      violates: ['SHOULD-NOT-4.8-a'],
      breaks: 'SHOULD',
    },
    silencedOthers,
  ),
];

function refusedDelivers(): Pick<BrokerOptions, 'parts'> {
  const refused = new Set<number>();
  return {
    parts: {
      ...reading((packet) => {
        if (packet.type !== 'subscribe' || !packet.subscriptions[0].topicFilter.endsWith('/#/x')) return packet;
        refused.add(packet.packetId);
        const [{ topicFilter, qos }] = packet.subscriptions;
        return { ...packet, subscriptions: [{ topicFilter: topicFilter.replace('/#/x', '/+/x'), qos }] };
      }).parts,
      ...writing('suback', ({ packetId }) =>
        refused.delete(packetId) ? [{ type: 'suback', packetId, returnCodes: [0x80] }] : undefined,
      ).parts,
    },
  };
}

function silencedOthers(): Pick<BrokerOptions, 'parts'> {
  let silent = 0;
  return {
    parts: {
      decode: (frame, level) => {
        try {
          return decode(frame, { level, sentBy: 'client' });
        } catch (error) {
          silent = 4;
          throw error;
        }
      },
      outgoing: (packet) => (packet.type === 'pingresp' && silent-- > 0 ? [] : [packet]),
    },
  };
}

export const edgeFaults: readonly Fault[] = [...access, ...connecting, ...others];
