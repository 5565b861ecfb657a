// Remaining Length: section 2.2.3.
import { message, patterned, pingresp, puback } from '../../../wire/packets.ts';
import { closed } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const boundaries = [127, 128, 16_383, 16_384, 2_097_151, 2_097_152];
/** A limit that lies between the longest packet with two bytes of length, or three, and the shortest with one more is none of policy. */
const packetBelow = (length: number): number => (length < 16_383 ? 0 : length < 2_097_151 ? 16_386 : 2_097_155);

/** At QoS 1 a message is as long on its way out as on its way in, and none may be lost. */
export const lengths = boundaries.map((length) =>
  scenario(`remaining-length-${length}`, {
    title: `A PUBLISH with a Remaining Length of ${length} passes in both directions, with its payload intact`,
    cites: { v3: ['MQTT-7.1.1-1', 'MQTT-3.3.4-1', 'MQTT-4.5.0-1'] },
    needs: ['qos 1'],
    async play({ given, when, must }) {
      given.packetsOf(packetBelow(length));
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      const payload = patterned(length - 2 - topicName.length - 2);
      await when(publisher).sends({
        type: 'publish',
        topicName,
        payload,
        qos: 1,
        packetId: 1,
        dup: false,
        retain: false,
      });
      await must(publisher, 'MQTT-7.1.1-1', 'MQTT-3.3.4-1').receive(puback(1));
      await must(subscriber, 'MQTT-7.1.1-1', 'MQTT-4.5.0-1').receive(message(payload, { topicName, qos: 1 }));
    },
  }),
);

export const fiveBytes = (['PUBLISH', 'PINGREQ'] as const).map((name) =>
  scenario(`remaining-length-of-five-bytes-in-${name.toLowerCase()}`, {
    title: `A ${name} with a Remaining Length of five bytes closes the connection`,
    cites: { v3: ['MQTT-4.8.0-1'] },
    async play({ given, when, must }) {
      const client = await given.client();
      const first = name === 'PUBLISH' ? 0x30 : 0xc0;
      await when(client).sendsBytes(
        Uint8Array.of(first, 0xff, 0xff, 0xff, 0xff, 0x01, 0, 0),
        `${name} with five length bytes`,
      );
      await must(client).reactByOneOf([closed()]);
    },
  }),
);

export const fiveBytesInConnect = scenario('remaining-length-of-five-bytes-in-connect', {
  title: 'A CONNECT with a Remaining Length of five bytes closes the connection',
  cites: { v3: ['MQTT-3.1.4-1', 'MQTT-4.8.0-1'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sendsBytes(
      Uint8Array.of(0x10, 0x8c, 0x80, 0x80, 0x80, 0x00, 0, 4, 0x4d, 0x51, 0x54, 0x54),
      'CONNECT with five length bytes',
    );
    await must(client).close();
  },
});

export const paddedLength = scenario('remaining-length-padded', {
  title: 'What becomes of a Remaining Length that is written in more bytes than it needs',
  cites: { v3: ['MQTT-4.8.0-1'] },
  observesOnly: true,
  async play({ given, when, observe }) {
    const client = await given.client();
    await when(client).sendsBytes(
      raw.bytes(0xc0, raw.remainingLength(0, 2)),
      'PINGREQ with a Remaining Length of two bytes',
    );
    const answer = await client.awaits(pingresp());
    observe(answer === undefined ? 'not taken' : 'taken: no statement forbids it to a receiver');
  },
});
