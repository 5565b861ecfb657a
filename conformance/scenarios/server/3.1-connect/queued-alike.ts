// What is queued for a client that is away, where messages are alike, whoever publishes, or its session has seen much: section 3.1.2.4.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
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

/** None of this is a reason not to queue what they publish. */
const publishers: Readonly<Record<string, (stage: Stage, topicName: string) => Promise<Client>>> = {
  'with a stored session': ({ given }) => given.client({ name: 'stored', cleanSession: false }),
  'with a stored session that was resumed': async ({ given, when }) => {
    // With a subscription: some targets call a session without one not present, which is judged elsewhere.
    const before = await given.subscriber(given.topicName(), { name: 'stored', cleanSession: false, qos: 1 });
    await when(before).disconnects();
    return given.resumed(before);
  },
  'that took over': async ({ given }) => {
    const { clientId } = await given.client({ name: 'older' });
    return given.client({ name: 'newer', clientId });
  },
  'that has subscribed to the same': ({ given }, topicName) =>
    given.subscriber(topicName, { name: 'subscribed', qos: 1 }),
  'that has subscribed to the same in a stored session': ({ given }, topicName) =>
    given.subscriber(topicName, { name: 'subscribed, stored', qos: 1, cleanSession: false }),
};

export const whoeverPublishes = scenario('queued-whoever-publishes', {
  title: 'What is published while a client is away is queued for it, whatever session its publisher has',
  cites: { v3: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play(stage) {
    const { given, when, must } = stage;
    const levels = ([1, 2] as const).filter((qos) => qos <= given.capabilities.maximumQos);
    await given.each(Object.entries(publishers), async ([kind, makes]) => {
      const topicName = given.topicName();
      const qos = levels.at(-1) ?? 1;
      const away = await given.subscriber(topicName, { name: 'away', cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await makes(stage, topicName);
      const payload = (level: number) => `at ${level} of one ${kind}`;
      for (const level of levels) await when(publisher).publishes({ topicName, payload: payload(level), qos: level });
      const back = await given.resumed(away);
      for (const level of levels) await must(back).receive(message(payload(level)));
    });
  },
});

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
      await given.settled(client);
    }
  },
});
