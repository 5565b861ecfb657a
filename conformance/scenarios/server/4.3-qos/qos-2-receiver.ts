// The target as receiver of QoS 2, section 4.3.3.
import { message, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const qos2Handshake = scenario('qos-2-handshake', {
  title: 'A QoS 2 PUBLISH gets PUBREC, its PUBREL gets PUBCOMP, and the message is delivered once',
  cites: { v3: ['MQTT-4.3.3-2', 'MQTT-3.3.4-1'], v31: ['MQTT31-29'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName, qos: 2, packetId: 9, payload: 'once' }));
    await must(publisher, 'MQTT-3.3.4-1', 'MQTT-4.3.3-2').receive(pubrec(9));
    await when(publisher).sends(pubrel(9));
    await must(publisher, 'MQTT-4.3.3-2').receive(pubcomp(9));
    await must(subscriber, 'MQTT-4.3.3-2').receiveExactly([message('once', { qos: 2 })], {
      until: sentinel(publisher),
    });
  },
});

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

export const pubrelTwice = scenario('pubrel-twice', {
  title: 'A PUBREL that comes again gets PUBCOMP again',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName: given.topicName(), qos: 2, packetId: 9 }));
    await must(publisher).receive(pubrec(9));
    await when(publisher).sends(pubrel(9));
    await must(publisher).receive(pubcomp(9));
    await when(publisher).sends(pubrel(9));
    await must(publisher).receive(pubcomp(9));
  },
});

export const identifierIsNewAfterPubrel = scenario('identifier-is-new-after-pubrel', {
  title: 'After PUBREL the identifier means a new message',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['same', 'same']) {
      await when(publisher).sends(publish({ topicName, qos: 2, packetId: 9, payload }));
      await must(publisher).receive(pubrec(9));
      await when(publisher).sends(pubrel(9));
      await must(publisher).receive(pubcomp(9));
    }
    await must(subscriber).receiveExactly([message('same'), message('same')], { until: sentinel(publisher) });
  },
});

export const dupOnFirst = scenario('qos-2-dup-on-a-first-publish', {
  title: 'A QoS 2 PUBLISH with DUP 1 whose identifier is not in use is a new message',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName, qos: 2, packetId: 9, payload: 'late', dup: true }));
    await must(publisher).receive(pubrec(9));
    await when(publisher).sends(pubrel(9));
    await must(publisher).receive(pubcomp(9));
    await must(subscriber).receiveExactly([message('late')], { until: sentinel(publisher) });
  },
});

/** Each packet of the handshake is lost once: the connection is cut in its place, and the session resumed. */
const losses = ['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const;

export const lostOnce = losses.map((lost) =>
  scenario(`qos-2-receiver-${lost.toLowerCase()}-lost`, {
    title: `A QoS 2 message is delivered once although its ${lost} is lost and the connection resumed`,
    cites: { v3: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 2 });
      const clientId = given.clientId();
      const text = { topicName, qos: 2, packetId: 9, payload: 'once' } as const;
      const before = await given.client({ name: 'publisher', clientId, cleanSession: false });
      if (lost !== 'PUBLISH') {
        await when(before).sends(publish(text));
        given.that((await before.awaits(pubrec(9))) !== undefined, 'PUBLISH got no PUBREC');
      }
      if (lost === 'PUBCOMP') {
        await when(before).sends(pubrel(9));
        given.that((await before.awaits(pubcomp(9))) !== undefined, 'PUBREL got no PUBCOMP');
      }
      await when(before).cuts();
      const after = await given.client({ name: 'publisher again', clientId, cleanSession: false });
      if (lost === 'PUBLISH' || lost === 'PUBREC') {
        await when(after).sends(publish({ ...text, dup: true }));
        await must(after, 'MQTT-4.3.3-2').receive(pubrec(9));
      }
      await when(after).sends(pubrel(9));
      await must(after, 'MQTT-4.3.3-2').receive(pubcomp(9));
      const until = sentinel(after, { topicName, qos: 2 });
      await must(subscriber, 'MQTT-4.3.3-2', 'MQTT-4.1.0-1').receiveExactly([message('once')], { until });
    },
  }),
);

export const methodAOrB = scenario('qos-2-delivered-at-publish-or-pubrel', {
  title: 'Whether a QoS 2 message is passed on at PUBLISH or at PUBREL',
  cites: { v3: ['MAY-4.3.3-a', 'MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  async play({ given, when, must, observe }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName, qos: 2, packetId: 9, payload: 'held' }));
    given.that((await publisher.awaits(pubrec(9))) !== undefined, 'PUBLISH got no PUBREC');
    await subscriber.pings();
    const early = subscriber.take(message('held')) !== undefined;
    await when(publisher).sends(pubrel(9));
    given.that((await publisher.awaits(pubcomp(9))) !== undefined, 'PUBREL got no PUBCOMP');
    if (!early) await must(subscriber, 'MQTT-4.3.3-2').receive(message('held'));
    observe(early ? 'at PUBLISH (method B)' : 'at PUBREL (method A)', 'MAY-4.3.3-a');
  },
});
