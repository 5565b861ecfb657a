// Message receipt: section 4.5.
import { message, puback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const everySession = scenario('message-reaches-every-session', {
  title: 'A message reaches every session with a matching subscription, also of a client that is away',
  cites: { v3: ['MQTT-4.5.0-1'] },
  needs: ['qos 1', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('r');
    const topicName = `${base}/x`;
    const exact = await given.subscriber(topicName, { name: 'exact', qos: 1 });
    const plus = await given.subscriber(`${base}/+`, { name: 'plus', qos: 1 });
    const hash = await given.subscriber(`${base}/#`, { name: 'hash', qos: 1 });
    const clientId = given.clientId();
    const away = await given.subscriber(topicName, { name: 'away', clientId, cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.subscriber(topicName, { name: 'publisher', qos: 1 });
    await when(publisher).publishes({ topicName, payload: 'to all', qos: 1 });
    for (const client of [exact, plus, hash, publisher]) await must(client).receive(message('to all'));
    const back = await given.client({ name: 'back', clientId, cleanSession: false });
    await must(back).receive(message('to all'));
  },
});

export const manySubscribers = scenario('message-reaches-fifty-subscribers', {
  title: 'Messages reach each of fifty subscribers once',
  cites: { v3: ['MQTT-4.5.0-1'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscribers = await Promise.all(Array.from({ length: 50 }, () => given.subscriber(topicName)));
    const publisher = await given.client({ name: 'publisher' });
    const payloads = ['to all', 'to all of you', 'to every one'];
    for (const payload of payloads) {
      await when(publisher).publishes({ topicName, payload });
      // Who loses in a pattern shall not lose those of the same subscriber each time.
      await given.subscriber(topicName, { name: 'newcomer' });
    }
    const expected = payloads.map((payload) => message(payload));
    await given.each(subscribers, async (subscriber) => {
      await must(subscriber).receiveExactly(expected, { until: sentinel(publisher), someMayBeLost: true });
    });
  },
});

export const beyondTheWindow = ([1, 2] as const).map((qos) =>
  scenario(`messages-beyond-the-window-qos-${qos}`, {
    title: `Messages at QoS ${qos} beyond the target's window of unacknowledged ones are sent when there is room`,
    cites: { v3: ['MQTT-4.5.0-1', 'MAY-4.3.2-a', 'MQTT-4.6.0-6'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must, observe }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 100 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      await subscriber.pings();
      const arrived = subscriber.connection.pending.filter(({ packet }) => packet.type === 'publish');
      observe(`${arrived.length} messages unacknowledged at the same time`, 'MAY-4.3.2-a');
      subscriber.acknowledging = 'automatically';
      for (const { packet } of arrived) {
        if (packet.type === 'publish' && packet.packetId !== undefined) {
          subscriber.connection.send(
            qos === 1 ? puback(packet.packetId) : { type: 'pubrec', packetId: packet.packetId },
          );
        }
      }
      const expected = payloads.map((payload) => message(payload, { qos }));
      await must(subscriber, 'MQTT-4.5.0-1', 'MQTT-4.6.0-6').receiveExactly(expected, {
        until: sentinel(publisher),
        order: 'kept',
      });
    },
  }),
);

export const bigPayload = scenario('payload-above-one-mebibyte', {
  title: 'A payload of more than 1 MiB is delivered unchanged',
  cites: { v3: ['MQTT-4.5.0-1', 'MQTT-7.1.1-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    given.payloadsOf(1_300_000);
    const topicName = given.topicName();
    const payload = Uint8Array.from({ length: 1_300_000 }, (_, i) => (i * 31 + (i >> 9)) & 255);
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload, qos: 1 });
    await must(subscriber).receive(message(payload));
  },
});
