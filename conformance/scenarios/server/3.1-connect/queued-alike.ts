// What is queued for a client that is away, where messages are alike or its session has seen much: section 3.1.2.4.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const alike = ([1, 2] as const).map((qos) =>
  scenario(`alike-messages-queued-qos-${qos}`, {
    title: `Messages at QoS ${qos} that are all alike are queued each, and delivered as often as they were published`,
    cites: { v3: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      const payloads = ['same', 'same', '', '', 'same'];
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      const back = await given.resumed(away);
      await must(back).receiveExactly(
        payloads.map((payload) => message(payload, { qos })),
        { until: sentinel(publisher) },
      );
    },
  }),
);

export const everyTime = scenario('queued-at-every-absence', {
  title:
    'A session queues messages at each of five absences, whether its connection was ended by DISCONNECT, a cut or a takeover',
  cites: { v3: ['MQTT-3.1.2-5', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    let client = await given.subscriber(topicName, { cleanSession: false, qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    for (const [i, end] of ['DISCONNECT', 'FIN', 'takeover', 'RST', 'DISCONNECT'].entries()) {
      if (end === 'takeover') client = await given.resumed(client);
      if (end === 'DISCONNECT' || end === 'takeover') await when(client).disconnects();
      else await when(client).cuts(end === 'RST' ? 'RST' : 'FIN');
      const texts = ([1, 2] as const).map((qos) => ({ payload: `absence ${i}, QoS ${qos}`, qos }));
      for (const text of texts) await when(publisher).publishes({ topicName, ...text });
      client = await given.resumed(client);
      await must(client, 'MQTT-3.1.2-5', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receiveExactly(
        texts.map(({ payload, qos }) => message(payload, { qos })),
        { until: sentinel(publisher) },
      );
    }
  },
});
