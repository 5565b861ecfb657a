// Every PUBLISH above QoS 0 is answered, whatever it is like: section 3.3.4.
import { message, puback, pubcomp, publish, pubrec } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const flagged = [false, true].flatMap((dup) => [false, true].map((retain) => ({ dup, retain })));

export const answersWhateverTheFlags = ([1, 2] as const).map((qos) =>
  scenario(`answer-to-qos-${qos}-whatever-the-flags`, {
    title: `A PUBLISH at QoS ${qos} is answered whatever its DUP, RETAIN and payload, with and without a subscriber`,
    cites: { v3: ['MQTT-3.3.4-1', qos === 1 ? 'MQTT-4.3.2-2' : 'MQTT-4.3.3-2'] },
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const cases = flagged.flatMap((flags) =>
        ['', 'x'].flatMap((payload) => [false, true].map((subscribed) => ({ ...flags, payload, subscribed }))),
      );
      await given.each(cases, async ({ subscribed, ...text }) => {
        const topicName = given.topicName();
        if (subscribed) await given.subscriber(topicName);
        const client = await given.client({ name: 'publisher' });
        await when(client).sends(publish({ topicName, qos, packetId: 11, ...text }));
        await must(client).receive(qos === 1 ? puback(11) : pubrec(11));
        if (qos === 1) return;
        await when(client).sends({ type: 'pubrel', packetId: 11 });
        await must(client, 'MQTT-4.3.3-2').receive(pubcomp(11));
      });
    },
  }),
);

export const answersGoOn = ([1, 2] as const).map((qos) =>
  scenario(`every-publish-answered-on-a-long-connection-qos-${qos}`, {
    title: `Of three hundred messages that a client publishes at QoS ${qos} each is answered, and delivered`,
    cites: { v3: ['MQTT-3.3.4-1', qos === 1 ? 'MQTT-4.3.2-2' : 'MQTT-4.3.3-2', 'MQTT-4.5.0-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const client = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 300 }, (_, i) => `message ${i}`);
      // Fewer at once than the open QoS 2 messages that targets are known to allow a client.
      for (let at = 0; at < payloads.length; at += 10) {
        const some = payloads.slice(at, at + 10).map((payload, i) => ({ payload, packetId: at + i + 1 }));
        await when(client).sends(...some.map((one) => publish({ topicName, qos, ...one })));
        for (const { packetId } of some) await must(client).receive(qos === 1 ? puback(packetId) : pubrec(packetId));
        if (qos === 1) continue;
        await when(client).sends(...some.map(({ packetId }) => ({ type: 'pubrel', packetId }) as const));
        for (const { packetId } of some) await must(client, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
      }
      await must(subscriber, 'MQTT-4.5.0-1').receiveExactly(
        payloads.map((payload) => message(payload)),
        { until: sentinel(client) },
      );
    },
  }),
);

export const answersWhateverTheSize = ([1, 2] as const).map((qos) =>
  scenario(`answer-to-qos-${qos}-whatever-the-size`, {
    title: `A PUBLISH at QoS ${qos} is answered whatever its size, from 0 bytes to 200,000`,
    cites: { v3: ['MQTT-3.3.4-1', qos === 1 ? 'MQTT-4.3.2-2' : 'MQTT-4.3.3-2'] },
    async play({ given, when, must }) {
      given.payloadsOf(200_000);
      await given.each([0, 1, 127, 128, 16_383, 16_384, 65_535, 65_536, 200_000], async (length) => {
        const client = await given.client({ name: `publisher of ${length} bytes` });
        const payload = new Uint8Array(length).fill(0x61);
        await when(client).sends(publish({ topicName: given.topicName(), qos, packetId: 11, payload }));
        await must(client).receive(qos === 1 ? puback(11) : pubrec(11));
        if (qos === 1) return;
        await when(client).sends({ type: 'pubrel', packetId: 11 });
        await must(client, 'MQTT-4.3.3-2').receive(pubcomp(11));
      });
    },
  }),
);
