// What a SUBSCRIBE leaves alone: deliveries that have begun. Section 3.8.4.
import {
  message,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const begunGoesOn = ([1, 2] as const).map((qos) =>
  scenario(`resubscribe-keeps-what-is-in-flight-qos-${qos}`, {
    title: `Deliveries at QoS ${qos} that have begun go on when their client subscribes again, and are resumed as before`,
    cites: {
      v3: ['MQTT-3.8.4-1', 'MQTT-3.8.4-3', 'MQTT-4.4.0-1', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'],
    },
    needs: [qos === 1 ? 'qos 1' : 'qos 2', 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const ids: number[] = [];
      for (const payload of ['a', 'b', 'c']) {
        await when(publisher).publishes({ topicName, payload, qos });
        ids.push((await given.arrival(before, message(payload))).packetId ?? 0);
      }
      const packetId = before.nextPacketId();
      // Also where the QoS is another from now on.
      await when(before).sends(subscribe(packetId, { topicFilter: topicName, qos: 1 }));
      await must(before, 'MQTT-3.8.4-1').receive(suback(packetId));
      const [a = 0] = ids;
      await when(before).sends(qos === 1 ? puback(a) : pubrec(a));
      if (qos === 2) {
        await must(before, 'MQTT-3.8.4-3', 'MQTT-4.3.3-1').receive(pubrel(a));
        await when(before).sends(pubcomp(a));
      }
      await before.pings();
      await when(before).cuts();
      const after = await given.resumed(before, { acknowledging: 'automatically' });
      await must(after, 'MQTT-3.8.4-3', 'MQTT-4.4.0-1').receiveExactly(
        ['b', 'c'].map((payload) => message(payload, { qos })),
        { until: sentinel(publisher) },
      );
    },
  }),
);

export const keepsWhatWaits = scenario('resubscribe-keeps-what-waits', {
  title:
    'What waits behind unacknowledged messages comes although its client subscribes again, or ends another subscription',
  cites: { v3: ['MQTT-3.8.4-3', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each(['SUBSCRIBE', 'UNSUBSCRIBE'], async (way) => {
      const [topicName, other] = [given.topicName(), given.topicName('other')];
      const subscriber = await given.subscriber([topicName, other], { qos: 1, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 80 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 1 });
      const packetId = subscriber.nextPacketId();
      const again = subscribe(packetId, { topicFilter: topicName, qos: 1 });
      await when(subscriber).sends(way === 'SUBSCRIBE' ? again : unsubscribe(packetId, other));
      await given.arrival(subscriber, way === 'SUBSCRIBE' ? suback(packetId) : unsuback(packetId));
      subscriber.acknowledging = 'automatically';
      for (const { packet } of subscriber.connection.pending)
        if (packet.type === 'publish' && packet.packetId !== undefined)
          subscriber.connection.send(puback(packet.packetId));
      await must(
        subscriber,
        ...(way === 'SUBSCRIBE' ? (['MQTT-3.8.4-3'] as const) : []),
        'MQTT-4.5.0-1',
      ).receiveExactly(
        payloads.map((payload) => message(payload)),
        { until: sentinel(publisher) },
      );
    });
  },
});

export const withinTheGrant = scenario('delivered-within-the-grant', {
  title: 'No message comes at a higher QoS than was granted, whatever was asked for',
  cites: { v3: ['MQTT-3.8.4-6', 'MQTT-3.8.4-5'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each([0, 1, 2] as const, async (asked) => {
      const topicName = given.topicName();
      const subscriber = await given.client({ name: 'subscriber' });
      await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos: asked }));
      const answer = await subscriber.awaits({ type: 'suback', packetId: 1 });
      const granted = answer?.packet.type === 'suback' ? (answer.packet.returnCodes[0] ?? 0x80) : 0x80;
      given.that(granted <= 2, 'the subscription was not granted');
      const publisher = await given.client({ name: 'publisher' });
      for (const qos of [0, 1, 2] as const)
        await when(publisher).sends(
          publish({ topicName, payload: `at ${qos}`, qos, ...(qos === 0 ? {} : { packetId: qos }) }),
        );
      await publisher.pings();
      await when(publisher).sends(pubrel(2));
      await subscriber.hasGot(message('at 2'));
      await subscriber.pings();
      const above = subscriber.connection.pending.find(
        ({ packet }) => packet.type === 'publish' && packet.qos > granted,
      );
      must(subscriber).satisfy(above === undefined, {
        expected: `QoS ${granted} at most`,
        got: 'a message at a higher QoS',
        by: above?.packet,
      });
    });
  },
});
