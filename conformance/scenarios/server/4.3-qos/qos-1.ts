// QoS 0 and QoS 1: sections 4.3.1 and 4.3.2.
import { message, puback, publish } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const qos0 = scenario('qos-0-delivered-as-sent', {
  title: 'A QoS 0 message is delivered at QoS 0, with DUP 0, once',
  cites: { v3: ['MQTT-4.3.1-1', 'MQTT-3.3.1-2', 'MQTT-2.3.1-5'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 0 });
    const publisher = await given.client({ name: 'publisher' });
    const payloads = ['zero', 'zero again', 'zero once more'];
    for (const payload of payloads) await when(publisher).publishes({ topicName, payload });
    await must(subscriber).receiveExactly(
      payloads.map((payload) => message(payload, { qos: 0, dup: false })),
      { until: sentinel(publisher), someMayBeLost: true },
    );
  },
});

export const pubackFreesIdentifier = (['with DUP 0', 'with DUP 1'] as const).map((dup) =>
  scenario(`identifier-is-new-after-puback-${dup.replaceAll(' ', '-').toLowerCase()}`, {
    title: `After PUBACK a PUBLISH with the same identifier ${dup} is a new message`,
    cites: { v3: ['MQTT-4.3.2-2'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).sends(publish({ topicName, payload: 'a', qos: 1, packetId: 7 }));
      await must(publisher).receive(puback(7));
      await when(publisher).sends(publish({ topicName, payload: 'b', qos: 1, packetId: 7, dup: dup === 'with DUP 1' }));
      await must(publisher).receive(puback(7));
      await must(subscriber).receiveExactly([message('a'), message('b')], { until: sentinel(publisher) });
    },
  }),
);

export const identicalTwice = scenario('qos-1-identical-twice', {
  title: 'The identical QoS 1 PUBLISH sent twice is delivered twice',
  cites: { v3: ['MQTT-4.3.2-2'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    for (let i = 0; i < 2; i++) {
      await when(publisher).sends(publish({ topicName, payload: 'same', qos: 1, packetId: 7 }));
      await must(publisher).receive(puback(7));
    }
    await must(subscriber).receiveExactly([message('same'), message('same')], { until: sentinel(publisher) });
  },
});

/** The sender's rules at a QoS. */
const sender = (qos: 1 | 2) => (qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1');

export const firstSendings = ([1, 2] as const).map((qos) =>
  scenario(`first-sending-qos-${qos}`, {
    title: `A message is first sent at QoS ${qos} with DUP 0 and an identifier`,
    cites: { v3: [sender(qos), 'MQTT-2.3.1-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'first', qos });
      const arrived = await must(subscriber, sender(qos)).receive(message('first', { qos, dup: false }));
      must(subscriber, 'MQTT-2.3.1-1').satisfy((arrived?.packetId ?? 0) > 0, {
        expected: 'an identifier above 0',
        got: `${arrived?.packetId}`,
      });
      await must(subscriber, sender(qos)).receiveExactly([], { until: sentinel(publisher) });
    },
  }),
);

export const copies = scenario('qos-1-copies', {
  title: 'Whether a message at QoS 1 comes more than once, though it is acknowledged',
  cites: { v3: ['MAY-3.3.1.1-a', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must, observe }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const payloads = Array.from({ length: 20 }, (_, i) => `message ${i}`);
    for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 1 });
    for (const payload of payloads) await must(subscriber, 'MQTT-4.5.0-1').receive(message(payload));
    await subscriber.pings();
    const again = subscriber.take(message('message 0', { dup: false }));
    observe(again === undefined ? 'once' : 'again, with DUP 0', 'MAY-3.3.1.1-a');
  },
});
