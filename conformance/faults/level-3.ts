// Faults against MQTT 3.1. What its text does not demand by MUST is at most a warning.
import type { BrokerOptions } from '../../reference/broker/index.ts';
import { decode } from '../../reference/codec/decode.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import { bodyAt, isType, reframed, repairing, servingProtocol, withByte } from './bend.ts';
import { type Fault, type FaultText, fault } from './fault.ts';

const at3 = (text: Omit<FaultText, 'protocols' | 'breaks'>): FaultText => ({
  ...text,
  protocols: ['3.1.1', '3.1'],
  breaks: 'SHOULD',
});

const broken = (expected: string): MalformedPacket =>
  new MalformedPacket({ statement: 'MQTT-4.8.0-1', offset: 0, expected, actual: 'something else' });

/** Refuses frames of level 3 that the codec takes. */
const stricter = (refused: (frame: Uint8Array) => boolean): Pick<BrokerOptions, 'parts'> => ({
  parts: {
    decode: (frame, level) => {
      const packet = decode(frame, { level, sentBy: 'client' });
      const connectsAt3 = packet.type === 'connect' && packet.protocolLevel === 3;
      if ((level === 3 || connectsAt3) && refused(frame)) throw broken('a packet of MQTT 3.1.1');
      return packet;
    },
  },
});

const refusesIds = (refused: (clientId: string) => boolean): Pick<BrokerOptions, 'rules'> => ({
  rules: {
    connect: {
      refusesClientId: ({ clientId, cleanSession, protocolLevel }) => {
        if (protocolLevel === 3) return refused(clientId) ? 2 : undefined;
        return clientId === '' && !cleanSession ? 2 : undefined;
      },
    },
  },
});

function acceptsOnce(): Pick<BrokerOptions, 'rules'> {
  let connects = 0;
  return {
    rules: {
      connect: {
        refusesClientId: ({ clientId, protocolLevel }) => {
          if (protocolLevel === 4) return undefined;
          connects++;
          // The first is the probe.
          return clientId === '' || connects > 1 ? 2 : undefined;
        },
      },
    },
  };
}

export const level3Faults: readonly Fault[] = [
  fault(
    'level-3-accepted-once',
    { title: 'Of level 3 the first CONNECT alone is accepted', violates: ['MQTT31-01'], protocols: ['3.1.1', '3.1'] },
    acceptsOnce,
  ),
  fault(
    'level-3-any-level-served',
    at3({ title: 'MQIsdp is served at any level', violates: ['MQTT31-03'] }),
    servingProtocol(({ protocolName }) => protocolName === 'MQIsdp'),
  ),
  fault(
    'level-3-long-client-id-accepted',
    at3({ title: 'At level 3 client ids of any length are accepted', violates: ['MQTT31-06'] }),
    refusesIds((clientId) => clientId === ''),
  ),
  fault(
    'level-3-empty-client-id-accepted',
    { title: 'At level 3 an empty client id is accepted', violates: ['MQTT31-07'], protocols: ['3.1.1', '3.1'] },
    refusesIds((clientId) => [...clientId].length > 23),
  ),
  fault(
    'level-3-takeover-forgotten',
    at3({ title: 'A second client with the same client id does not end the first one', violates: ['MQTT31-09'] }),
    { rules: { connect: { evictsOlder: () => false } } },
  ),
  fault(
    'level-3-user-name-demanded',
    at3({ title: 'At level 3 a User Name Flag without user name is malformed', violates: ['MQTT31-10'] }),
    stricter((frame) => isType(frame, 'connect') && frame[bodyAt(frame) + 9] === 0x82 && frame.length < 40),
  ),
  fault(
    'level-3-password-alone-accepted',
    at3({ title: 'At level 3 a Password Flag without User Name Flag is accepted', violates: ['MQTT31-11'] }),
    repairing((frame, { statement }) => {
      if (!isType(frame, 'connect') || statement !== 'MQTT-3.1.2-22') return undefined;
      const body = new Uint8Array(frame.subarray(bodyAt(frame)));
      body[9] = 0x02;
      const idEnd = 12 + 2 + ((body[12] ?? 0) << 8) + (body[13] ?? 0);
      return reframed(0x10, body.subarray(0, idEnd));
    }),
  ),
  fault(
    'level-3-dup-refused',
    at3({
      title: 'At level 3 DUP 1 in PUBREL, SUBSCRIBE and UNSUBSCRIBE ends the connection',
      violates: ['MQTT31-25'],
    }),
    stricter((frame) => [6, 8, 10].includes((frame[0] ?? 0) >> 4) && ((frame[0] ?? 0) & 8) !== 0),
  ),
  fault(
    'level-3-identifier-0-acknowledged',
    at3({ title: 'At level 3 a message with identifier 0 is acknowledged', violates: ['MQTT31-28'] }),
    repairing((frame, { statement, offset }) =>
      isType(frame, 'publish') && statement === 'MQTT-2.3.1-1' ? withByte(frame, offset + 1, 9) : undefined,
    ),
  ),
  fault('level-3-refusal-told', at3({ title: 'At level 3 SUBACK has the return code 0x80', violates: ['MQTT31-39'] }), {
    rules: { subscribe: { reactionToTopicFilter: () => 'refuse' } },
  }),
  fault(
    'retained-lose-their-flag-at-every-level',
    at3({ title: 'Retained messages come with RETAIN 0', violates: ['MQTT31-31'] }),
    { rules: { publish: { retainOf: () => false } } },
  ),
];
