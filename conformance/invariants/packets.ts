// Invariants of single packets: the `codec` statements, held against everything that the target sends.
import type { Observed } from '../wire/observer.ts';
import { type Invariant, packetInvariant } from './invariant.ts';

const isPublish = ({ type }: Observed): boolean => type === 'publish';
const any = (): boolean => true;

export const packetInvariants: readonly Invariant[] = [
  packetInvariant({
    id: 'every-packet-has-its-reserved-flags',
    title: 'Every packet of the target has the reserved flags of Table 2.2',
    section: '2.2-fixed-header',
    cites: ['MQTT-2.2.2-1', 'MQTT-3.6.1-1'],
    applies: ({ type }) => type !== 'publish',
  }),
  packetInvariant({
    id: 'every-packet-may-travel-to-a-client',
    title: 'The target sends only packets that travel from server to client',
    section: '2.2-fixed-header',
    cites: ['MQTT-4.8.0-1'],
    applies: any,
  }),
  packetInvariant({
    id: 'every-remaining-length-has-at-most-four-bytes',
    title: 'Every Remaining Length of the target has at most four bytes',
    section: '2.2-fixed-header',
    cites: ['MQTT-7.1.1-1'],
    applies: any,
  }),
  packetInvariant({
    id: 'every-publish-above-qos-0-has-an-identifier',
    title: 'Every PUBLISH of the target above QoS 0 has a Packet Identifier that is not 0',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-1'],
    applies: (packet) => packet.type === 'publish' && packet.qos > 0,
  }),
  packetInvariant({
    id: 'every-acknowledgement-has-its-length',
    title: 'Every PUBACK, PUBREC, PUBREL and PUBCOMP of the target has a Remaining Length of 2',
    section: '3.4-acknowledgements',
    cites: ['MQTT-2.3.1-6'],
    applies: ({ type }) => type === 'puback' || type === 'pubrec' || type === 'pubrel' || type === 'pubcomp',
  }),
  packetInvariant({
    id: 'every-connack-has-its-length',
    title: 'Every CONNACK of the target has a Remaining Length of 2',
    section: '3.2-connack',
    cites: ['MQTT-3.1.4-4'],
    applies: ({ type }) => type === 'connack',
  }),
  packetInvariant({
    id: 'every-connack-has-a-listed-return-code',
    title: 'Every CONNACK of the target has a return code of Table 3.1',
    section: '3.2-connack',
    cites: ['MQTT-3.2.2-6'],
    applies: ({ type }) => type === 'connack',
  }),
  packetInvariant({
    id: 'every-refusal-has-session-present-0',
    title: 'Every CONNACK of the target that refuses has Session Present 0',
    section: '3.2-connack',
    cites: ['MQTT-3.2.2-4'],
    applies: (packet) => packet.type === 'connack' && packet.returnCode !== 0,
  }),
  packetInvariant({
    id: 'every-qos-0-publish-has-dup-0',
    title: 'Every PUBLISH of the target with QoS 0 has DUP 0',
    section: '3.3-publish',
    cites: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'],
    applies: (packet) => packet.type === 'publish' && packet.qos === 0,
  }),
  packetInvariant({
    id: 'no-publish-has-qos-3',
    title: 'No PUBLISH of the target has both QoS bits set',
    section: '3.3-publish',
    cites: ['MQTT-3.3.1-4'],
    applies: isPublish,
  }),
  packetInvariant({
    id: 'every-topic-name-is-well-formed',
    title: 'Every Topic Name of the target comes first in its PUBLISH and is well-formed UTF-8',
    section: '1.5-data',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'],
    applies: isPublish,
  }),
  packetInvariant({
    id: 'no-topic-name-holds-nul',
    title: 'No Topic Name of the target holds U+0000',
    section: '1.5-data',
    cites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    applies: isPublish,
  }),
  packetInvariant({
    id: 'no-topic-name-holds-a-wildcard',
    title: 'No Topic Name of the target holds a wildcard',
    section: '4.7-topics',
    cites: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'],
    applies: isPublish,
  }),
  packetInvariant({
    id: 'no-topic-name-is-empty',
    title: 'No Topic Name of the target is empty',
    section: '4.7-topics',
    cites: ['MQTT-4.7.3-1'],
    applies: isPublish,
  }),
  packetInvariant({
    id: 'every-suback-has-listed-return-codes',
    title: 'Every SUBACK of the target has only the return codes 0x00, 0x01, 0x02 and 0x80',
    section: '3.9-suback',
    cites: ['MQTT-3.9.3-2'],
    applies: ({ type }) => type === 'suback',
  }),
  packetInvariant({
    id: 'every-unsuback-has-its-length',
    title: 'Every UNSUBACK of the target has a Remaining Length of 2',
    section: '3.10-unsubscribe',
    cites: ['MQTT-3.10.4-4'],
    applies: ({ type }) => type === 'unsuback',
  }),
  packetInvariant({
    id: 'every-pingresp-has-its-length',
    title: 'Every PINGRESP of the target has a Remaining Length of 0',
    section: '3.12-pingreq',
    cites: ['MQTT-3.12.4-1'],
    applies: ({ type }) => type === 'pingresp',
  }),
];
