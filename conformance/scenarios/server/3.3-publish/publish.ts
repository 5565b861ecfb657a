// PUBLISH: DUP, QoS bits, topic names, answers: sections 3.3.1 to 3.3.5.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Qos } from '../../../../reference/message.ts';
import { anyMessage, message, pingresp, puback, pubcomp, publish, pubrec, subscribe } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import { closed, cutShort, ignored } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;
const qosLevels = [0, 1, 2] as const;

export const dupNotPassedOn = ([1, 2] as const).map((qos) =>
  scenario(`dup-not-passed-on-qos-${qos}`, {
    title: `DUP 1 of a publisher at QoS ${qos} is not passed on to subscribers`,
    cites: { v3: ['MQTT-3.3.1-3', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).sends(publish({ topicName, payload: 'again', qos, packetId: 77, dup: true }));
      const answer = qos === 1 ? puback(77) : pubrec(77);
      given.that((await publisher.awaits(answer)) !== undefined, 'the PUBLISH was not acknowledged');
      if (qos === 2) await when(publisher).sends({ type: 'pubrel', packetId: 77 });
      await must(subscriber).receive(message('again', { dup: false }));
    },
  }),
);

export const dupWithQos0 = scenario('dup-with-qos-0', {
  title: 'A PUBLISH with DUP 1 at QoS 0 closes the connection, with RETAIN 1 as well',
  cites: { v3: ['MQTT-3.3.1-2', 'MQTT-4.8.0-1'] },
  async play({ given, when, must }) {
    const disputed = given.disputed('dup-at-qos-0', { close: 'fail', 'sender-alone': 'pass' } as const);
    // Without a payload: where DUP is not looked at, nothing is retained.
    await given.each([0x38, 0x39], async (first) => {
      const client = await given.client();
      const bytes = packet(first, field(given.topicName()), first === 0x38 ? 'x' : []);
      await when(client).sendsBytes(bytes, `PUBLISH with QoS 0, DUP 1 and RETAIN ${first & 1}`);
      await must(client, 'MQTT-3.3.1-2').reactByOneOf([closed(), ignored().as(...disputed)]);
    });
  },
});

const qos3 = [0x36, 0x37, 0x3e, 0x3f].flatMap((first) =>
  [true, false].flatMap((withId) => ['three', ''].map((payload) => ({ first, withId, payload }))),
);

export const qosBits = scenario('publish-with-qos-3', {
  title: 'A PUBLISH with both QoS bits set closes the connection, and is neither delivered nor retained',
  cites: { v3: ['MQTT-3.3.1-4'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const publisher = await given.client({ name: 'publisher' });
    await given.each(qos3, async ({ first, withId, payload }) => {
      const client = await given.client();
      const bytes = packet(first, field(topicName), withId ? uint16(9) : [], payload);
      await when(client).sendsBytes(bytes, `PUBLISH with the first byte ${first.toString(16)}`);
      await must(client).reactByOneOf([closed()]);
    });
    await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName }) });
    const late = await given.subscriber(topicName, { name: 'late' });
    await must(late).receiveExactly([], { until: sentinel(publisher, { topicName }) });
  },
});

const wildcardNames = ['+', '#', 'a/+', 'a/#', 'a+b', 'a#', '+/a', 'a/+/b', '#/a', 'a/#/b'];

export const wildcardNamesRefused = scenario('publish-to-a-wildcard', {
  title: 'A PUBLISH to a topic with a wildcard closes the connection and reaches nobody',
  cites: { v3: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'] },
  needs: ['wildcards'],
  async play({ given, when, must }) {
    const base = given.topicName('p');
    const watcher = await given.subscriber(`${base}/#`, { name: 'watcher' });
    const publisher = await given.client({ name: 'publisher' });
    const qosCases = wildcardNames.flatMap((suffix) => qosLevels.map((qos) => ({ suffix, qos, payload: 'wild' })));
    // To be retained, or to erase what is; on topics of the run alone, since a target that takes them might keep them.
    const retainCases = ['a/+', 'a/#'].flatMap((suffix) =>
      ['wild', ''].map((payload) => ({ suffix, qos: 1 as const, payload, retain: true })),
    );
    await given.each([...qosCases, ...retainCases], async ({ suffix, qos, ...fields }) => {
      const client = await given.client();
      const topicName = suffix === '#' || suffix === '+' ? suffix : `${base}/${suffix}`;
      const text = { topicName, qos, ...fields };
      // As bytes: what nobody may retain is nothing to be cleared at the end of the run.
      const bytes = encode(publish(qos === 0 ? text : { ...text, packetId: 1 }));
      await when(client).sendsBytes(bytes, `PUBLISH to "…/${suffix}"`);
      await must(client).reactByOneOf([closed()]);
    });
    await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName: `${base}/end` }) });
  },
});

const truncated = [
  ['nothing', () => []],
  ['half-a-length', () => [0]],
  ['a-topic-beyond-the-packet', (topic: string) => [uint16(topic.length + 10), topic]],
  ['no-identifier', (topic: string) => [field(topic)]],
  // Not 0: what is made up to two bytes is then no identifier that is refused for its own sake.
  ['half-an-identifier', (topic: string) => [field(topic), 7]],
] as const;
const withoutIdentifier = truncated.slice(0, 3);

export const truncatedPublish = scenario('publish-too-short', {
  title: 'A PUBLISH that is too short for its Topic Name or Packet Identifier closes the connection',
  cites: { v3: ['MQTT-3.3.2-1', 'MQTT-2.3.1-1', 'MQTT-4.8.0-1'] },
  async play({ given, when, must }) {
    await given.each(truncated, async ([id, parts]) => {
      const client = await given.client();
      await when(client).sendsBytes(
        packet(0x32, ...parts(given.topicName())),
        `PUBLISH at QoS 1 with ${id.replaceAll('-', ' ')}`,
      );
      await must(client, id.endsWith('identifier') ? 'MQTT-2.3.1-1' : 'MQTT-3.3.2-1').reactByOneOf(cutShort(given));
    });
    await given.each(withoutIdentifier, async ([id, parts]) => {
      const client = await given.client();
      await when(client).sendsBytes(
        packet(0x30, ...parts(given.topicName())),
        `PUBLISH at QoS 0 with ${id.replaceAll('-', ' ')}`,
      );
      await must(client, 'MQTT-3.3.2-1').reactByOneOf(cutShort(given));
    });
  },
});

const topicCases = ['plain', 'with blank', '/leading', 'trailing/', 'a//b', 'Ünïcödé', '$inside/$x', 'a'.repeat(300)];

export const topicNamesUnchanged = scenario('topic-names-unchanged', {
  title: 'Topic Names are delivered byte for byte, and match the filter of who gets them',
  cites: { v3: ['MQTT-3.3.2-3', 'MQTT-4.7.3-4', 'MAY-3.3.2.1-a', 'MAY-4.7.3-a'] },
  needs: ['wildcards'],
  async play({ given, when, must, observe }) {
    const base = given.topicName('names');
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(`${base}/#`, { qos });
    const publisher = await given.client({ name: 'publisher' });
    for (const [i, suffix] of topicCases.entries()) {
      const topicName = `${base}/${suffix}`;
      await when(publisher).publishes({ topicName, payload: `case ${i}`, qos });
      const arrived = await must(subscriber, 'MQTT-3.3.2-3').receive(message(`case ${i}`));
      const got = { expected: `the topic "${topicName}"`, got: `"${arrived?.topicName}"` };
      must(subscriber, 'MQTT-3.3.2-3', 'MQTT-4.7.3-4').satisfy(arrived?.topicName === topicName, got);
    }
    observe('names are kept', 'MAY-3.3.2.1-a');
    observe('topics come into being when they are used', 'MAY-4.7.3-a');
  },
});

const situations = [
  'with a subscriber',
  'without a subscriber',
  'with an empty payload',
  'with RETAIN 1',
  'with RETAIN 1 and an empty payload',
] as const;

export const answers = qosLevels.flatMap((qos) =>
  situations.map((situation) =>
    scenario(`answer-to-qos-${qos}-${situation.replaceAll(' ', '-').toLowerCase()}`, {
      title: `A PUBLISH at QoS ${qos} ${situation} is answered by ${['nothing', 'PUBACK', 'PUBREC'][qos]}`,
      cites: {
        v3: [
          'MQTT-3.3.4-1',
          ...(qos === 1 ? (['MQTT-4.3.2-2'] as const) : qos === 2 ? (['MQTT-4.3.3-2'] as const) : []),
          ...(situation.endsWith('an empty payload') ? (['MAY-3.3.3-a'] as const) : []),
        ],
      },
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must }) {
        const topicName = given.topicName();
        if (situation === 'with a subscriber') await given.subscriber(topicName);
        const client = await given.client({ name: 'publisher' });
        const payload = situation.endsWith('an empty payload') ? '' : 'x';
        const packetId = 11;
        const text = { topicName, payload, qos: qos as Qos, retain: situation.startsWith('with RETAIN 1') };
        await when(client).sends(publish(qos === 0 ? text : { ...text, packetId }), { type: 'pingreq' });
        if (qos === 1) await must(client).receive(puback(packetId));
        if (qos === 2) await must(client).receive(pubrec(packetId));
        await must(client).receive(pingresp());
        if (qos === 2) {
          await when(client).sends({ type: 'pubrel', packetId }, { type: 'pingreq' });
          await must(client, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
          await must(client).receive(pingresp());
        }
        const surplus = client.connection.pending
          .filter(({ packet: { type } }) => type !== 'publish')
          .map(({ packet: { type } }) => type);
        must(client).satisfy(surplus.length === 0, { expected: 'no other answer', got: surplus.join(', ') });
      },
    }),
  ),
);

export const noUnaskedDeliveries = scenario('no-unasked-deliveries', {
  title: 'A client without subscriptions gets no message',
  cites: { v3: ['MAY-4.5-a', 'MQTT-3.3.2-3'] },
  async play({ given, when, must, observe }) {
    const idle = await given.client({ name: 'idle' });
    const publisher = await given.client({ name: 'publisher' });
    const topicName = given.topicName();
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(topicName, { qos });
    await when(publisher).publishes({ topicName, payload: 'for others', qos });
    given.that((await subscriber.awaits(message('for others'))) !== undefined, 'the route does not work');
    await must(idle, 'MQTT-3.3.2-3').beServed();
    const own = idle.take(anyMessage({ topicName }));
    must(idle, 'MQTT-3.3.2-3').satisfy(own === undefined, {
      expected: 'no message',
      got: 'a message that it did not ask for',
    });
    observe(idle.unasked.length === 0 ? 'none' : 'the target assigns subscriptions of its own', 'MAY-4.5-a');
    await must(subscriber, 'MQTT-3.3.2-3').receiveExactly([], { until: ping() });
  },
});

export const subscribeWhilePublishing = scenario('deliveries-match-their-filters', {
  title: 'Each of many subscribers gets what its filter matches, and nothing else',
  cites: { v3: ['MQTT-3.3.2-3', 'MQTT-4.5.0-1'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('m');
    const names = ['a', 'b', 'a/x', 'b/x', 'a/x/y'].map((name) => `${base}/${name}`);
    const filters: readonly (readonly [string, readonly number[]])[] = [
      [`${base}/a`, [0]],
      [`${base}/+`, [0, 1]],
      [`${base}/+/x`, [2, 3]],
      [`${base}/a/#`, [0, 2, 4]],
      [`${base}/#`, [0, 1, 2, 3, 4]],
      [`${base}/b/+`, [3]],
    ];
    const publisher = await given.client({ name: 'publisher' });
    const end = `${base}/a/x/end`;
    const subscribers = await Promise.all(
      filters.map(async ([filter, matched]) => {
        const client = await given.subscriber(filter, { name: filter.slice(base.length + 1), qos: 1 });
        await when(client).sends(subscribe(client.nextPacketId(), { topicFilter: end, qos: 1 }));
        given.that((await client.awaits({ type: 'suback' })) !== undefined, 'no SUBACK');
        return { client, matched };
      }),
    );
    for (const [i, topicName] of names.entries())
      await when(publisher).publishes({ topicName, payload: `to ${i}`, qos: 1 });
    for (const { client, matched } of subscribers) {
      const expected = matched.map((i) => message(`to ${i}`, { topicName: names[i] ?? '' }));
      await must(client).receiveExactly(expected, { until: sentinel(publisher, { topicName: end, qos: 1 }) });
      client.connection.pending = [];
    }
  },
});
