// Order of messages that are published without waiting for acknowledgements: section 4.6.
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

type Qos = 0 | 1 | 2;
const levels = [0, 1, 2] as const;
const needs = (qos: Qos) => (qos === 0 ? [] : qos === 1 ? (['qos 1'] as const) : (['qos 2'] as const));

/** Fewer than the open QoS 2 messages that targets are known to allow a client. */
const batch = 15;

/** Publishes in batches, each in one write, and completes their handshakes. */
async function publishesAll(
  { given, when }: Stage,
  publisher: Client,
  { topicName, payloads, qos }: { topicName: string; payloads: readonly (string | Uint8Array)[]; qos: Qos },
): Promise<void> {
  for (let at = 0; at < payloads.length; at += batch) {
    const some = payloads.slice(at, at + batch).map((payload) => ({ payload, packetId: publisher.nextPacketId() }));
    await when(publisher).sends(...some.map((one) => publish({ topicName, qos, ...one })));
    if (qos === 0) continue;
    for (const { packetId } of some) await given.arrival(publisher, qos === 1 ? puback(packetId) : pubrec(packetId));
    if (qos === 1) continue;
    await when(publisher).sends(...some.map(({ packetId }) => pubrel(packetId)));
    for (const { packetId } of some) await given.arrival(publisher, pubcomp(packetId));
  }
}

const numbered = Array.from({ length: 120 }, (_, i) => `message ${i}`);

export const pipelined = levels.flatMap((qos) =>
  levels
    .filter((granted) => granted <= qos)
    .map((granted) =>
      scenario(`order-of-pipelined-qos-${qos}-granted-${granted}`, {
        title: `Messages published at QoS ${qos} in one go reach a subscription of QoS ${granted} in their order`,
        cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
        needs: needs(qos),
        protocols: ['3.1.1', '3.1'],
        async play(stage) {
          const { given, must } = stage;
          const topicName = given.topicName();
          const subscriber = await given.subscriber(topicName, { qos: granted });
          const publisher = await given.client({ name: 'publisher' });
          await publishesAll(stage, publisher, { topicName, payloads: numbered, qos });
          await must(subscriber).receiveExactly(
            numbered.map((payload) => message(payload)),
            {
              until: sentinel(publisher),
              order: 'kept',
              someMayBeLost: granted === 0,
              // On its way to QoS 0 a message may be doubled (MAY-3.8.4-c); order is what is judged here.
              ...(granted < qos ? { repeats: 'allowed' } : {}),
            },
          );
        },
      }),
    ),
);

export const largeAndSmall = levels.map((qos) =>
  scenario(`order-of-large-and-small-qos-${qos}`, {
    title: `Small messages at QoS ${qos} do not overtake large ones`,
    cites: { v3: ['MQTT-4.6.0-6'] },
    needs: needs(qos),
    async play(stage) {
      const { given, must } = stage;
      given.payloadsOf(150_000);
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 10 }, (_, i) => new Uint8Array(i % 2 === 0 ? 150_000 : 3).fill(i));
      await publishesAll(stage, publisher, { topicName, payloads, qos });
      await must(subscriber).receiveExactly(
        payloads.map((payload) => message(payload)),
        { until: sentinel(publisher), order: 'kept', someMayBeLost: qos === 0 },
      );
    },
  }),
);

export const eachQosInOrder = scenario('order-within-each-qos', {
  title: 'Of messages at different QoS on one topic, those of the same QoS come in their order',
  cites: { v3: ['MQTT-4.6.0-6'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const all = Array.from({ length: 45 }, (_, i) => ({ payload: `message ${i}`, qos: levels[i % 3] ?? 0 }));
    for (const { payload, qos } of all) await when(publisher).publishes({ topicName, payload, qos });
    for (const { payload, qos } of all) if (qos > 0) await given.arrival(subscriber, message(payload));
    await subscriber.pings();
    subscriber.connection.pending = [];
    for (const qos of levels) {
      const texts = Array.from({ length: 15 }, (_, i) => `at ${qos}: ${i}`);
      for (const payload of texts) await when(publisher).publishes({ topicName, payload, qos });
      await must(subscriber).receiveExactly(
        texts.map((payload) => message(payload, { qos })),
        { until: sentinel(publisher), order: 'kept', someMayBeLost: qos === 0 },
      );
    }
  },
});
