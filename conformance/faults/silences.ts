// Faults of silence and of loss: answers that do not come where something is odd, and messages that may be lost, but not all.
import type { Packet, PacketType } from '../../reference/codec/packet.ts';
import { reading, reframed, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

/** Leaves out, or changes, the answer to some packets: it is written in the same turn in which the packet is read. */
const answering =
  <T extends PacketType>(
    answer: T,
    isMeant: (packet: Packet) => boolean | undefined,
    instead: (bytes: Uint8Array) => readonly Uint8Array[] = () => [],
  ): Fault['options'] =>
  () => {
    let meant = false;
    const { parts } = reading((packet) => {
      meant = isMeant(packet) === true;
      return packet;
    });
    return { parts: { ...parts, ...writing(answer, (_packet, bytes) => (meant ? instead(bytes) : undefined)).parts } };
  };

const filterOf = (packet: Packet): string => (packet.type === 'subscribe' ? packet.subscriptions[0].topicFilter : '');

const silences: readonly Fault[] = [
  fault(
    'no-connack',
    { title: 'A CONNECT is not answered', violates: ['MQTT-3.1.4-4'] },
    writing('connack', () => []),
  ),
  fault(
    'no-suback-for-shared-filters',
    { title: 'A SUBSCRIBE to a filter that begins with "$share" is not answered', violates: ['MQTT-3.8.4-1'] },
    answering('suback', (packet) => filterOf(packet).startsWith('$share/')),
  ),
  fault(
    'no-suback-for-wildcards',
    { title: 'A SUBSCRIBE to a filter with a wildcard is not answered', violates: ['MQTT-3.8.4-1'] },
    answering('suback', (packet) => /[+#]/.test(filterOf(packet))),
  ),
  fault(
    'no-suback-for-dollar-filters',
    { title: 'A SUBSCRIBE to a filter that begins with "$" is not answered', violates: ['MQTT-3.8.4-1'] },
    answering('suback', (packet) => filterOf(packet).startsWith('$mqttspec')),
  ),
  fault(
    'no-suback-for-control-characters',
    { title: 'A SUBSCRIBE to a filter with a control character is not answered', violates: ['MQTT-3.8.4-1'] },
    answering('suback', (packet) => filterOf(packet).includes('\u0001')),
  ),
  fault(
    'no-suback-for-many-levels',
    {
      title: 'A SUBSCRIBE to a filter of very many levels is not answered',
      violates: ['MQTT-3.8.4-1'],
      breaks: 'SHOULD',
    },
    answering('suback', (packet) => filterOf(packet).includes('/a/a/a/a/a/a/a')),
  ),
  fault(
    'suback-without-codes-for-long-filters',
    { title: 'The SUBACK for a filter of more than 4,000 bytes has no return code', violates: ['MQTT-3.8.4-5'] },
    answering(
      'suback',
      (packet) => filterOf(packet).length > 4_000,
      (bytes) => [reframed(0x90, bytes.subarray(2, 4))],
    ),
  ),
  fault(
    'no-connack-for-large-wills',
    {
      title: 'A CONNECT with a large will gets no CONNACK, and the connection stays open',
      violates: ['MQTT-3.2.2-6', 'MQTT-3.1.4-4'],
    },
    answering('connack', (packet) => packet.type === 'connect' && (packet.will?.message.length ?? 0) > 50_000),
  ),
  fault(
    'no-connack-for-odd-will-topics',
    {
      title: 'A CONNECT with a wildcard in its will topic gets no CONNACK, and the connection stays open',
      violates: ['MQTT-3.1.4-4'],
    },
    () => ({
      rules: { connect: { reactionToWillTopic: () => 'accept' } },
      ...answering('connack', (packet) => packet.type === 'connect' && /[+#]/.test(packet.will?.topicName ?? ''))(),
    }),
  ),
  fault(
    'no-puback-for-control-characters',
    { title: 'A PUBLISH whose topic has a control character is not acknowledged', violates: ['MQTT-3.3.4-1'] },
    answering('puback', (packet) => packet.type === 'publish' && packet.topicName.includes('\u0001')),
  ),
];

const late: readonly Fault[] = [
  fault(
    'will-topic-with-wildcard-late',
    {
      title: 'A will topic with a wildcard is accepted, and the will published on it a little later',
      violates: ['MQTT-4.7.1-1'],
    },
    { rules: { connect: { reactionToWillTopic: () => 'accept' }, will: { delayMs: () => 300 } } },
  ),
];

/** Doubles what was published at QoS 2 and goes to a subscription of QoS 0. */
function doubling(): ReturnType<Fault['options']> {
  let isTwo = false;
  return {
    rules: {
      publish: {
        qosOf: (published, granted) => {
          isTwo = published === 2;
          return Math.min(published, granted) as 0 | 1 | 2;
        },
      },
    },
    ...writing('publish', (packet) => (packet.qos === 0 && isTwo ? [packet, packet] : undefined)),
  };
}

const losses: readonly Fault[] = [
  fault(
    'qos-0-never-delivered',
    {
      title: 'At QoS 0 nothing is delivered at all',
      violates: ['MQTT-4.5.0-1', 'MQTT-4.3.1-1', 'MQTT-3.8.4-6'],
    },
    writing('publish', ({ qos }) => (qos === 0 ? [] : undefined)),
  ),
  fault(
    'qos-2-doubled-at-qos-0',
    {
      title: 'QoS 2 messages come twice to a subscription of QoS 0',
      violates: ['SHOULD-NOT-3.8.4-d'],
      breaks: 'SHOULD',
    },
    doubling,
  ),
  fault(
    'granted-above-request',
    {
      title: 'A subscription is granted one QoS more than it asks for',
      violates: ['MQTT-3.8.4-5'],
      breaks: 'SHOULD',
    },
    { rules: { subscribe: { grants: ({ qos }) => (qos === 0 ? 1 : 2) } } },
  ),
];

export const silenceFaults: readonly Fault[] = [...silences, ...late, ...losses];
