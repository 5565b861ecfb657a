// Every session gets what it subscribed to, whatever the QoS and whatever the others do: section 4.5.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const levels = [0, 1, 2] as const;

export const eachSubscription = levels.map((published) =>
  scenario(`message-at-qos-${published}-reaches-each-subscription`, {
    title: `A message at QoS ${published} reaches subscriptions of each QoS, and its own publisher`,
    cites: { v3: ['MQTT-4.5.0-1', 'MQTT-3.8.4-6'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const publisher = await given.subscriber(topicName, { name: 'publisher', qos: 2 });
      const others = await Promise.all(levels.map((qos) => given.subscriber(topicName, { qos })));
      const toAll = { topicName, payload: 'to all', qos: published };
      await when(publisher).publishesUntilGot([publisher, ...others], toAll, () => given.subscriber(topicName));
      for (const [granted, subscriber] of others.entries()) {
        const arrived = await must(subscriber, 'MQTT-4.5.0-1').receive(message('to all'));
        const wanted = Math.min(published, granted);
        must(subscriber, 'MQTT-3.8.4-6').satisfy(arrived?.qos === wanted, {
          expected: `QoS ${wanted}`,
          got: `QoS ${arrived?.qos}`,
        });
      }
      await must(publisher, 'MQTT-4.5.0-1').receive(message('to all'));
    },
  }),
);

export const nobodyWaits = scenario('withheld-acknowledgements-hold-up-nobody-else', {
  title: 'A subscriber that acknowledges nothing keeps no other subscriber from its messages',
  cites: { v3: ['MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.subscriber(topicName, { name: 'idle', qos: 1, acknowledging: 'by hand' });
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const payloads = Array.from({ length: 60 }, (_, i) => `message ${i}`);
    for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 1 });
    const expected = payloads.map((payload) => message(payload));
    await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
  },
});

export const publisherLeaves = (['DISCONNECT', 'RST'] as const).map((how) =>
  scenario(`message-of-a-publisher-gone-by-${how.toLowerCase()}`, {
    title: `A message that was acknowledged is delivered although its publisher has gone (${how})`,
    cites: { v3: ['MQTT-4.5.0-1'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos: 2 });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      for (const qos of [1, 2] as const) await when(publisher).publishes({ topicName, payload: `at ${qos}`, qos });
      if (how === 'RST') await when(publisher).cuts('RST');
      else await when(publisher).disconnects();
      const back = await given.resumed(away);
      for (const qos of [1, 2]) await must(back).receive(message(`at ${qos}`, { qos }));
    },
  }),
);

export const queuedForAbsent = ([1, 2] as const).map((qos) =>
  scenario(`ninety-queued-at-qos-${qos}`, {
    title: `Ninety messages at QoS ${qos} that were published while a client was away are all there when it is back`,
    cites: { v3: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'], v31: ['MQTT31-22'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 90 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      const back = await given.resumed(away);
      const expected = payloads.map((payload) => message(payload, { qos }));
      await must(back).receiveExactly(expected, {
        until: sentinel(publisher),
      });
    },
  }),
);
