// RETAIN: section 3.3.1.3.
import type { Qos } from '../../../../reference/message.ts';
import { anyMessage, message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const filters = [
  ['exact', (base: string) => `${base}/a/b`],
  ['plus', (base: string) => `${base}/+/b`],
  ['plus-at-the-end', (base: string) => `${base}/a/+`],
  ['hash', (base: string) => `${base}/#`],
  ['hash-on-the-topic-itself', (base: string) => `${base}/a/b/#`],
] as const;

export const stored = filters.flatMap(([id, filterOf]) =>
  ([1, 2] as const).map((qos) =>
    scenario(`retained-qos-${qos}-for-${id}`, {
      title: `A message retained at QoS ${qos} is sent to a new subscription (filter: ${id.replaceAll('-', ' ')}) with RETAIN 1 and its QoS`,
      cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'], v31: ['MQTT31-31'] },
      needs: [qos === 1 ? 'qos 1' : 'qos 2', ...(id === 'exact' ? [] : (['wildcards'] as const))],
      protocols: ['3.1.1', '3.1'],
      async play({ given, must }) {
        const base = given.topicName('kept');
        const topicName = `${base}/a/b`;
        await given.retained({ topicName, payload: 'kept', qos });
        const subscriber = await given.newSubscriber(filterOf(base), { qos, finds: [message('kept')] });
        // That it is kept at all is shown by the exact filter: what a wildcard does not find was not sent (MQTT-3.3.1-6).
        const demand = id === 'exact' ? (['MQTT-3.3.1-5', 'MQTT-3.3.1-6'] as const) : (['MQTT-3.3.1-6'] as const);
        const arrived = await must(subscriber, ...demand).receive(message('kept', { topicName }));
        must(subscriber, 'MQTT-3.3.1-8').satisfy(arrived?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
        must(subscriber, 'MQTT-3.3.1-5').satisfy(arrived?.qos === qos, {
          expected: `QoS ${qos}`,
          got: `QoS ${arrived?.qos}`,
        });
      },
    }),
  ),
);

export const retainedQos0 = scenario('retained-qos-0', {
  title: 'A message retained at QoS 0 is kept for new subscriptions',
  cites: { v3: ['SHOULD-3.3.1.3-a', 'MAY-3.3.1.3-b'] },
  async play({ given, when, should, observe }) {
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'kept', qos: 0 });
    // On its way to the subscriber, too, a QoS 0 message may be lost, though not every time.
    const subscriber = await given.newSubscriber(topicName, { finds: [message('kept')] });
    await should(subscriber, 'SHOULD-3.3.1.3-a').receive(message('kept'));
    await when(subscriber).disconnects();
    const later = await given.subscriber(topicName, { name: 'later' });
    await later.pings();
    const again = later.take(message('kept'));
    observe(again === undefined ? 'dropped meanwhile' : 'still there', 'MAY-3.3.1.3-b');
  },
});

export const newestOfEach = scenario('retained-newest-of-each-topic', {
  title: 'A new subscription gets the newest retained message of every topic that it matches, and no other',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-5'] },
  needs: ['qos 1', 'retained wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('p');
    await given.retained({ topicName: `${base}/1`, payload: 'old' });
    await given.retained({ topicName: `${base}/1`, payload: 'new' });
    await given.retained({ topicName: `${base}/2`, payload: 'two' });
    await given.retained({ topicName: `${base}/3`, payload: 'three' });
    await given.retained({ topicName: `${base}/3/x`, payload: 'too deep' });
    const expected = [
      message('new', { topicName: `${base}/1` }),
      message('two', { topicName: `${base}/2` }),
      message('three', { topicName: `${base}/3` }),
    ];
    const subscriber = await given.newSubscriber(`${base}/+`, { qos: 1, finds: expected });
    const publisher = await given.client({ name: 'publisher' });
    await must(subscriber, 'MQTT-3.3.1-6').receiveExactly(expected, {
      until: sentinel(publisher, { topicName: `${base}/end`, qos: 1 }),
    });
    await when(publisher).disconnects();
  },
});

export const qos0Replaces = scenario('retained-qos-0-replaces', {
  title: 'A retained QoS 0 message pushes out the older retained one',
  cites: { v3: ['MQTT-3.3.1-7'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'old', qos: 1 });
    await given.retained({ topicName, payload: 'new', qos: 0 });
    const subscriber = await given.newSubscriber(topicName, { qos: 1, finds: [message('new')] });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'end', qos: 1 });
    await given.arrival(subscriber, message('end'));
    await subscriber.pings();
    const isOld = subscriber.take(message('old')) !== undefined;
    must(subscriber).satisfy(!isOld, { expected: 'the new message, or none', got: 'the old message' });
  },
});

const qosLevels = [0, 1, 2] as const;

export const liveIsNotRetained = qosLevels.map((qos) =>
  scenario(`retain-0-for-established-subscriptions-qos-${qos}`, {
    title: `A message published with RETAIN 1 at QoS ${qos} reaches an established subscription with RETAIN 0`,
    cites: { v3: ['MQTT-3.3.1-9', 'MQTT-4.5.0-1'], v31: ['MQTT31-31'] },
    needs: qos === 2 ? ['qos 2'] : qos === 1 ? ['qos 1'] : [],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const publisher = await given.client({ name: 'publisher' });
      const live = { topicName, payload: 'live', qos, retain: true };
      await (qos === 0 ? when(publisher).publishesUntilGot(subscriber, live) : when(publisher).publishes(live));
      const arrived = await must(subscriber, 'MQTT-4.5.0-1').receive(message('live'));
      must(subscriber, 'MQTT-3.3.1-9').satisfy(arrived?.retain === false, { expected: 'RETAIN 0', got: 'RETAIN 1' });
    },
  }),
);

export const queuedIsNotRetained = scenario('retain-0-for-queued-messages', {
  title: 'A message published with RETAIN 1 while a client is away is queued for it with RETAIN 0',
  cites: { v3: ['MQTT-3.3.1-9', 'MQTT-3.1.2-5'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const away = await given.subscriber(topicName, { clientId, cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'queued', qos: 1, retain: true });
    const back = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
    const arrived = await must(back, 'MQTT-3.1.2-5').receive(message('queued'));
    must(back, 'MQTT-3.3.1-9').satisfy(arrived?.retain === false, { expected: 'RETAIN 0', got: 'RETAIN 1' });
  },
});

export const emptyErases = scenario('empty-retained-erases', {
  title: 'An empty message with RETAIN 1 is delivered as such, and erases the retained message of its topic',
  cites: { v3: ['MQTT-3.3.1-10', 'MQTT-3.3.1-11'], v31: ['MQTT31-32'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'x' });
    const live = await given.newSubscriber(topicName, { name: 'live', qos: 1, finds: [message('x')] });
    given.that((await live.awaits(message('x'))) !== undefined, 'the retained message was not sent');
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: '', qos: 1, retain: true });
    await must(live, 'MQTT-3.3.1-10').receiveExactly([message('', { retain: false })], { until: sentinel(publisher) });
    const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds: [] });
    await when(publisher).publishes({ topicName, payload: 'end', qos: 1 });
    await given.arrival(late, message('end'));
    await late.pings();
    const kept = late.take(anyMessage({ retain: true }))?.packet;
    const isOld = kept?.type === 'publish' && kept.payload.length > 0;
    must(late, 'MQTT-3.3.1-10').satisfy(!isOld, { expected: 'no retained message', got: 'the old one' });
    must(late, 'MQTT-3.3.1-11').satisfy(kept === undefined, { expected: 'no retained message', got: 'an empty one' });
  },
});

export const emptyIsNotStored = scenario('empty-retained-is-not-stored', {
  title: 'An empty message with RETAIN 1 is not stored itself',
  cites: { v3: ['MQTT-3.3.1-11'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: '', qos: 1, retain: true });
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    await must(subscriber).receiveExactly([], { until: sentinel(publisher) });
  },
});

const unretained = [
  ['leaves-nothing', undefined, 'y'],
  ['does-not-replace', 'x', 'y'],
  ['when-empty-does-not-erase', 'x', ''],
] as const;

export const retain0 = unretained.map(([id, before, payload]) =>
  scenario(`retain-0-${id}`, {
    title: `A message with RETAIN 0 ${id.replaceAll('-', ' ')}`,
    cites: { v3: ['MQTT-3.3.1-12'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      if (before !== undefined) await given.retained({ topicName, payload: before });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload, qos: 1 });
      const expected = before === undefined ? [] : [message(before)];
      const subscriber = await given.newSubscriber(topicName, { qos: 1, finds: expected });
      await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
    },
  }),
);

export const retainedDowngraded = qosLevels.flatMap((published) =>
  qosLevels.map((granted) =>
    scenario(`retained-qos-${published}-granted-${granted}`, {
      title: `A message retained at QoS ${published} reaches a new subscription of QoS ${granted} at QoS ${Math.min(published, granted)}`,
      cites: { v3: ['MQTT-3.8.4-6', 'MQTT-3.3.1-8'] },
      needs: ['qos 2'],
      protocols: ['3.1.1', '3.1'],
      async play({ given, must, when }) {
        const topicName = given.topicName();
        await given.retained({ topicName, payload: 'kept', qos: published });
        const subscriber = await given.newSubscriber(topicName, { qos: granted as Qos, finds: [message('kept')] });
        const arrived = await subscriber.awaits(message('kept'));
        if (published === 0 && arrived === undefined)
          return given.skip('the target dropped a retained QoS 0 message, as it may');
        given.that(arrived !== undefined, 'the retained message was not sent');
        const packet = arrived?.packet.type === 'publish' ? arrived.packet : undefined;
        const wanted = Math.min(published, granted);
        must(subscriber, 'MQTT-3.8.4-6').satisfy(packet?.qos === wanted, {
          expected: `QoS ${wanted}`,
          got: `QoS ${packet?.qos}`,
        });
        must(subscriber, 'MQTT-3.3.1-8').satisfy(packet?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
        await when(subscriber).disconnects();
      },
    }),
  ),
);

export const noRetainedUponConnect = scenario('no-retained-upon-connect', {
  title: 'A session that is resumed gets no retained messages without a SUBSCRIBE',
  cites: { v3: ['MQTT-3.3.1-9'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, observe }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    await given.retained({ topicName, payload: 'kept' });
    const finds = [message('kept')];
    const before = await given.newSubscriber(topicName, { clientId, cleanSession: false, qos: 1, finds });
    given.that((await before.awaits(message('kept'))) !== undefined, 'the retained message was not sent');
    await before.pings();
    await when(before).disconnects();
    const after = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'live', qos: 1 });
    await given.arrival(after, message('live'));
    await after.pings();
    // The subscription is an established one: whatever comes on account of it has RETAIN 0.
    const kept = after.take(message('kept'))?.packet;
    must(after).satisfy(kept?.type !== 'publish' || !kept.retain, {
      expected: 'no retained message: nobody has subscribed',
      got: 'the retained message, with RETAIN 1',
    });
    if (kept !== undefined) observe('what was acknowledged before comes once more, with RETAIN 0');
  },
});
