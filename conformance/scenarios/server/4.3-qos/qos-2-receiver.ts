// The target as receiver of QoS 2, section 4.3.3.
import { message, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const repeatBeforePubrel = scenario('repeat-before-pubrel', {
  title: 'A QoS 2 PUBLISH that comes again before PUBREL is delivered once',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const once = { topicName, qos: 2, packetId: 9, payload: 'once' } as const;

    await when(publisher).sends(publish(once));
    await must(publisher).receive(pubrec(9));
    await when(publisher).sends(publish({ ...once, dup: true }));
    await must(publisher).receive(pubrec(9));
    await when(publisher).sends(pubrel(9));
    await must(publisher).receive(pubcomp(9));

    await must(subscriber).receiveExactly([message('once', { qos: 2 })], { until: sentinel(publisher) });
  },
});
