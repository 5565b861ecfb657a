// Message ordering: section 4.6.
import { message, pubcomp, pubrec } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const qosLevels = [0, 1, 2] as const;
const hundred = Array.from({ length: 100 }, (_, i) => `message ${i}`);

export const ordered = qosLevels.map((qos) =>
  scenario(`order-at-qos-${qos}`, {
    title: `Messages of one publisher on one topic at QoS ${qos} come to every subscriber in their order`,
    cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
    needs: qos === 2 ? ['qos 2'] : qos === 1 ? ['qos 1'] : [],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscribers = [await given.subscriber(topicName, { qos }), await given.subscriber(topicName, { qos })];
      const publisher = await given.client({ name: 'publisher' });
      for (const [i, payload] of hundred.entries()) {
        // Who loses in a pattern at QoS 0 shall not lose those of the same subscriber each time.
        if (qos === 0 && i === 50) await given.subscriber(topicName, { name: 'newcomer' });
        await when(publisher).publishes({ topicName, payload, qos });
      }
      for (const subscriber of subscribers) {
        const expected = hundred.map((payload) => message(payload));
        await must(subscriber).receiveExactly(expected, {
          until: sentinel(publisher),
          order: 'kept',
          someMayBeLost: qos === 0,
        });
      }
    },
  }),
);

export const orderedFromStorage = ([1, 2] as const).map((qos) =>
  scenario(`order-of-queued-at-qos-${qos}`, {
    title: `Messages at QoS ${qos} that were queued come in their order, ahead of later ones`,
    cites: { v3: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const away = await given.subscriber(topicName, { clientId, cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      const queued = hundred.slice(0, 90);
      for (const payload of queued) await when(publisher).publishes({ topicName, payload, qos });
      const back = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
      for (const payload of hundred.slice(90)) await when(publisher).publishes({ topicName, payload, qos });
      const expected = hundred.map((payload) => message(payload));
      await must(back).receiveExactly(expected, {
        until: sentinel(publisher),
        order: 'kept',
      });
    },
  }),
);

export const resentInOrder = ([1, 2] as const).map((qos) =>
  scenario(`resent-in-order-qos-${qos}`, {
    title: `Unacknowledged messages at QoS ${qos} are sent again in the order of their first sending`,
    cites: { v3: ['MQTT-4.6.0-1', 'MQTT-4.6.0-6'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2', 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const before = await given.subscriber(topicName, {
        clientId,
        cleanSession: false,
        qos,
        acknowledging: 'by hand',
      });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = ['a', 'b', 'c', 'd', 'e'];
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      for (const payload of payloads)
        given.that((await before.awaits(message(payload))) !== undefined, `"${payload}" did not come`);
      await when(before).cuts();
      const after = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
      const expected = payloads.map((payload) => message(payload));
      await must(after).receiveExactly(expected, {
        until: sentinel(publisher),
        order: 'kept',
      });
    },
  }),
);

export const pubrelOrder = scenario('pubrels-in-the-order-of-pubrecs', {
  title: 'PUBRELs come in the order in which the PUBRECs were sent',
  cites: { v3: ['MQTT-4.6.0-4', 'MQTT-4.3.3-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    const ids: number[] = [];
    for (const payload of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await when(publisher).publishes({ topicName, payload, qos: 2 });
      const arrived = await subscriber.awaits(message(payload));
      given.that(arrived?.packet.type === 'publish', `"${payload}" did not come`);
      if (arrived?.packet.type === 'publish') ids.push(arrived.packet.packetId ?? 0);
    }
    const shuffled = [2, 0, 4, 1, 5, 3].map((at) => ids[at] ?? 0);
    await when(subscriber).sends(...shuffled.map(pubrec));
    const all = (): number[] =>
      subscriber.connection.pending.flatMap(({ packet }) => (packet.type === 'pubrel' ? [packet.packetId] : []));
    const came = (): true | undefined => (all().length >= shuffled.length ? true : undefined);
    (await subscriber.connection.waitFor(came)) ?? (await subscriber.looksAgain(came));
    must(subscriber, 'MQTT-4.3.3-1').satisfy(all().length >= shuffled.length, {
      expected: `${shuffled.length} PUBRELs`,
      got: `${all().length}`,
    });
    must(subscriber, 'MQTT-4.6.0-4').satisfy(all().join() === shuffled.join(), {
      expected: `PUBRELs ${shuffled.join(' ')}`,
      got: all().join(' '),
    });
    await when(subscriber).sends(...shuffled.map(pubcomp));
  },
});
