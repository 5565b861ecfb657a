// What breaks a format breaks it in any segment: behind another packet, and in pieces.
import type { StatementId } from '../../../spec/catalogue.ts';
import { pingresp } from '../../../wire/packets.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;

interface Vector {
  readonly what: string;
  readonly cites: StatementId;
  readonly bytes: (topicName: string) => Uint8Array;
}

const vectors: readonly Vector[] = [
  {
    what: 'PUBLISH to a wildcard',
    cites: 'MQTT-3.3.2-2',
    bytes: (topic) => packet(0x32, field(`${topic}/#`), uint16(7), 'x'),
  },
  { what: 'PUBLISH with QoS 3', cites: 'MQTT-3.3.1-4', bytes: (topic) => packet(0x36, field(topic), uint16(7), 'x') },
  {
    what: 'PUBLISH with the identifier 0',
    cites: 'MQTT-2.3.1-1',
    bytes: (topic) => packet(0x32, field(topic), uint16(0), 'x'),
  },
  {
    what: 'PUBLISH to a topic with U+0000',
    cites: 'MQTT-1.5.3-2',
    bytes: (topic) => packet(0x32, field(raw.bytes(topic, raw.hex('00 62'))), uint16(7), 'x'),
  },
  {
    what: 'PUBLISH to a topic with a surrogate',
    cites: 'MQTT-1.5.3-1',
    bytes: (topic) => packet(0x32, field(raw.bytes(topic, raw.hex('ED A0 80'))), uint16(7), 'x'),
  },
  { what: 'PUBLISH to an empty topic', cites: 'MQTT-4.7.3-1', bytes: () => packet(0x32, field(''), uint16(7), 'x') },
  { what: 'PUBREL with the flags 0000', cites: 'MQTT-3.6.1-1', bytes: () => raw.hex('60 02 0007') },
  {
    what: 'SUBSCRIBE with the flags 0000',
    cites: 'MQTT-3.8.1-1',
    bytes: (topic) => packet(0x80, uint16(7), field(topic), 0),
  },
  { what: 'SUBSCRIBE without a filter', cites: 'MQTT-3.8.3-3', bytes: () => raw.hex('82 02 0007') },
  { what: 'SUBSCRIBE with QoS 3', cites: 'MQTT-3.8.3-4', bytes: (topic) => packet(0x82, uint16(7), field(topic), 3) },
  {
    what: 'UNSUBSCRIBE with the flags 0000',
    cites: 'MQTT-3.10.1-1',
    bytes: (topic) => packet(0xa0, uint16(7), field(topic)),
  },
  { what: 'UNSUBSCRIBE without a filter', cites: 'MQTT-3.10.3-2', bytes: () => raw.hex('A2 02 0007') },
  { what: 'PINGREQ with the flags 0001', cites: 'MQTT-2.2.2-2', bytes: () => raw.hex('C1 00') },
  {
    what: 'CONNECT, the second one',
    cites: 'MQTT-3.1.0-2',
    bytes: () => raw.connect({ flags: 0x02, payload: [field('again')] }),
  },
];

const cites = { v3: [...new Set(vectors.map((vector) => vector.cites))] };
const pingreq = raw.hex('C0 00');

export const malformedBehindAnother = scenario('malformed-behind-another-packet', {
  title: 'What is malformed closes the connection of a subscriber with a stored session as well, behind another packet',
  cites,
  async play({ given, when, must }) {
    await given.each(vectors, async ({ what, cites: broken, bytes }) => {
      const topicName = given.topicName();
      const client = await given.subscriber(topicName, { cleanSession: false, qos: given.assuredQos });
      await when(client).sendsBytes(raw.bytes(pingreq, bytes(topicName)), `PINGREQ, then ${what}`);
      await must(client, broken).reactByOneOf([answered(pingresp()).thenClosed(), closed()]);
    });
  },
});

export const malformedInPieces = scenario('malformed-in-pieces', {
  title: 'What is malformed closes the connection as well where it comes in pieces',
  cites,
  async play({ given, when, must }) {
    await given.each(vectors, async ({ what, cites: broken, bytes: bytesOf }) => {
      const client = await given.client();
      const bytes = bytesOf(given.topicName());
      await when(client).sendsBytes(
        raw.bytes(pingreq, bytes.subarray(0, 1)),
        `PINGREQ, then the first byte of ${what}`,
      );
      // PINGRESP: what came with the PINGREQ was read. First bytes with wrong flags may have closed the connection by now.
      await must(client, broken).receiveOrEnd(pingresp());
      if (client.connection.isOpen) await when(client).sendsBytes(bytes.subarray(1), `the rest of ${what}`);
      await must(client, broken).close();
    });
  },
});
