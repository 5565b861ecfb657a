// UNSUBSCRIBE and UNSUBACK: sections 3.10 and 3.11.
import { message, pubcomp, publish, pubrec, pubrel, unsuback, unsubscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

/** UNSUBSCRIBE in the name of the scene. */
async function unsubscribes(
  { given, when }: Stage,
  client: Client,
  ...topicFilters: readonly [string, ...string[]]
): Promise<void> {
  const packetId = client.nextPacketId();
  const [first, ...rest] = topicFilters;
  await when(client).sends(unsubscribe(packetId, first, ...rest));
  given.that((await client.awaits(unsuback(packetId))) !== undefined, 'UNSUBSCRIBE got no UNSUBACK');
}

export const literal = scenario('unsubscribe-compares-literally', {
  title: 'UNSUBSCRIBE deletes the subscription with the very same filter, and no other',
  cites: { v3: ['MQTT-3.10.4-1'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const base = given.topicName('u');
    const [plus, exact, upper, end] = [`${base}/+`, `${base}/b`, `${base}/x/B`, `${base}/x/end`];
    const [below, atBelow] = [`${base}/below/#`, `${base}/below/b`];
    const subscriber = await given.subscriber([plus, exact, upper, end, below, atBelow], { qos: 1 });
    const other = await given.subscriber(exact, { name: 'another with the same filter', qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const until = sentinel(publisher, { topicName: end, qos: 1 });
    const similar = ['/#', '/x/b', '/x/+', '/B', '', '/', '/x', '/b/', '/b/#', '/+/', '/x/B ', '/x/ B'].map(
      (rest) => `${base}${rest}`,
    );
    for (const filter of [...similar, '#', '+']) await unsubscribes(stage, subscriber, filter);
    await when(publisher).publishes({ topicName: exact, payload: 'first', qos: 1 });
    await when(publisher).publishes({ topicName: upper, payload: 'upper', qos: 1 });
    await must(subscriber).receiveExactly([message('first'), message('upper')], { until });
    await unsubscribes(stage, subscriber, exact);
    await when(publisher).publishes({ topicName: exact, payload: 'through plus', qos: 1 });
    await must(subscriber).receiveExactly([message('through plus')], { until });
    await unsubscribes(stage, subscriber, atBelow);
    await when(publisher).publishes({ topicName: atBelow, payload: 'through hash', qos: 1 });
    await must(subscriber).receiveExactly([message('through hash')], { until });
    await unsubscribes(stage, subscriber, plus);
    await unsubscribes(stage, subscriber, below);
    await when(publisher).publishes({ topicName: atBelow, payload: 'below no more', qos: 1 });
    await when(publisher).publishes({ topicName: exact, payload: 'never', qos: 1 });
    await when(publisher).publishes({ topicName: upper, payload: 'still', qos: 1 });
    await must(subscriber).receiveExactly([message('still')], { until });
    await must(other).receiveExactly([message('first'), message('through plus'), message('never')], {
      until: sentinel(publisher, { topicName: exact, qos: 1 }),
    });
  },
});

export const caseMatters = scenario('unsubscribe-with-another-case', {
  title: 'UNSUBSCRIBE with a filter in another case deletes nothing',
  cites: { v3: ['MQTT-3.10.4-1'] },
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName('lower');
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(topicName, { qos });
    await unsubscribes(stage, subscriber, topicName.replace('lower', 'LOWER'));
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'still', qos });
    await must(subscriber).receive(message('still'));
  },
});

export const nothingNew = ([0, 1, 2] as const).map((qos) =>
  scenario(`nothing-new-after-unsubscribe-qos-${qos}`, {
    title: `After UNSUBACK no new message at QoS ${qos} comes on account of the deleted subscription`,
    cites: { v3: ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'] },
    needs: qos === 2 ? ['qos 2'] : qos === 1 ? ['qos 1'] : [],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const [topicName, control] = [given.topicName(), given.topicName('control')];
      const subscriber = await given.subscriber([topicName, control], { qos });
      await unsubscribes(stage, subscriber, topicName);
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'never', qos });
      await must(subscriber).receiveExactly([], { until: sentinel(publisher, { topicName: control, qos }) });
    },
  }),
);

export const begunIsFinished = scenario('delivery-finished-after-unsubscribe', {
  title: 'A QoS 2 delivery that has begun is finished although its subscription is deleted, and nothing else comes',
  cites: { v3: ['MQTT-3.10.4-3', 'MQTT-3.10.4-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'begun', qos: 2 });
    const begun = await subscriber.awaits(message('begun'));
    given.that(begun?.packet.type === 'publish', 'the message did not come');
    const packetId = begun?.packet.type === 'publish' ? (begun.packet.packetId ?? 0) : 0;
    await unsubscribes(stage, subscriber, topicName);
    await when(subscriber).sends(pubrec(packetId));
    await must(subscriber).receive(pubrel(packetId));
    await when(subscriber).sends(pubcomp(packetId));
    // Nothing else comes on account of it.
    const control = given.topicName('control');
    await given.subscription(subscriber, control, 2);
    await when(publisher).publishes({ topicName, payload: 'never', qos: 2 });
    await must(subscriber, 'MQTT-3.10.4-2').receiveExactly([], {
      until: sentinel(publisher, { topicName: control, qos: 2 }),
    });
  },
});

export const begunIsResent = ([1, 2] as const).map((qos) =>
  scenario(`delivery-resent-after-unsubscribe-qos-${qos}`, {
    title: `A QoS ${qos} delivery that has begun is resumed on a new connection although its subscription is deleted`,
    cites: { v3: ['MQTT-3.10.4-3', 'MQTT-4.4.0-1'] },
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
      await when(publisher).publishes({ topicName, payload: 'begun', qos });
      given.that((await before.awaits(message('begun'))) !== undefined, 'the message did not come');
      await unsubscribes(stage, before, topicName);
      await when(before).cuts();
      const after = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
      await must(after).receive(message('begun'));
    },
  }),
);

export const acknowledged = scenario('unsubscribe-answered', {
  title: 'Every UNSUBSCRIBE is answered by an UNSUBACK, also where nothing is deleted',
  cites: { v3: ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.subscriber(topicName);
    await when(client).sends(unsubscribe(101, topicName));
    await must(client, 'MQTT-3.10.4-4').receive(unsuback(101));
    await when(client).sends(unsubscribe(102, topicName));
    await must(client, 'MQTT-3.10.4-5').receive(unsuback(102));
    await when(client).sends(unsubscribe(103, given.topicName('never')));
    await must(client, 'MQTT-3.10.4-5').receive(unsuback(103));
    await must(client, 'MQTT-3.10.4-5').beServed();
  },
});

export const several = scenario('several-filters-unsubscribed', {
  title: 'An UNSUBSCRIBE with several filters deletes all of them, whatever is unknown between them',
  cites: { v3: ['MQTT-3.10.4-6', 'MQTT-3.10.4-4'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('u');
    const [a, b, c, d] = [`${base}/a`, `${base}/b`, `${base}/c`, `${base}/d`];
    const qos = given.assuredQos;
    const subscriber = await given.subscriber([a, b, c, d], { qos });
    await when(subscriber).sends(unsubscribe(50, a, `${base}/unknown`, c, d));
    await must(subscriber, 'MQTT-3.10.4-4', 'MQTT-3.10.4-6').receive(unsuback(50));
    await subscriber.pings();
    const another = subscriber.take({ type: 'unsuback' });
    must(subscriber, 'MQTT-3.10.4-6').satisfy(another === undefined, { expected: 'one UNSUBACK', got: 'several' });
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of [a, b, c, d])
      await when(publisher).publishes({ topicName, payload: topicName.slice(-1), qos });
    await must(subscriber, 'MQTT-3.10.4-6').receiveExactly([message('b')], {
      until: sentinel(publisher, { topicName: b, qos }),
    });
  },
});

export const bufferedMayCome = scenario('buffered-after-unsubscribe', {
  title: 'What becomes of messages that were published while the UNSUBSCRIBE was on its way',
  cites: { v3: ['MAY-3.10.4-a', 'MQTT-3.10.4-2'] },
  async play(stage) {
    const { given, when, must, observe } = stage;
    const [topicName, control] = [given.topicName(), given.topicName('control')];
    const subscriber = await given.subscriber(topicName);
    const qos = given.assuredQos;
    await given.subscription(subscriber, control, qos);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(
      ...Array.from({ length: 20 }, (_, i) => publish({ topicName, payload: `before ${i}` })),
    );
    await unsubscribes(stage, subscriber, topicName);
    given.that(await publisher.pings(), 'the publisher is not served');
    const came = subscriber.connection.pending.length;
    subscriber.connection.pending = [];
    await when(publisher).publishes({ topicName, payload: 'after' });
    await when(publisher).publishes({ topicName: control, payload: 'control', qos });
    given.that((await subscriber.awaits(message('control'))) !== undefined, 'the control did not come');
    await subscriber.pings();
    // What was published before may still come (section 3.10.4).
    const after = subscriber.take(message('after'));
    must(subscriber, 'MQTT-3.10.4-2').satisfy(after === undefined, {
      expected: 'no new message',
      got: 'a message that was published after UNSUBACK',
    });
    observe(`${came} of 20 came`, 'MAY-3.10.4-a');
  },
});

export const leavesRetained = scenario('unsubscribe-leaves-retained-messages', {
  title: 'UNSUBSCRIBE does not touch the retained message of the topic',
  cites: { v3: ['MQTT-3.3.1-6'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, must } = stage;
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'kept' });
    const finds = [message('kept')];
    const subscriber = await given.newSubscriber(topicName, { qos: 1, finds });
    await given.arrival(subscriber, message('kept'));
    await unsubscribes(stage, subscriber, topicName);
    await given.subscription(subscriber, topicName, 1);
    await must(subscriber, 'MQTT-3.3.1-6').receive(message('kept', { retain: true }));
    const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds });
    await must(late, 'MQTT-3.3.1-6').receive(message('kept', { retain: true }));
  },
});

export const everyTime = scenario('unsubscribe-every-time', {
  title:
    'A filter that is subscribed to and given up again and again delivers while it is subscribed to, and never else',
  cites: { v3: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2', 'MQTT-3.10.4-4', 'MQTT-4.5.0-1'] },
  needs: ['qos 1', 'wildcards'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each([(name: string) => name, (name: string) => `${name}/#`], async (filterOf) => {
      const [topicName, control] = [given.topicName(), given.topicName('control')];
      const filter = filterOf(topicName);
      let client = await given.subscriber(control, { cleanSession: false, qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      for (let i = 0; i < 3; i++) {
        await given.subscription(client, filter, 1);
        await when(publisher).publishes({ topicName, payload: `while ${i}`, qos: 1 });
        await must(client, 'MQTT-4.5.0-1').receive(message(`while ${i}`));
        const packetId = client.nextPacketId();
        await when(client).sends(unsubscribe(packetId, filter));
        await must(client, 'MQTT-3.10.4-4').receive(unsuback(packetId));
        await when(publisher).publishes({ topicName, payload: `after ${i}`, qos: 1 });
        await must(client, 'MQTT-3.10.4-1', 'MQTT-3.10.4-2').receiveExactly([], {
          until: sentinel(publisher, { topicName: control, qos: 1 }),
        });
        if (i !== 1) continue;
        await when(client).disconnects();
        client = await given.resumed(client);
      }
    });
  },
});
