// What a client may not do: in a session that was resumed as little as in a new one.
import { encode } from '../../../../reference/codec/encode.ts';
import type { StatementId } from '../../../spec/catalogue.ts';
import { closed, refusedFilter } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, hex, packet, uint16 } = raw;

interface Row {
  readonly title: string;
  readonly cites: StatementId;
  readonly bytes: (topicName: string) => Uint8Array;
}

const rows: readonly Row[] = [
  {
    title: 'SUBSCRIBE "…/#/x"',
    cites: 'MQTT-4.7.1-2',
    bytes: (name) => packet(0x82, uint16(1), field(`${name}/#/x`), 0),
  },
  {
    title: 'SUBSCRIBE "…/x+"',
    cites: 'MQTT-4.7.1-3',
    bytes: (name) => packet(0x82, uint16(1), field(`${name}/x+`), 0),
  },
  { title: 'SUBSCRIBE without a Topic Filter', cites: 'MQTT-3.8.3-3', bytes: () => hex('82 02 0001') },
  {
    title: 'SUBSCRIBE with a Requested QoS of 3',
    cites: 'MQTT-3.8.3-4',
    bytes: (name) => packet(0x82, uint16(1), field(name), 3),
  },
  {
    title: 'PUBLISH to "…/+"',
    cites: 'MQTT-3.3.2-2',
    bytes: (name) => packet(0x32, field(`${name}/+`), uint16(1), 'x'),
  },
  { title: 'PUBLISH with QoS 3', cites: 'MQTT-3.3.1-4', bytes: (name) => packet(0x36, field(name), uint16(1), 'x') },
  {
    title: 'PUBLISH with Packet Identifier 0',
    cites: 'MQTT-2.3.1-1',
    bytes: (name) => packet(0x32, field(name), uint16(0), 'x'),
  },
  {
    title: 'PUBLISH to an ill-formed topic',
    cites: 'MQTT-1.5.3-1',
    bytes: (name) => packet(0x32, field(raw.bytes(name, hex('C0 80'))), uint16(1), 'x'),
  },
  { title: 'a packet of the reserved type 15', cites: 'MQTT-4.8.0-1', bytes: () => hex('F0 00') },
];

export const inResumed = scenario('violations-in-a-resumed-session', {
  title: 'In a resumed session what is malformed or forbidden closes the connection, as in a new one',
  cites: { v3: ['MQTT-3.1.0-2', ...rows.map(({ cites }) => cites)] },
  async play({ given, when, must }) {
    const qos = given.assuredQos;
    const again = async () => {
      const before = await given.subscriber(given.topicName('own'), { cleanSession: false, qos });
      await when(before).disconnects();
      return given.resumed(before);
    };
    const connectsTwice = async (): Promise<void> => {
      const client = await again();
      const second = encode(given.connect({ clientId: client.clientId, cleanSession: false }), 4);
      await when(client).sendsBytes(second, 'a second CONNECT');
      await must(client, 'MQTT-3.1.0-2').reactByOneOf([closed()]);
    };
    const each = given.each(rows, async ({ title, cites, bytes }) => {
      const client = await again();
      await when(client).sendsBytes(bytes(given.topicName()), title);
      const refused = cites.startsWith('MQTT-4.7.1') ? [refusedFilter(given, 1, [0x80])] : [];
      await must(client, cites).reactByOneOf([closed(), ...refused]);
    });
    await Promise.all([each, connectsTwice()]);
  },
});
