// What a client may do in a session that was resumed: as much as in a new one.
import { message, suback, subscribe, unsuback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const likeAnyOther = scenario('resumed-session-is-like-any-other', {
  title: 'In a resumed session a client subscribes, gets retained and live messages, and unsubscribes as in a new one',
  cites: { v3: ['MQTT-3.8.4-3', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8', 'MQTT-3.3.1-9', 'MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const [old, fresh, control] = [given.topicName('old'), given.topicName('fresh'), given.topicName('control')];
    await given.retained({ topicName: old, payload: 'kept' });
    await given.retained({ topicName: fresh, payload: 'kept too' });
    const finds = [message('kept')];
    const before = await given.newSubscriber(old, { cleanSession: false, qos: 0, finds });
    await given.subscription(before, control, 1);
    await when(before).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    const client = await given.resumed(before);

    await when(client).sends(subscribe(client.nextPacketId(), { topicFilter: fresh, qos: 1 }));
    await given.arrival(client, { type: 'suback' });
    await must(client, 'MQTT-3.3.1-6', 'MQTT-3.3.1-8').receive(message('kept too', { topicName: fresh, retain: true }));
    await when(client).sends(subscribe(client.nextPacketId(), { topicFilter: old, qos: 1 }));
    await given.arrival(client, { type: 'suback' });
    await must(client, 'MQTT-3.8.4-3').receive(message('kept', { topicName: old }));
    await when(publisher).publishes({ topicName: old, payload: 'at the new QoS', qos: 1 });
    await must(client, 'MQTT-3.8.4-3').receive(message('at the new QoS', { topicName: old, qos: 1 }));
    await when(publisher).publishes({ topicName: fresh, payload: 'live', qos: 1, retain: true });
    await must(client, 'MQTT-3.3.1-9').receive(message('live', { topicName: fresh, retain: false }));
    await when(client).publishes({ topicName: fresh, payload: 'own', qos: 1, retain: true });
    await must(client, 'MQTT-3.3.1-9').receive(message('own', { topicName: fresh, retain: false }));

    const packetId = client.nextPacketId();
    await when(client).sends({ type: 'unsubscribe', packetId, topicFilters: [old, fresh] });
    await given.arrival(client, unsuback(packetId));
    for (const topicName of [old, fresh]) await when(publisher).publishes({ topicName, payload: 'no more', qos: 1 });
    await must(client, 'MQTT-3.10.4-1', 'MQTT-3.10.4-2').receiveExactly([], {
      until: sentinel(publisher, { topicName: control, qos: 1 }),
    });
  },
});

export const changesAreStored = scenario('changes-of-subscriptions-are-stored', {
  title:
    'What a client subscribes, changes and ends in a resumed session is what the session has when it is resumed again',
  cites: { v3: ['MQTT-4.1.0-1', 'MQTT-3.8.4-3', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1', 'MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    await given.each(['disconnects', 'cuts'] as const, async (leaves) => {
      const [kept, raised] = [given.topicName('kept'), given.topicName('raised')];
      const [ended, made] = [given.topicName('ended'), given.topicName('made')];
      const first = await given.subscriber([kept, raised, ended], { cleanSession: false, qos: 1 });
      await when(first).disconnects();
      const second = await given.resumed(first);
      const [subscribing, packetId] = [second.nextPacketId(), second.nextPacketId()];
      await when(second).sends(subscribe(subscribing, { topicFilter: raised, qos: 2 }, { topicFilter: made, qos: 1 }));
      await must(second, 'MQTT-3.8.4-5', 'MQTT-3.9.3-1').receive(suback(subscribing, [2, 1]));
      await when(second).sends({ type: 'unsubscribe', packetId, topicFilters: [ended] });
      await given.arrival(second, unsuback(packetId));
      await when(second)[leaves]();
      const publisher = await given.client({ name: 'publisher' });
      for (const topicName of [ended, kept, raised, made])
        await when(publisher).publishes({ topicName, payload: `to "${topicName}"`, qos: 2 });
      const third = await given.resumed(second);
      const expected = [message(`to "${kept}"`), message(`to "${raised}"`, { qos: 2 }), message(`to "${made}"`)];
      await must(third).receiveExactly(expected, {
        until: sentinel(publisher, { topicName: made, qos: 2 }),
        ifMissing: ['MQTT-4.1.0-1', 'MQTT-3.8.4-3'],
      });
      for (const topicName of [ended, raised]) await when(publisher).publishes({ topicName, payload: 'live', qos: 2 });
      await must(third, 'MQTT-4.1.0-1', 'MQTT-3.10.4-2').receiveExactly(
        [message('live', { topicName: raised, qos: 2 })],
        {
          until: sentinel(publisher, { topicName: made, qos: 2 }),
          ifMissing: ['MQTT-4.1.0-1', 'MQTT-3.8.4-3'],
        },
      );
    });
  },
});
