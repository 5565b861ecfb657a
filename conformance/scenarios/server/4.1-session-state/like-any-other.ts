// What a client may do in a session that was resumed: as much as in a new one.
import { message, subscribe, unsuback } from '../../../wire/packets.ts';
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
    const before = await given.newSubscriber(old, { cleanSession: false, qos: 1, finds });
    await given.subscription(before, control, 1);
    await when(before).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    const client = await given.resumed(before);

    await when(client).sends(subscribe(client.nextPacketId(), { topicFilter: old, qos: 1 }));
    await given.arrival(client, { type: 'suback' });
    await must(client, 'MQTT-3.8.4-3').receive(message('kept', { topicName: old }));
    await when(client).sends(subscribe(client.nextPacketId(), { topicFilter: fresh, qos: 1 }));
    await given.arrival(client, { type: 'suback' });
    await must(client, 'MQTT-3.3.1-6', 'MQTT-3.3.1-8').receive(message('kept too', { topicName: fresh, retain: true }));
    await when(publisher).publishes({ topicName: fresh, payload: 'live', qos: 1, retain: true });
    await must(client, 'MQTT-3.3.1-9').receive(message('live', { topicName: fresh, retain: false }));

    const packetId = client.nextPacketId();
    await when(client).sends({ type: 'unsubscribe', packetId, topicFilters: [old, fresh] });
    await given.arrival(client, unsuback(packetId));
    for (const topicName of [old, fresh]) await when(publisher).publishes({ topicName, payload: 'no more', qos: 1 });
    await must(client, 'MQTT-3.10.4-1', 'MQTT-3.10.4-2').receiveExactly([], {
      until: sentinel(publisher, { topicName: control, qos: 1 }),
    });
  },
});
