// What a client has to refuse: sections 2.2.2, 1.5.3, 3.3, 4.8. One connection a row.

import type { StatementId } from '../../spec/catalogue.ts';
import * as raw from '../../wire/raw.ts';
import { clientScenario } from '../client-scenario.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly cites: readonly StatementId[];
}

const topic = raw.field('bench/in');
const rows: readonly Row[] = [
  {
    id: 'pingresp-with-flags',
    title: 'a PINGRESP with wrong flags',
    bytes: raw.hex('d1 00'),
    cites: ['MQTT-2.2.2-2'],
  },
  { id: 'reserved-type', title: 'a packet of the reserved type 15', bytes: raw.hex('f0 00'), cites: ['MQTT-4.8.0-1'] },
  {
    id: 'packet-of-clients',
    title: 'a PINGREQ, which only clients send',
    bytes: raw.hex('c0 00'),
    cites: ['MQTT-4.8.0-1'],
  },
  {
    id: 'qos-3',
    title: 'a PUBLISH at QoS 3',
    bytes: raw.packet(0x36, topic, raw.uint16(5), 'x'),
    cites: ['MQTT-3.3.1-4'],
  },
  {
    id: 'ill-formed-topic',
    title: 'a PUBLISH whose Topic Name is no UTF-8',
    bytes: raw.packet(0x30, raw.field(raw.hex('61 80 62')), 'x'),
    cites: ['MQTT-1.5.3-1'],
  },
  {
    id: 'nul-in-topic',
    title: 'a PUBLISH whose Topic Name has U+0000',
    bytes: raw.packet(0x30, raw.field('a\0b'), 'x'),
    cites: ['MQTT-1.5.3-2'],
  },
  {
    id: 'identifier-0',
    title: 'a PUBLISH at QoS 1 with identifier 0',
    bytes: raw.packet(0x32, topic, raw.uint16(0), 'x'),
    cites: ['MQTT-4.8.0-1'],
  },
  {
    id: 'five-length-bytes',
    title: 'a Remaining Length of five bytes',
    bytes: raw.hex('30 80 80 80 80 01'),
    cites: ['MQTT-4.8.0-1'],
  },
];

export const violations = rows.map(({ id, title, bytes, cites }) =>
  clientScenario(`client-closes-upon-${id}`, {
    title: `The client ends the connection upon ${title}`,
    section: '4.8-errors',
    cites,
    async play(stage) {
      const { peer } = await stage.client();
      await stage.connected();
      peer.sendBytes(bytes, title);
      await stage.must(peer).end();
    },
  }),
);
