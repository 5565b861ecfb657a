// Which filter matches which name: section 4.7.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';
import { rows } from './matching-rows.ts';

/** Names that lie below the prefix's first level, so that the prefix itself needs no wildcard. */
export const live = rows.map(({ id, cites, filter, matched, unmatched }) =>
  scenario(`matching-${id}`, {
    title: `Live messages reach a filter like "…${filter.slice(0, 40)}" if their topic matches it, and only then`,
    cites: { v3: [cites, 'MQTT-3.3.2-3'] },
    needs: /[+#]/.test(filter) ? ['wildcards'] : [],
    protocols: id === 'trailing-slash' || id === 'no-trailing-slash' ? ['3.1.1'] : ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const base = given.topicName('m');
      const qos = given.assuredQos;
      const subscriber = await given.subscriber(`${base}${filter}`, { qos });
      const publisher = await given.client({ name: 'publisher' });
      const names = [...unmatched, ...matched];
      for (const name of names)
        await when(publisher).publishes({ topicName: `${base}${name}`, payload: `to "${name}"`, qos });
      const expected = matched.map((name) => message(`to "${name}"`, { topicName: `${base}${name}` }));
      const [last = ''] = matched.slice(-1);
      await must(subscriber, cites).receiveExactly(expected, {
        until: sentinel(publisher, { topicName: `${base}${last}`, qos }),
      });
    },
  }),
);

export const retained = rows
  .filter(
    ({ id }) => !['blanks', 'compatibility-character', 'unassigned-code-points', 'characters-seldom-seen'].includes(id),
  )
  .map(({ id, cites, filter, matched, unmatched }) =>
    scenario(`retained-matching-${id}`, {
      title: `Retained messages are sent to a filter like "…${filter.slice(0, 40)}" if their topic matches it, and only then`,
      cites: { v3: [cites, 'MQTT-3.3.1-6'] },
      needs: ['qos 1', ...(/[+#]/.test(filter) ? (['retained wildcards'] as const) : [])],
      async play({ given, when, must }) {
        const base = given.topicName('m');
        const publisher = await given.client({ name: 'publisher' });
        const names = [...unmatched, ...matched];
        for (const name of names)
          await when(publisher).publishes({
            topicName: `${base}${name}`,
            payload: `to "${name}"`,
            qos: 1,
            retain: true,
          });
        const expected = matched.map((name) => message(`to "${name}"`, { topicName: `${base}${name}` }));
        const subscriber = await given.newSubscriber(`${base}${filter}`, { qos: 1, finds: expected });
        const [last = ''] = matched.slice(-1);
        await must(subscriber).receiveExactly(expected, {
          until: sentinel(publisher, { topicName: `${base}${last}`, qos: 1 }),
          // Live messages show what the filter matches: what is not found was not sent.
          ifMissing: ['MQTT-3.3.1-6'],
        });
      },
    }),
  );

const slashes = [
  { filter: '/', name: '/' },
  { filter: '/+', name: '/' },
  { filter: '/#', name: '/' },
  { filter: '+/+', name: '/' },
] as const;

/** Topics outside the run's prefix: names that are valid, and that nobody else is likely to use. */
export const slashAlone = slashes.map(({ filter, name }) =>
  scenario(`slash-alone-${filter.replaceAll('/', 's').replaceAll('+', 'p').replace('#', 'h')}`, {
    title: `The topic "${name}" is valid and matches the filter "${filter}"`,
    cites: { v3: [filter.includes('+') ? 'MQTT-4.7.1-3' : filter.includes('#') ? 'MQTT-4.7.1-2' : 'MQTT-4.7.3-1'] },
    needs: /[+#]/.test(filter) ? ['wildcards'] : [],
    async play({ given, when, must }) {
      const qos = given.assuredQos;
      const subscriber = await given.subscriber(filter, { qos });
      const publisher = await given.client({ name: 'publisher' });
      const payload = `mqttspec ${given.clientId()}`;
      await when(publisher).publishes({ topicName: name, payload, qos });
      await must(subscriber).receive(message(payload, { topicName: name }));
      await when(subscriber).disconnects();
    },
  }),
);

export const leadingSlash = scenario('leading-slash', {
  title: 'A leading "/" makes a different topic',
  cites: { v3: ['MQTT-4.7.3-4', 'MQTT-4.7.1-3'] },
  async play({ given, when, must }) {
    const bare = given.topicName('lead');
    const qos = given.assuredQos;
    const withSlash = await given.subscriber(`/${bare}`, { name: 'with slash', qos });
    const without = await given.subscriber(bare, { name: 'without', qos });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: `/${bare}`, payload: 'leading', qos });
    await must(withSlash, 'MQTT-4.7.3-4').receiveExactly([message('leading')], { until: sentinel(publisher) });
    await must(without, 'MQTT-4.7.3-4').receiveExactly([], { until: sentinel(publisher, { topicName: bare }) });
  },
});

/** What joins items of lists elsewhere. */
const joints = ['|', ',', ';', ' ', '&', '\\'];

export const joinedNames = scenario('filter-of-two-joined-names', {
  title: 'A filter of two Topic Names with a character like "|" or "," between them matches neither of the two',
  cites: { v3: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
  async play({ given, when, must }) {
    const [one, other] = [given.topicName('one'), given.topicName('other')];
    const joined = joints.map((joint) => `${one}${joint}${other}`);
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(joined, { qos });
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of [one, other, ...joined])
      await when(publisher).publishes({ topicName, payload: topicName, qos });
    const expected = joined.map((topicName) => message(topicName, { topicName }));
    await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
  },
});
