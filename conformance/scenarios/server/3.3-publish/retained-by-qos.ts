// RETAIN, at every QoS: section 3.3.1.3.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const levels = [0, 1, 2] as const;
const needs = (qos: 0 | 1 | 2) => (qos === 2 ? (['qos 2'] as const) : (['qos 1'] as const));

export const erasedAtAnyQos = levels.flatMap((kept) =>
  levels.map((empty) =>
    scenario(`retained-at-qos-${kept}-erased-at-qos-${empty}`, {
      title: `An empty message with RETAIN 1 at QoS ${empty} erases what was retained at QoS ${kept}`,
      cites: { v3: ['MQTT-3.3.1-10'], v31: ['MQTT31-32'] },
      needs: [...needs(kept), ...needs(empty)],
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must }) {
        const topicName = given.topicName();
        await given.retained({ topicName, payload: 'kept', qos: kept });
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName, payload: '', qos: empty, retain: true });
        await publisher.pings();
        const late = await given.newSubscriber(topicName, { qos: 1, finds: [] });
        await must(late).receiveExactly([], { until: sentinel(publisher, { topicName, qos: 1 }) });
      },
    }),
  ),
);

export const erasesOneTopic = scenario('empty-retained-erases-one-topic', {
  title: 'An empty message with RETAIN 1 erases what is retained on its own topic, and nothing else',
  cites: { v3: ['MQTT-3.3.1-10', 'MQTT-3.3.1-6'] },
  needs: ['qos 1', 'retained wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('p');
    const erased = [`${base}/a`, `${base}/b/c/d`];
    const kept = [`${base}/a/b`, `${base}/A`, `${base}/a/`, `${base}/b`, `${base}/b/c`, `${base}/b/c/e`];
    for (const topicName of [...erased, ...kept]) await given.retained({ topicName, payload: 'kept' });
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of erased) await when(publisher).publishes({ topicName, payload: '', qos: 1, retain: true });
    const others = kept.map((topicName) => message('kept', { topicName }));
    const late = await given.newSubscriber(`${base}/#`, { qos: 1, finds: others });
    await must(late, 'MQTT-3.3.1-10').receiveExactly(others, {
      until: sentinel(publisher, { topicName: `${base}/end`, qos: 1 }),
      ifMissing: ['MQTT-3.3.1-6', 'MQTT-3.3.1-10'],
    });
  },
});

export const retainedAnew = scenario('retained-anew-after-erasure', {
  title: 'After it was erased a topic can have a retained message again',
  cites: { v3: ['MQTT-3.3.1-5'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, must }) {
    const topicName = given.topicName();
    for (const payload of ['first', '', 'second']) await given.retained({ topicName, payload });
    const late = await given.newSubscriber(topicName, { qos: 1, finds: [message('second')] });
    await must(late).receive(message('second'));
  },
});

export const leftAloneAtAnyQos = levels.flatMap((qos) =>
  (['other', ''] as const).map((payload) =>
    scenario(`retained-left-alone-by-${payload === '' ? 'empty-' : ''}qos-${qos}`, {
      title: `${payload === '' ? 'An empty message' : 'A message'} with RETAIN 0 at QoS ${qos} leaves the retained message alone, and so does a will`,
      cites: { v3: ['MQTT-3.3.1-12'] },
      needs: needs(qos),
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must }) {
        const topicName = given.topicName();
        await given.retained({ topicName, payload: 'kept', qos: 1 });
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName, payload, qos });
        await publisher.pings();
        const client = await given.client({ will: { topicName, message: payload, qos } });
        await when(client).cuts();
        // CONNACK for the same client id: the target has done with the connection before.
        await given.client({ name: 'again', clientId: client.clientId });
        const late = await given.newSubscriber(topicName, { qos: 1, finds: [message('kept')] });
        await must(late).receiveExactly([message('kept')], {
          until: sentinel(publisher, { topicName, qos: 1 }),
          besides: [message(payload)],
        });
      },
    }),
  ),
);

export const liveToWildcards = scenario('retain-0-for-established-wildcards', {
  title: 'A message published with RETAIN 1 reaches established subscriptions by wildcards with RETAIN 0',
  cites: { v3: ['MQTT-3.3.1-9'], v31: ['MQTT31-31'] },
  needs: ['qos 1', 'retained wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, must }) {
    const base = given.topicName('p');
    const topicName = `${base}/a/b`;
    const filters = [`${base}/+/b`, `${base}/#`, `${topicName}/#`];
    const subscribers = await Promise.all(filters.map((filter) => given.subscriber(filter, { qos: 1 })));
    await given.retained({ topicName, payload: 'live' });
    for (const subscriber of subscribers) await must(subscriber).receive(message('live', { retain: false }));
  },
});
