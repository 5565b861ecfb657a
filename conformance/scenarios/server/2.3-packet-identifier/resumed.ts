// Packet Identifiers beside others that are in use: section 2.3.1.
import {
  message,
  puback,
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

export const newIdentifiersAfterResume = ([1, 2] as const).map((qos) =>
  scenario(`new-identifiers-after-resume-qos-${qos}`, {
    title: `After a resume new messages at QoS ${qos} have other identifiers than those still in flight`,
    cites: { v3: ['MQTT-2.3.1-4', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2', 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      for (const payload of ['a', 'b']) {
        await when(publisher).publishes({ topicName, payload, qos });
        await given.arrival(before, message(payload));
      }
      await when(before).cuts();
      await when(publisher).publishes({ topicName, payload: 'queued', qos });
      const after = await given.resumed(before);
      for (const payload of ['live 1', 'live 2']) await when(publisher).publishes({ topicName, payload, qos });

      const used: (number | undefined)[] = [];
      for (const payload of ['a', 'b', 'queued', 'live 1', 'live 2']) {
        used.push((await given.arrival(after, message(payload))).packetId);
      }
      must(after).satisfy(new Set(used).size === used.length, {
        expected: 'five identifiers that differ',
        got: used.join(', '),
      });
    },
  }),
);

export const identifierOfPubrelAfterResume = scenario('identifier-of-pubrel-after-resume', {
  title: 'After a resume no new message has the identifier of a handshake that awaits PUBCOMP',
  cites: { v3: ['MQTT-2.3.1-4', 'MQTT-4.3.3-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'first', qos: 2 });
    const { packetId: held = 0 } = await given.arrival(before, message('first'));
    await when(before).sends(pubrec(held));
    await given.arrival(before, pubrel(held));
    await when(before).cuts();
    const after = await given.resumed(before);
    for (const payload of ['a', 'b', 'c', 'd']) {
      await when(publisher).publishes({ topicName, payload, qos: 2 });
      const { packetId } = await given.arrival(after, message(payload));
      must(after).satisfy(packetId !== held, { expected: `another identifier than ${held}`, got: `${packetId}` });
    }
  },
});

export const sameIdentifierBothWaysQos1 = scenario('same-identifier-in-both-directions-qos-1', {
  title: 'What a client sends with an identifier does not acknowledge what the target has sent with the same',
  cites: { v3: ['MQTT-4.3.2-1', 'MQTT-4.3.2-2', 'MQTT-2.3.1-6', 'MQTT-2.3.1-7', 'MAY-2.3.1-a'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, observe }) {
    const [topicName, other] = [given.topicName(), given.topicName('other')];
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 1, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    const watcher = await given.subscriber(other, { name: 'watcher', qos: 1 });
    await when(publisher).publishes({ topicName, payload: 'in', qos: 1 });
    const { packetId = 0 } = await given.arrival(before, message('in'));

    await when(before).sends(publish({ topicName: other, payload: 'out', qos: 1, packetId }));
    await must(before, 'MQTT-2.3.1-6').receive(puback(packetId));
    await must(watcher, 'MQTT-4.3.2-2').receive(message('out'));
    await when(before).sends(subscribe(packetId, { topicFilter: other, qos: 0 }));
    await must(before, 'MQTT-2.3.1-7').receive(suback(packetId));
    await when(before).sends(unsubscribe(packetId, other));
    await must(before, 'MQTT-2.3.1-7').receive(unsuback(packetId));
    observe('the same identifier in both directions', 'MAY-2.3.1-a');

    await when(before).cuts();
    const after = await given.resumed(before);
    await must(after, 'MQTT-4.3.2-1').receive(message('in', { packetId }));
    await when(after).sends(puback(packetId));
    await must(after, 'MQTT-4.3.2-1').receiveExactly([], { until: sentinel(publisher) });
  },
});
