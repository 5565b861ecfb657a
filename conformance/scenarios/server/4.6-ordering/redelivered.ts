// Order where messages are sent again, were queued, or wait for room: section 4.6.
import { message, puback, pubcomp, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import { scenario } from '../../scenario.ts';
import { blameForOrder } from './blame.ts';

const levels = [1, 2] as const;
const anyPubrel = { type: 'pubrel' } as const;
const needs = (qos: 1 | 2) => (qos === 1 ? (['qos 1'] as const) : (['qos 2'] as const));

export const resentThenQueued = levels.map((qos) =>
  scenario(`order-of-resent-queued-and-live-qos-${qos}`, {
    title: `Messages at QoS ${qos} come in their order: those sent again, those queued meanwhile, those published since`,
    cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.6.0-1', 'MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
    needs: [...needs(qos), 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 18 }, (_, i) => `message ${i}`);
      for (const payload of payloads.slice(0, 4)) {
        await when(publisher).publishes({ topicName, payload, qos });
        await given.arrival(before, message(payload));
      }
      await when(before).cuts();
      for (const payload of payloads.slice(4, 12)) await when(publisher).publishes({ topicName, payload, qos });
      const after = await given.resumed(before, { acknowledging: 'automatically' });
      for (const payload of payloads.slice(12)) await when(publisher).publishes({ topicName, payload, qos });
      await must(after).receiveExactly(
        payloads.map((payload) => message(payload)),
        {
          until: sentinel(publisher),
          order: 'kept',
          ifMissing: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
          ifDisordered: (came) => blameForOrder(came, payloads.slice(0, 4)),
        },
      );
    },
  }),
);

export const resentWithGaps = levels.map((qos) =>
  scenario(`order-of-resent-with-gaps-qos-${qos}`, {
    title: `What is left unacknowledged at QoS ${qos} is sent again in the order of its first sending, though others between are done`,
    cites: { v3: ['MQTT-4.6.0-1', 'MQTT-4.6.0-6'] },
    needs: [...needs(qos), 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      for (const payload of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
        await when(publisher).publishes({ topicName, payload, qos });
        const { packetId = 0 } = await given.arrival(before, message(payload));
        // Identifiers that are free again may be used for what follows, so that their order is not that of sending.
        if (!['a', 'c', 'd'].includes(payload)) continue;
        await when(before).sends(qos === 1 ? puback(packetId) : pubrec(packetId));
        if (qos === 2) {
          await given.arrival(before, pubrel(packetId));
          await when(before).sends(pubcomp(packetId));
        }
        await before.pings();
      }
      await when(before).cuts();
      const after = await given.resumed(before, { acknowledging: 'automatically' });
      await must(after).receiveExactly(
        ['b', 'e', 'f', 'g', 'h'].map((payload) => message(payload, { qos })),
        { until: sentinel(publisher), order: 'kept' },
      );
    },
  }),
);

/** Alternating, as are their lengths: sorting by either, either way, breaks the order of their first sending. */
const qosOfEach = [1, 2, 1, 2, 2, 1] as const;
const blanksOfEach = [40, 0, 300, 20, 60, 10] as const;

/** On one topic: across topics section 4.6 promises nothing to subscribers. */
export const resentAcrossLevels = scenario('resent-in-order-across-qos-levels', {
  title:
    'Unacknowledged messages of one topic are sent again in the order of their first sending, whatever their QoS and their length',
  cites: { v3: ['MQTT-4.6.0-1', 'MQTT-4.4.0-1'] },
  needs: ['qos 1', 'qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    const sent = qosOfEach.map((qos, i) => ({
      topicName,
      qos,
      payload: `number ${i}${' '.repeat(blanksOfEach[i] ?? 0)}`,
    }));
    // Each has come before the next is published: the order of publishing is that of first sending.
    for (const one of sent) {
      await when(publisher).publishes(one);
      await given.arrival(before, message(one.payload));
    }
    await when(before).cuts();
    const after = await given.resumed(before, { acknowledging: 'automatically' });
    await must(after).receiveExactly(
      sent.map(({ payload }) => message(payload)),
      {
        until: sentinel(publisher),
        order: 'kept',
        ifMissing: ['MQTT-4.4.0-1'],
        ifDisordered: () => ['MQTT-4.6.0-1'],
      },
    );
  },
});

export const pubrelsAfterResume = scenario('pubrels-in-order-after-resume', {
  title: 'PUBRELs that are sent again come in the order of the PUBRECs',
  cites: { v3: ['MQTT-4.6.0-4', 'MQTT-4.4.0-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    const ids: number[] = [];
    for (const payload of ['a', 'b', 'c', 'd', 'e']) {
      await when(publisher).publishes({ topicName, payload, qos: 2 });
      ids.push((await given.arrival(before, message(payload))).packetId ?? 0);
    }
    await when(before).sends(...ids.map(pubrec));
    for (const packetId of ids) await given.arrival(before, pubrel(packetId));
    await when(before).cuts();
    const after = await given.resumed(before);
    const came: number[] = [];
    for (const _ of ids) {
      const again = await must(after, 'MQTT-4.4.0-1').receive(anyPubrel);
      came.push(again?.packetId ?? 0);
    }
    must(after, 'MQTT-4.6.0-4').satisfy(came.join() === ids.join(), {
      expected: `PUBRELs ${ids.join(' ')}`,
      got: `PUBRELs ${came.join(' ')}`,
    });
    await when(after).sends(...ids.map(pubcomp));
  },
});

/** Acknowledges what has come, the newest first. */
function acknowledgeInReverse(client: Client): void {
  for (const { packet } of client.connection.pending.toReversed()) {
    if (packet.type !== 'publish' || packet.packetId === undefined) continue;
    client.connection.send(packet.qos === 1 ? puback(packet.packetId) : pubrec(packet.packetId));
  }
}

export const acknowledgedInReverse = levels.map((qos) =>
  scenario(`acknowledged-in-reverse-qos-${qos}`, {
    title: `More than a hundred messages at QoS ${qos} come in their order, though the first are acknowledged in reverse`,
    cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.5.0-1'] },
    needs: needs(qos),
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 110 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      await subscriber.pings();
      subscriber.acknowledging = 'automatically';
      acknowledgeInReverse(subscriber);
      await must(subscriber).receiveExactly(
        payloads.map((payload) => message(payload, { qos })),
        { until: sentinel(publisher), order: 'kept' },
      );
    },
  }),
);
