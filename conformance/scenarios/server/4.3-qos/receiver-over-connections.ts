// The target as receiver over several connections: sections 4.3.2 and 4.3.3.
import { encode } from '../../../../reference/codec/encode.ts';
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const qos1RepeatAfterResume = scenario('qos-1-repeat-after-resume', {
  title: 'A QoS 1 PUBLISH whose PUBACK was lost is acknowledged when it comes again, and delivered',
  cites: { v3: ['MQTT-4.3.2-2'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false, qos: 1 });
    const text = { topicName, qos: 1, packetId: 7, payload: 'again' } as const;
    await when(before).sends(publish(text));
    await given.arrival(before, puback(7));
    await when(before).cuts();
    const after = await given.resumed(before);
    await when(after).sends(publish({ ...text, dup: true }));
    await must(after).receive(puback(7));
    // PUBACK was sent, so the identifier means a new message: it comes twice.
    await must(subscriber).receiveExactly([message('again'), message('again')], { until: sentinel(after) });
  },
});

export const cutInTheMiddle = ([1, 2] as const).map((qos) =>
  scenario(`publish-cut-in-the-middle-then-sent-again-qos-${qos}`, {
    title: `A QoS ${qos} PUBLISH that was cut in the middle is taken when it comes again with DUP 1`,
    cites: { v3: [qos === 1 ? 'MQTT-4.3.2-2' : 'MQTT-4.3.3-2'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false, qos: 1 });
      const text = { topicName, qos, packetId: 7, payload: 'twice begun, sent once' } as const;
      const whole = encode(publish(text));
      await when(before).sendsBytes(whole.subarray(0, whole.length - 5), 'PUBLISH without its last five bytes');
      await when(before).cuts();
      const after = await given.resumed(before);
      await when(after).sends(publish({ ...text, dup: true }));
      await must(after).receive(qos === 1 ? puback(7) : pubrec(7));
      if (qos === 2) {
        await when(after).sends(pubrel(7));
        await must(after).receive(pubcomp(7));
      }
      await must(subscriber).receiveExactly([message(text.payload)], { until: sentinel(after, { topicName, qos }) });
    },
  }),
);

export const releasedWithoutRepeat = scenario('repeat-on-both-connections', {
  title: 'A QoS 2 PUBLISH that comes again on the same connection and on the next two is delivered once',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false, qos: 1 });
    const once = { topicName, qos: 2, packetId: 9, payload: 'once' } as const;
    await when(before).sends(publish(once));
    await must(before).receive(pubrec(9));
    await when(before).sends(publish({ ...once, dup: true }));
    await must(before).receive(pubrec(9));
    await when(before).cuts('RST');
    const between = await given.resumed(before);
    await when(between).sends(publish({ ...once, dup: true }));
    await must(between).receive(pubrec(9));
    await when(between).cuts();
    const after = await given.resumed(between);
    await when(after).sends(publish({ ...once, dup: true }));
    await must(after).receive(pubrec(9));
    await when(after).sends(pubrel(9));
    await must(after).receive(pubcomp(9));
    await must(subscriber).receiveExactly([message('once')], { until: sentinel(after) });
  },
});

export const newAfterResume = scenario('identifier-is-new-after-pubcomp-and-resume', {
  title: 'After PUBCOMP an identifier means a new message on the next connection, and after the PUBCOMP there again',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false, qos: 1 });
    const same = { topicName, qos: 2, packetId: 9, payload: 'same' } as const;
    const handshake = async (client: typeof before): Promise<void> => {
      await when(client).sends(publish(same));
      await must(client).receive(pubrec(9));
      await when(client).sends(pubrel(9));
      await must(client).receive(pubcomp(9));
    };
    await handshake(before);
    await when(before).cuts();
    const after = await given.resumed(before);
    await handshake(after);
    await handshake(after);
    const expected = [message('same'), message('same'), message('same')];
    await must(subscriber).receiveExactly(expected, { until: sentinel(after) });
  },
});
