// Clients at fault in the bytes of other packets: sections 3.3 to 3.12.
import * as raw from '../../wire/raw.ts';
import { firstByte, packets } from './bends.ts';
import type { ClientFault } from './fault.ts';

const ordinary = ['client-qos-handshakes'];

export const packetFaults: readonly ClientFault[] = [
  {
    name: 'subscribe-with-flags-0',
    title: 'SUBSCRIBE has the flags 0000',
    violates: ['MQTT-3.8.1-1', 'MQTT-2.2.2-1'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => firstByte('subscribe', 0x80),
  },
  {
    name: 'unsubscribe-with-flags-0',
    title: 'UNSUBSCRIBE has the flags 0000',
    violates: ['MQTT-3.10.1-1', 'MQTT-2.2.2-1'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => firstByte('unsubscribe', 0xa0),
  },
  {
    name: 'pubrel-with-flags-0',
    title: 'PUBREL has the flags 0000',
    violates: ['MQTT-3.6.1-1', 'MQTT-2.2.2-1'],
    play: ordinary,
    bend: () => firstByte('pubrel', 0x60),
  },
  {
    name: 'pingresp-sent',
    title: 'The client sends PINGRESP, which only servers may',
    violates: ['MQTT-4.8.0-1'],
    play: ['client-pingreq-in-time'],
    bend: () => packets((packet) => (packet.type === 'pingreq' ? [packet, Uint8Array.of(0xd0, 0)] : undefined)),
  },
  {
    name: 'qos-0-with-dup',
    title: 'PUBLISH at QoS 0 has DUP 1',
    violates: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'],
    bend: () =>
      packets((packet, bytes) =>
        packet.type === 'publish' && packet.qos === 0 ? Uint8Array.of(0x38, ...bytes.subarray(1)) : undefined,
      ),
  },
  {
    name: 'qos-3',
    title: 'PUBLISH has QoS 3',
    violates: ['MQTT-3.3.1-4'],
    play: ordinary,
    bend: () =>
      packets((packet, bytes) =>
        packet.type === 'publish' && packet.qos === 2 ? Uint8Array.of(0x36, ...bytes.subarray(1)) : undefined,
      ),
  },
  ...(
    [
      ['topic-ill-formed', 'A Topic Name is no UTF-8', 'MQTT-1.5.3-1', raw.hex('61 80')],
      ['topic-with-nul', 'A Topic Name has U+0000', 'MQTT-1.5.3-2', 'a\0b'],
      ['topic-with-wildcard', 'A Topic Name has a wildcard', 'MQTT-3.3.2-2', 'a/#'],
      ['topic-empty', 'A Topic Name is empty', 'MQTT-4.7.3-1', ''],
    ] as const
  ).map(
    ([name, title, id, topic]): ClientFault => ({
      name,
      title,
      violates: [id],
      play: ordinary,
      bend: () =>
        packets((packet) =>
          packet.type === 'publish' && packet.qos === 0 ? raw.packet(0x30, raw.field(topic), 'x') : undefined,
        ),
    }),
  ),
  {
    name: 'publish-without-topic',
    title: 'A PUBLISH ends before its Topic Name does',
    violates: ['MQTT-3.3.2-1'],
    play: ordinary,
    bend: () =>
      packets((packet) => (packet.type === 'publish' && packet.qos === 0 ? raw.hex('30 03 00 09 61') : undefined)),
  },
  ...(
    [
      [
        'filter-with-misplaced-hash',
        'A filter has a misplaced "#"',
        'MQTT-4.7.1-2',
        raw.packet(0x82, raw.uint16(5), raw.field('a#'), 0),
      ],
      [
        'filter-with-misplaced-plus',
        'A filter has a misplaced "+"',
        'MQTT-4.7.1-3',
        raw.packet(0x82, raw.uint16(5), raw.field('a+'), 0),
      ],
      ['subscribe-without-filter', 'SUBSCRIBE has no filter', 'MQTT-3.8.3-3', raw.packet(0x82, raw.uint16(5))],
      [
        'filter-ill-formed',
        'A filter is no UTF-8',
        'MQTT-3.8.3-1',
        raw.packet(0x82, raw.uint16(5), raw.field(raw.hex('61 80')), 0),
      ],
    ] as const
  ).map(
    ([name, title, id, bytes]): ClientFault => ({
      name,
      title,
      violates: [id],
      play: ['client-identifiers-outstanding-differ'],
      bend: () => packets((packet) => (packet.type === 'subscribe' ? bytes : undefined)),
    }),
  ),
  {
    name: 'unsubscribe-without-filter',
    title: 'UNSUBSCRIBE has no filter',
    violates: ['MQTT-3.10.3-2'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => packets((packet) => (packet.type === 'unsubscribe' ? raw.packet(0xa2, raw.uint16(6)) : undefined)),
  },
];
