// A PUBLISH that its client may not publish: section 3.3.5. Judged where the user has told of such a topic.
import { message, puback, pubcomp, publish, pubrec, pubrel, suback, subscribe } from '../../../wire/packets.ts';
import { answered, closed, ignored } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

export const forbiddenPublish = ([1, 2] as const).map((qos) =>
  scenario(`forbidden-publish-qos-${qos}`, {
    title: `A PUBLISH at QoS ${qos} to a forbidden topic is acknowledged as any other, or the connection is closed`,
    cites: { v3: ['MQTT-3.3.5-2', 'MAY-4.7.3-b'], v31: ['MQTT31-30'] },
    needs: ['access rules', qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must, observe }) {
      const client = await given.client();
      const topicName = given.hints.forbiddenTopic ?? '';
      await when(client).sends(publish({ topicName, payload: 'forbidden', qos, packetId: 5 }));
      const atLevel3 = closed().as('warn', 'MQTT 3.1 acknowledges it as any other');
      const reaction = await must(client, 'MQTT-3.3.5-2').reactByOneOf([
        answered(qos === 1 ? puback(5) : pubrec(5)),
        given.protocol === '3.1' ? atLevel3 : closed(),
      ]);
      observe(reaction?.kind ?? 'nothing', 'MAY-4.7.3-b');
      if (reaction?.kind !== 'answered') return;
      if (qos === 2) {
        await when(client).sends(pubrel(5));
        await must(client, 'MQTT-3.3.5-2').receive(pubcomp(5));
      }
      await must(client, 'MQTT-3.3.5-2').beServed();
    },
  }),
);

export const forbiddenQos0 = scenario('forbidden-publish-qos-0', {
  title: 'A PUBLISH at QoS 0 to a forbidden topic is dropped, or the connection is closed',
  cites: { v3: ['MAY-4.7.3-b'] },
  needs: ['access rules'],
  observesOnly: true,
  async play({ given, when, may }) {
    const client = await given.client();
    await when(client).sends(publish({ topicName: given.hints.forbiddenTopic ?? '', payload: 'forbidden' }));
    await may(client).reactByOneOf([ignored(), closed()]);
  },
});

export const forbiddenReachesNobody = scenario('forbidden-publish-reaches-nobody', {
  title: 'What is published to a forbidden topic reaches nobody, and is not retained',
  cites: { v3: ['MAY-4.7.3-b'] },
  needs: ['access rules', 'qos 1', 'wildcards'],
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.hints.forbiddenTopic ?? '';
    const parent = topicName.replace(/[^/]+$/, '+');
    const watcher = await given.client({ name: 'watcher' });
    await when(watcher).sends(subscribe(1, { topicFilter: parent, qos: 1 }));
    const granted = await watcher.awaits(suback(1));
    const codes = granted?.packet.type === 'suback' ? granted.packet.returnCodes : [];
    if (codes[0] === undefined || codes[0] === 0x80) given.skip('the target lets nobody watch the topics beside it');
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName, payload: 'forbidden', qos: 1, packetId: 5, retain: true }));
    await publisher.connection.waitFor(() => publisher.take(puback(5)) ?? publisher.connection.ending);
    const barrier = await given.client({ name: 'barrier' });
    const beside = given.topicName();
    await given.subscription(watcher, beside, 1);
    await when(barrier).publishes({ topicName: beside, payload: 'beside', qos: 1 });
    await given.arrival(watcher, message('beside'));
    await watcher.pings();
    const passed = watcher.take(message('forbidden')) !== undefined;
    const late = await given.client({ name: 'late' });
    await when(late).sends(subscribe(1, { topicFilter: parent, qos: 1 }));
    await given.arrival(late, suback(1));
    await late.pings();
    const kept = late.take(message('forbidden')) !== undefined;
    observe(`${passed ? 'passed on' : 'kept from everybody'}, ${kept ? 'retained' : 'not retained'}`, 'MAY-4.7.3-b');
  },
});
