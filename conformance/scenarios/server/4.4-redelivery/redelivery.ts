// Message delivery retry: section 4.4, with the sender's side of sections 4.3.2 and 4.3.3.
import { message, puback, pubcomp, pubrec, pubrel } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

const identifierOf = async ({ given }: Stage, client: Client, payload: string): Promise<number> => {
  const arrived = await client.awaits(message(payload));
  given.that(arrived?.packet.type === 'publish', `"${payload}" did not come`);
  return arrived?.packet.type === 'publish' ? (arrived.packet.packetId ?? 0) : 0;
};

export const resendOfPublish = ([1, 2] as const).flatMap((qos) =>
  (['cut', 'taken over'] as const).map((how) =>
    scenario(`publish-resent-qos-${qos}-${how.replace(' ', '-')}`, {
      title: `An unacknowledged QoS ${qos} PUBLISH comes again with DUP 1 and the same identifier when the session is resumed (connection ${how})`,
      cites: { v3: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-2.3.1-4', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
      needs: [qos === 1 ? 'qos 1' : 'qos 2'],
      protocols: ['3.1.1', '3.1'],
      async play(stage) {
        const { given, when, must } = stage;
        const topicName = given.topicName();
        const clientId = given.clientId();
        const before = await given.subscriber(topicName, {
          clientId,
          cleanSession: false,
          qos,
          acknowledging: 'by hand',
        });
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName, payload: 'owed', qos });
        const packetId = await identifierOf(stage, before, 'owed');
        if (how === 'cut') await when(before).cuts();
        const after = await given.client({
          name: 'subscriber again',
          clientId,
          cleanSession: false,
          acknowledging: 'by hand',
        });
        const again = await must(after, 'MQTT-4.4.0-1').receive(message('owed', { qos }));
        must(after, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
        must(after, 'MQTT-2.3.1-4', 'MQTT-4.4.0-1').satisfy(again?.packetId === packetId, {
          expected: `id ${packetId}`,
          got: `id ${again?.packetId}`,
        });
        await when(after).sends(qos === 1 ? puback(packetId) : pubrec(packetId));
        if (qos === 2) await must(after, 'MQTT-4.3.3-1').receive(pubrel(packetId));
      },
    }),
  ),
);

export const resendOfPubrel = scenario('pubrel-resent', {
  title: 'After PUBREC the PUBREL comes again when the session is resumed, and never the PUBLISH',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName();
    const clientId = given.clientId();
    const before = await given.subscriber(topicName, {
      clientId,
      cleanSession: false,
      qos: 2,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos: 2 });
    const packetId = await identifierOf(stage, before, 'owed');
    await when(before).sends(pubrec(packetId));
    given.that((await before.awaits(pubrel(packetId))) !== undefined, 'PUBREC got no PUBREL');
    await when(before).cuts();
    const after = await given.client({
      name: 'subscriber again',
      clientId,
      cleanSession: false,
      acknowledging: 'by hand',
    });
    await must(after, 'MQTT-4.4.0-1').receive(pubrel(packetId));
    await when(after).sends(pubcomp(packetId));
    await must(after, 'MQTT-4.3.3-1').receiveExactly([], { until: ping() });
    await when(after).cuts();
    // By hand: a PUBREL that is answered at once is not seen by a check.
    const last = await given.client({
      name: 'subscriber at last',
      clientId,
      cleanSession: false,
      acknowledging: 'by hand',
    });
    await must(last, 'MQTT-4.3.3-1').receiveExactly([], { until: sentinel(publisher) });
    const surplus = last.connection.pending.some(({ packet }) => packet.type === 'pubrel');
    must(last, 'MQTT-4.3.3-1').satisfy(!surplus, { expected: 'no PUBREL after PUBCOMP', got: 'a PUBREL' });
  },
});

export const pubrelAnswersRepeatedPubrec = scenario('pubrec-twice', {
  title:
    'A QoS 2 handshake comes to its end: PUBREL for PUBREC, also where that comes again, and nothing after PUBCOMP',
  cites: { v3: ['MQTT-4.3.3-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'whole', qos: 2 });
    const packetId = await identifierOf(stage, subscriber, 'whole');
    await when(subscriber).sends(pubrec(packetId));
    await must(subscriber).receive(pubrel(packetId));
    await when(subscriber).sends(pubrec(packetId));
    const ended = closed().as('observed', 'whether a receiver may repeat PUBREC by itself is open');
    const reaction = await must(subscriber).reactByOneOf([answered(pubrel(packetId)), ended]);
    if (reaction?.kind === 'closed') return;
    await when(subscriber).sends(pubcomp(packetId));
    await must(subscriber).receiveExactly([], { until: sentinel(publisher) });
  },
});

export const onlyUnacknowledged = scenario('only-unacknowledged-resent', {
  title: 'Of several messages exactly those come again that were not acknowledged',
  cites: { v3: ['MQTT-4.3.2-1', 'MQTT-4.4.0-1'] },
  needs: ['qos 1', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName();
    const clientId = given.clientId();
    const before = await given.subscriber(topicName, {
      clientId,
      cleanSession: false,
      qos: 1,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['a', 'b', 'c', 'd']) await when(publisher).publishes({ topicName, payload, qos: 1 });
    for (const payload of ['a', 'b', 'c', 'd']) {
      const packetId = await identifierOf(stage, before, payload);
      if (payload !== 'c') await when(before).sends(puback(packetId));
    }
    // PINGRESP: the PUBACKs were read.
    given.that(await before.pings(), 'PINGREQ was not answered');
    await when(before).cuts();
    const after = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
    await must(after, 'MQTT-4.4.0-1').receive(message('c'));
    await must(after, 'MQTT-4.3.2-1').receiveExactly([], { until: sentinel(publisher) });
  },
});

export const allThree = scenario('publish-qos-1-qos-2-and-pubrel-resent', {
  title: 'A QoS 1 PUBLISH, a QoS 2 PUBLISH and a PUBREL that are pending all come again with their identifiers',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.1.0-1', 'MQTT-3.3.1-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const [one, two, released] = [given.topicName('one'), given.topicName('two'), given.topicName('released')];
    const clientId = given.clientId();
    const before = await given.subscriber([released, one, two], {
      clientId,
      cleanSession: false,
      qos: 2,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: released, payload: 'released', qos: 2 });
    const releasedId = await identifierOf(stage, before, 'released');
    await when(before).sends(pubrec(releasedId));
    given.that((await before.awaits(pubrel(releasedId))) !== undefined, 'PUBREC got no PUBREL');
    await when(publisher).publishes({ topicName: one, payload: 'one', qos: 1 });
    await when(publisher).publishes({ topicName: two, payload: 'two', qos: 2 });
    const oneId = await identifierOf(stage, before, 'one');
    const twoId = await identifierOf(stage, before, 'two');
    await when(before).cuts();
    const after = await given.client({
      name: 'subscriber again',
      clientId,
      cleanSession: false,
      acknowledging: 'by hand',
    });
    const [state, dup] = [must(after, 'MQTT-4.4.0-1', 'MQTT-4.1.0-1'), must(after, 'MQTT-3.3.1-1')];
    await state.receive(pubrel(releasedId));
    const again = [
      await state.receive(message('one', { packetId: oneId })),
      await state.receive(message('two', { packetId: twoId })),
    ];
    for (const sent of again) dup.satisfy(sent?.dup === true, { expected: 'DUP 1 on each resend', got: 'DUP 0' });
  },
});

/** Each packet of the handshake is lost once, with the target as sender. */
const losses = ['PUBLISH', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const;

export const lostOnce = losses.map((lost) =>
  scenario(`qos-2-sender-${lost.toLowerCase()}-lost`, {
    title: `The target completes a QoS 2 handshake although ${lost} is lost and the session resumed`,
    cites: { v3: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const clientId = given.clientId();
      const before = await given.subscriber(topicName, {
        clientId,
        cleanSession: false,
        qos: 2,
        acknowledging: 'by hand',
      });
      const publisher = await given.client({ name: 'publisher' });
      if (lost === 'PUBLISH') await when(before).cuts();
      await when(publisher).publishes({ topicName, payload: 'owed', qos: 2 });
      const early = lost === 'PUBLISH' ? 0 : await identifierOf(stage, before, 'owed');
      if (lost === 'PUBREL' || lost === 'PUBCOMP') {
        await when(before).sends(pubrec(early));
        given.that((await before.awaits(pubrel(early))) !== undefined, 'PUBREC got no PUBREL');
      }
      await when(before).cuts();
      const after = await given.client({
        name: 'subscriber again',
        clientId,
        cleanSession: false,
        acknowledging: 'by hand',
      });
      let packetId = early;
      if (lost === 'PUBLISH' || lost === 'PUBREC') {
        const again = await must(after, 'MQTT-4.4.0-1').receive(message('owed', { qos: 2 }));
        packetId = again?.packetId ?? 0;
        await when(after).sends(pubrec(packetId));
        await must(after, 'MQTT-4.3.3-1').receive(pubrel(packetId));
      } else {
        await must(after, 'MQTT-4.4.0-1').receive(pubrel(packetId));
      }
      await when(after).sends(pubcomp(packetId));
      await must(after, 'MQTT-4.3.3-1').receiveExactly([], { until: sentinel(publisher, { topicName, qos: 0 }) });
    },
  }),
);
