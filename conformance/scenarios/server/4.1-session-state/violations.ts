// What a client may not do: in a session that was resumed as little as in a new one.
import { encode } from '../../../../reference/codec/encode.ts';
import type { StatementId } from '../../../spec/catalogue.ts';
import { closed, refusedFilter } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';
import { besideTheRest, doesEverything, leftOpenId } from '../3.1-connect/open-exchanges.ts';

const { field, hex, packet, uint16 } = raw;

interface Row {
  readonly title: string;
  readonly cites: StatementId;
  /** `owed`: the identifier of a delivery at QoS 1 that is not acknowledged. */
  readonly bytes: (topicName: string, owed: number) => Uint8Array;
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
  { title: 'PUBLISH to an empty topic', cites: 'MQTT-4.7.3-1', bytes: () => packet(0x32, field(''), uint16(1), 'x') },
  { title: 'UNSUBSCRIBE without a Topic Filter', cites: 'MQTT-3.10.3-2', bytes: () => hex('A2 02 0001') },
  {
    title: 'SUBSCRIBE with the flags 0000',
    cites: 'MQTT-3.8.1-1',
    bytes: (name) => packet(0x80, uint16(1), field(name), 0),
  },
  {
    title: 'UNSUBSCRIBE with the flags 0000',
    cites: 'MQTT-3.10.1-1',
    bytes: (name) => packet(0xa0, uint16(1), field(name)),
  },
  { title: 'PINGREQ with the flags 0001', cites: 'MQTT-2.2.2-2', bytes: () => hex('C1 00') },
  {
    title: 'PUBREL of its open exchange with the flags 0000',
    cites: 'MQTT-3.6.1-1',
    bytes: () => packet(0x60, uint16(leftOpenId)),
  },
  {
    title: 'PUBACK with the flags 0001 for what it owes',
    cites: 'MQTT-2.2.2-2',
    bytes: (_name, owed) => packet(0x41, uint16(owed)),
  },
  {
    title: 'PUBACK with a byte too many for what it owes',
    cites: 'MQTT-4.8.0-1',
    bytes: (_name, owed) => packet(0x40, uint16(owed), 0),
  },
  {
    title: 'PUBLISH to an ill-formed topic',
    cites: 'MQTT-1.5.3-1',
    bytes: (name) => packet(0x32, field(raw.bytes(name, hex('C0 80'))), uint16(1), 'x'),
  },
  { title: 'a packet of the reserved type 15', cites: 'MQTT-4.8.0-1', bytes: () => hex('F0 00') },
];

export const inResumed = scenario('violations-in-a-resumed-session', {
  title:
    'In a resumed session what is malformed or forbidden closes the connection, as in a new one, whatever the client has done and left open',
  cites: { v3: ['MQTT-3.1.0-2', ...rows.map(({ cites }) => cites)] },
  async play(stage) {
    const { given, when, must } = stage;
    const qos = given.assuredQos;
    const again = async () => {
      const before = await given.subscriber(given.topicName('own'), { cleanSession: false, qos });
      await when(before).disconnects();
      const client = await given.resumed(before, besideTheRest(stage));
      await doesEverything(stage, client);
      return client;
    };
    const connectsTwice = async (): Promise<void> => {
      const client = await again();
      const second = encode(given.connect({ clientId: client.clientId, cleanSession: false }), 4);
      await when(client).sendsBytes(second, 'a second CONNECT');
      await must(client, 'MQTT-3.1.0-2').reactByOneOf([closed()]);
    };
    const each = given.each(rows, async ({ title, cites, bytes }) => {
      const client = await again();
      const owed = client.connection.pending.find(({ packet: one }) => one.type === 'publish')?.packet;
      await when(client).sendsBytes(
        bytes(given.topicName(), owed?.type === 'publish' ? (owed.packetId ?? 1) : 1),
        title,
      );
      const refused = cites.startsWith('MQTT-4.7.1') ? [refusedFilter(given, 1, [0x80])] : [];
      await must(client, cites).reactByOneOf([closed(), ...refused]);
    });
    await Promise.all([each, connectsTwice()]);
  },
});
