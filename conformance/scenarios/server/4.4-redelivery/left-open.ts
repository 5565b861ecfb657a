// What the standard leaves open about redelivery, and what holds all the same: section 4.4.
import { anyMessage, message } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const noTimedResend = scenario('resend-on-a-live-connection', {
  title: 'What becomes of an unacknowledged message while the connection lasts, as far as this run goes',
  cites: { v3: ['MAY-4.4-a', 'MQTT-3.3.1-1'] },
  needs: ['qos 1'],
  timed: true,
  async play({ given, when, must, observe }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos: 1 });
    const { packetId = 0 } = await given.arrival(subscriber, message('owed'));
    await given.time(2_000, 'a withheld PUBACK');
    // Under another identifier it is a copy, from a target that makes such (MAY-3.3.1.1-a), and not the packet again.
    const again = subscriber.take(anyMessage(subscriber.isRepeatedTo ? { packetId } : {}));
    if (again?.packet.type !== 'publish') return observe('not sent again', 'MAY-4.4-a');
    observe('sent again', 'MAY-4.4-a');
    must(subscriber, 'MQTT-3.3.1-1').satisfy(again.packet.dup && again.packet.packetId === packetId, {
      expected: `DUP 1, id ${packetId}`,
      got: `DUP ${again.packet.dup ? 1 : 0}, id ${again.packet.packetId}`,
    });
  },
});

export const downgradedRepeats = scenario('qos-2-downgraded-to-1-resent', {
  title: 'A QoS 2 message delivered at QoS 1 is resent like any other of QoS 1',
  cites: { v3: ['MAY-3.8.4-e', 'MQTT-4.4.0-1', 'MQTT-3.8.4-6'] },
  needs: ['qos 2'],
  async play({ given, when, must, observe }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const before = await given.subscriber(topicName, {
      clientId,
      cleanSession: false,
      qos: 1,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'two', qos: 2 });
    const { packetId = 0 } = await given.arrival(before, message('two'));
    await when(before).cuts();
    const after = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
    const again = await must(after, 'MQTT-4.4.0-1').receive(message('two', { packetId }));
    must(after, 'MQTT-3.8.4-6').satisfy(again?.qos === 1, { expected: 'QoS 1', got: `QoS ${again?.qos}` });
    observe(`repeated with DUP ${again?.dup ? 1 : 0}`, 'MAY-3.8.4-e');
  },
});
