// Invariants of single packets of clients.
import type { ObservedFromClient } from '../wire/client-observer.ts';
import { type ClientInvariant, clientPacketInvariant } from './client-invariant.ts';

const isConnect = ({ type }: ObservedFromClient): boolean => type === 'connect';
const isPublish = ({ type }: ObservedFromClient): boolean => type === 'publish';
const isFilterPacket = ({ type }: ObservedFromClient): boolean => type === 'subscribe' || type === 'unsubscribe';
const any = (): boolean => true;

export const clientPacketInvariants: readonly ClientInvariant[] = [
  clientPacketInvariant({
    id: 'client-packets-have-their-reserved-flags',
    title: 'Every packet of the client has the reserved flags of Table 2.2',
    section: '2.2-fixed-header',
    cites: ['MQTT-2.2.2-1', 'MQTT-3.6.1-1', 'MQTT-3.8.1-1', 'MQTT-3.10.1-1'],
    applies: ({ type }) => type !== 'publish',
  }),
  clientPacketInvariant({
    id: 'client-packets-may-travel-to-a-server',
    title: 'The client sends only packets that travel from client to server, whole and of their length',
    section: '2.2-fixed-header',
    cites: ['MQTT-4.8.0-1'],
    applies: any,
  }),
  clientPacketInvariant({
    id: 'client-requests-have-identifiers',
    title: 'Every SUBSCRIBE, UNSUBSCRIBE and PUBLISH above QoS 0 of the client has a Packet Identifier that is not 0',
    section: '2.3-packet-identifier',
    cites: ['MQTT-2.3.1-1'],
    applies: (packet) => isFilterPacket(packet) || (packet.type === 'publish' && packet.qos > 0),
  }),
  clientPacketInvariant({
    id: 'client-connect-has-the-fields-of-its-flags',
    title: 'The payload of CONNECT has exactly the fields that its flags announce, in their order',
    section: '3.1-connect',
    cites: [
      'MQTT-3.1.2-9',
      'MQTT-3.1.2-18',
      'MQTT-3.1.2-19',
      'MQTT-3.1.2-20',
      'MQTT-3.1.2-21',
      'MQTT-3.1.3-1',
      'MQTT-3.1.3-3',
    ],
    applies: isConnect,
  }),
  clientPacketInvariant({
    id: 'client-connect-has-consistent-flags',
    title: 'CONNECT has Will QoS and Will Retain only with a will, no Will QoS 3, and no password without a user name',
    section: '3.1-connect',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13', 'MQTT-3.1.2-14', 'MQTT-3.1.2-15', 'MQTT-3.1.2-22'],
    applies: isConnect,
  }),
  clientPacketInvariant({
    id: 'client-without-id-asks-for-a-clean-session',
    title: 'A CONNECT with an empty Client Identifier has Clean Session 1',
    section: '3.1-connect',
    cites: ['MQTT-3.1.3-7'],
    applies: (packet) => packet.type === 'connect' && packet.clientId === '',
  }),
  clientPacketInvariant({
    id: 'client-connect-text-is-well-formed',
    title: 'Client Identifier, Will Topic and User Name are well-formed UTF-8',
    section: '3.1-connect',
    cites: ['MQTT-3.1.3-4', 'MQTT-3.1.3-10', 'MQTT-3.1.3-11'],
    applies: isConnect,
  }),
  clientPacketInvariant({
    id: 'client-text-is-well-formed',
    title: 'Every text field of the client is well-formed UTF-8 without U+0000',
    section: '1.5-data',
    cites: ['MQTT-1.5.3-1', 'MQTT-1.5.3-2'],
    applies: (packet) => isConnect(packet) || isPublish(packet) || isFilterPacket(packet),
  }),
  clientPacketInvariant({
    id: 'client-publishes-at-qos-0-have-dup-0',
    title: 'Every PUBLISH of the client with QoS 0 has DUP 0',
    section: '3.3-publish',
    cites: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'],
    applies: (packet) => packet.type === 'publish' && packet.qos === 0,
  }),
  clientPacketInvariant({
    id: 'client-publishes-have-no-qos-3',
    title: 'No PUBLISH of the client has both QoS bits set',
    section: '3.3-publish',
    cites: ['MQTT-3.3.1-4'],
    applies: isPublish,
  }),
  clientPacketInvariant({
    id: 'client-publishes-begin-with-a-topic-name',
    title: 'Every PUBLISH of the client begins with a Topic Name in well-formed UTF-8',
    section: '3.3-publish',
    cites: ['MQTT-3.3.2-1'],
    applies: isPublish,
  }),
  clientPacketInvariant({
    id: 'client-topic-names-hold-no-wildcard',
    title: 'No Topic Name of the client holds a wildcard',
    section: '4.7-topics',
    cites: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'],
    applies: isPublish,
  }),
  clientPacketInvariant({
    id: 'client-topics-have-characters',
    title: 'No Topic Name and no Topic Filter of the client is empty or holds U+0000',
    section: '4.7-topics',
    cites: ['MQTT-4.7.3-1', 'MQTT-4.7.3-2'],
    applies: (packet) => isPublish(packet) || isFilterPacket(packet),
  }),
  clientPacketInvariant({
    id: 'client-filters-are-well-formed',
    title: 'Every Topic Filter of the client has its wildcards where they may stand',
    section: '4.7-topics',
    cites: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'],
    applies: isFilterPacket,
  }),
  clientPacketInvariant({
    id: 'client-subscribes-have-filters',
    title: 'Every SUBSCRIBE of the client has at least one whole pair of filter and QoS, in well-formed UTF-8',
    section: '3.8-subscribe',
    cites: ['MQTT-3.8.3-1', 'MQTT-3.8.3-3'],
    applies: ({ type }) => type === 'subscribe',
  }),
  clientPacketInvariant({
    id: 'client-unsubscribes-have-filters',
    title: 'Every UNSUBSCRIBE of the client has at least one whole filter, in well-formed UTF-8',
    section: '3.10-unsubscribe',
    cites: ['MQTT-3.10.3-1', 'MQTT-3.10.3-2'],
    applies: ({ type }) => type === 'unsubscribe',
  }),
];
