// Order does not depend on how a client has subscribed, nor on who it is: section 4.6.
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

type Qos = 0 | 1 | 2;

const filtersOf: readonly ((base: string) => readonly string[])[] = [
  (base) => [`${base}/a/x`],
  (base) => [`${base}/#`],
  (base) => [`${base}/+/x`],
  (base) => [`${base}/a/+`],
  (base) => [`${base}/a/x/#`],
  (base) => [`${base}/b`, `${base}/a/x`, `${base}/c`],
];

const numbered = Array.from({ length: 40 }, (_, i) => `message ${i}`);
/** Fewer than the open QoS 2 messages that targets are known to allow a client. */
const batch = 10;

/** Messages follow each other without a pause: each batch is one write, and the next one comes with the last acknowledgement. */
async function publishesAll({ given, when }: Stage, publisher: Client, topicName: string, qos: Qos): Promise<void> {
  for (let at = 0; at < numbered.length; at += batch) {
    const some = numbered.slice(at, at + batch).map((payload) => ({ payload, packetId: publisher.nextPacketId() }));
    await when(publisher).sends(...some.map((one) => publish({ topicName, qos, ...one })));
    if (qos === 0) continue;
    for (const { packetId } of some) await given.arrival(publisher, qos === 1 ? puback(packetId) : pubrec(packetId));
    if (qos === 1) continue;
    await when(publisher).sends(...some.map(({ packetId }) => pubrel(packetId)));
    for (const { packetId } of some) await given.arrival(publisher, pubcomp(packetId));
  }
}

export const whateverTheFilter = ([0, 1, 2] as const).map((qos) =>
  scenario(`order-whatever-the-filter-qos-${qos}`, {
    title: `Messages at QoS ${qos} come in their order by every kind of filter, to their own publisher too`,
    cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
    needs: ['wildcards', ...(qos === 0 ? [] : qos === 1 ? (['qos 1'] as const) : (['qos 2'] as const))],
    async play(stage) {
      const { given, must } = stage;
      const base = given.topicName('o');
      const topicName = `${base}/a/x`;
      const publisher = await given.subscriber(topicName, { name: 'publisher', qos });
      const subscribers: Client[] = [publisher];
      for (const filters of filtersOf) subscribers.push(await given.subscriber(filters(base), { qos }));
      await publishesAll(stage, publisher, topicName, qos);
      for (const subscriber of subscribers)
        await must(subscriber).receiveExactly(
          numbered.map((payload) => message(payload)),
          { until: sentinel(publisher), order: 'kept', someMayBeLost: qos === 0 },
        );
    },
  }),
);
