// Retained messages for clients that know the topic already: sections 3.3.1.3 and 3.8.4.
import { message, unsuback, unsubscribe } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const onceKnown = scenario('retained-for-who-knows-the-topic', {
  title:
    'Who has got a message live and given its subscription up finds it, retained, when subscribing again, and gets the next with RETAIN 0',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-8', 'MQTT-3.3.1-9'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    await given.each([true, false], async (cleanSession) => {
      const topicName = given.topicName();
      const publisher = await given.client({ name: 'publisher' });
      const subscriber = await given.subscriber(topicName, { qos: 1, cleanSession });
      for (const payload of ['known', 'known too']) {
        await when(publisher).publishes({ topicName, payload, qos: 1, retain: true });
        const live = await given.arrival(subscriber, message(payload));
        must(subscriber, 'MQTT-3.3.1-9').satisfy(!live.retain, { expected: 'RETAIN 0', got: 'RETAIN 1' });
        // That it came says that it is retained, or soon will be.
        await given.newSubscriber(topicName, { name: 'before', qos: 1, finds: [message(payload)] });
        const packetId = subscriber.nextPacketId();
        await when(subscriber).sends(unsubscribe(packetId, topicName));
        await given.arrival(subscriber, unsuback(packetId));
        await given.subscription(subscriber, topicName, 1);
        // A copy of the live one may come once more, at QoS 1.
        await must(subscriber, 'MQTT-3.3.1-6', 'MQTT-3.3.1-8').receive(message(payload, { retain: true }));
      }
    });
  },
});
