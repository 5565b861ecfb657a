// Subscriptions of one client of which one lies within another: each is there until it is given up itself (section 3.10.4).
import { message, unsuback, unsubscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const orders = ['the narrow one first', 'the wide one first'] as const;

export const withinOneAnother = scenario('unsubscribe-leaves-the-narrower-filter', {
  title: 'Who gives a wide filter up keeps the narrower one, whichever was there first, and the other way round',
  cites: { v3: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const ways = orders.flatMap((order) => ['+', '#'].map((wildcard) => ({ order, wildcard })));
    await given.each(ways, async ({ order, wildcard }) => {
      const [base, control] = [given.topicName('w'), given.topicName('control')];
      // Long, and with an empty level at its end, where the wider one matches such.
      const name = wildcard === '+' ? 'caf\u00e9' : `caf\u00e9/${'l'.repeat(150)}/`;
      const [narrow, wide] = [`${base}/${name}`, `${base}/${wildcard}`];
      const filters = order === 'the narrow one first' ? [narrow, wide] : [wide, narrow];
      const subscriber = await given.subscriber([...filters, control], { qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      const until = sentinel(publisher, { topicName: control, qos: 1 });
      const givesUp = async (filter: string): Promise<void> => {
        const packetId = subscriber.nextPacketId();
        await when(subscriber).sends(unsubscribe(packetId, filter));
        await given.arrival(subscriber, unsuback(packetId));
      };
      await givesUp(wide);
      await when(publisher).publishes({ topicName: narrow, payload: 'still', qos: 1 });
      await must(subscriber, 'MQTT-3.10.4-1').receiveExactly([message('still')], { until });
      await givesUp(narrow);
      await when(publisher).publishes({ topicName: narrow, payload: 'never', qos: 1 });
      await must(subscriber, 'MQTT-3.10.4-2').receiveExactly([], { until });
    });
  },
});
