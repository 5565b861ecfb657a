// The will of a client that breaks the protocol: section 3.1.2.5 names such an end among those that make it due.
import { message } from '../../../wire/packets.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, hex, packet, uint16 } = raw;

/** What a server has to close the connection upon; whether it does is judged elsewhere. */
const violations: Readonly<Record<string, (topicName: string) => Uint8Array>> = {
  'a SUBSCRIBE with flags 0': (topicName) => packet(0x80, uint16(1), field(topicName), 0),
  'an UNSUBSCRIBE with flags 0': (topicName) => packet(0xa0, uint16(1), field(topicName)),
  'a PUBREL with flags 0': () => hex('60 02 0001'),
  'a PINGREQ with flags 1': () => hex('C1 00'),
  'a PUBACK with flags 2': () => hex('42 02 0001'),
  'a SUBSCRIBE of QoS 3': (topicName) => packet(0x82, uint16(1), field(topicName), 3),
  'an UNSUBSCRIBE without filter': () => hex('A2 02 0001'),
  'a PUBLISH to a wildcard': (topicName) => packet(0x30, field(`${topicName}/#`), 'x'),
  'a PUBLISH to an empty topic': () => packet(0x30, field(''), 'x'),
  'a PUBLISH with identifier 0': (topicName) => packet(0x32, field(topicName), uint16(0), 'x'),
  'a PUBLISH to a topic with U+0000': (topicName) => packet(0x30, field(`${topicName}\u0000`), 'x'),
  'a PUBLISH to ill-formed UTF-8': (topicName) => packet(0x30, field(raw.bytes(topicName, hex('C0 80'))), 'x'),
  'a Remaining Length of five bytes': () => hex('C0 80 80 80 80 01'),
  'a PINGREQ with a body': () => hex('C0 01 00'),
  'a CONNACK': () => hex('20 02 0000'),
  'a packet of type 0': () => hex('00 00'),
};

export const afterAnyViolation = scenario('will-after-any-violation', {
  title:
    'The will is published when the target ends the connection of a client that breaks the protocol, however that does',
  cites: { v3: ['MQTT-3.1.2-8'] },
  async play({ given, when, must }) {
    let ends = 0;
    await given.each(Object.entries(violations), async ([what, bytesOf]) => {
      const topicName = given.topicName('will');
      const qos = given.assuredQos;
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const client = await given.client({ name: `sends ${what}`, will: { topicName, message: 'gone', qos } });
      await when(client).sendsBytes(bytesOf(given.topicName()), what);
      if ((await client.connection.waitFor(() => client.connection.ending)) === undefined) return;
      ends++;
      await must(watcher).receive(message('gone', { topicName }), given.unhurriedMs);
    });
    if (ends === 0) given.skip('the target does not end the connection, which is judged elsewhere');
  },
});
