// What is owed to a session, or waits for it, is its own: what is retained on the topic afterwards has nothing to do with it (section 4.1).
import { message } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const owedThoughErased = scenario('owed-though-it-is-retained-no-more', {
  title:
    'What was not acknowledged, or waits for a client, comes although its topic has another retained message, or none',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const levels = ([1, 2] as const).filter((qos) => qos <= given.capabilities.maximumQos);
    await given.each(levels, async (qos) => {
      const topicName = given.topicName('caf\u00e9');
      const publisher = await given.client({ name: 'publisher' });
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      await when(publisher).publishes({ topicName, payload: 'owed', qos, retain: true });
      const { packetId = 0 } = await given.arrival(before, message('owed', { qos }));
      await when(before).cuts();
      for (const payload of ['first', 'second', ''])
        await when(publisher).publishes({ topicName, payload, qos, retain: true });
      const after = await given.resumed(before, { acknowledging: 'automatically' });
      await must(after, 'MQTT-4.4.0-1').receive(message('owed', { qos, packetId }));
      for (const payload of ['first', 'second'])
        await must(after, 'MQTT-3.1.2-5', 'MQTT-4.5.0-1').receive(message(payload, { qos }));
    });
  },
});
