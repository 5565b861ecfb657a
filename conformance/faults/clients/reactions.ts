// Clients at fault in how they take what a server does, and in how their connections end.
import { packets, staysOpen } from './bends.ts';
import type { ClientFault } from './fault.ts';

export const reactionFaults: readonly ClientFault[] = [
  {
    name: 'open-after-disconnect',
    title: 'The connection stays open after DISCONNECT',
    violates: ['MQTT-3.14.4-1'],
    bend: staysOpen,
  },
  {
    name: 'acknowledges-after-disconnect',
    title: 'PUBACK comes behind DISCONNECT',
    violates: ['MQTT-3.14.4-2'],
    bend: () =>
      packets((packet) => (packet.type === 'disconnect' ? [packet, { type: 'puback', packetId: 7 }] : undefined)),
  },
  {
    name: 'waits-for-pingresp',
    title: 'A PINGRESP is waited for for ever',
    violates: ['SHOULD-3.1.2.10-b'],
    bend: staysOpen,
  },
  { name: 'waits-for-connack', title: 'A CONNACK is waited for for ever', violates: ['SHOULD-3.2-a'], bend: staysOpen },
  {
    name: 'violations-suffered',
    title: 'Whatever the server sends, the connection stays open',
    violates: ['MQTT-4.8.0-1', 'MQTT-2.2.2-2', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-3.3.1-4'],
    bend: staysOpen,
  },
  {
    name: 'connack-in-one-piece-alone',
    title: 'A CONNACK in several segments is not understood',
    violates: ['MQTT-7.1.2-1'],
    bend: () => ({ packet: (bytes) => [bytes], toClient: (bytes) => (bytes.length === 1 ? undefined : bytes) }),
  },
  {
    name: 'subprotocol-not-offered',
    title: 'The subprotocol "mqtt" is not offered',
    violates: ['MQTT-6.0.0-3'],
    bend: () => ({
      packet: (bytes) => [bytes],
      request: (text) => text.replace(/^(sec-websocket-protocol:).*$/im, '$1 other'),
    }),
  },
  {
    name: 'large-packets-dropped',
    title: 'Packets of more than 16,383 bytes are dropped',
    violates: ['MQTT-7.1.1-1'],
    bend: () => packets((_packet, bytes) => (bytes.length > 16_383 ? [] : undefined)),
  },
  {
    name: 'bom-stripped',
    title: 'U+FEFF is taken out of Topic Names',
    violates: ['MQTT-1.5.3-3', 'MQTT-3.3.2-1'],
    bend: () =>
      packets((packet) =>
        packet.type === 'publish' ? { ...packet, topicName: packet.topicName.replaceAll('\ufeff', '') } : undefined,
      ),
  },
];
