// Filters that are alike and not identical: none replaces another (sections 3.8.4 and 4.7.3).
import { message, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

/** Levels of which each differs from the one before in its case, in a blank, in an empty level, or in how a character is composed. */
const alike = ['Room', 'room', 'ROOM', 'room ', 'room/', '/room', 'caf\u00e9', 'cafe\u0301'] as const;

const ways = ['one-by-one', 'in-one-packet'] as const;

export const alikeFilters = ways.map((way) =>
  scenario(`filters-alike-${way}`, {
    title: `Filters that differ only in case, blanks, empty levels or composition are all kept, subscribed to ${way.replaceAll('-', ' ')}`,
    // What takes them for one has changed a name: whether it is then replaced or granted twice is no second violation.
    cites: { v3: ['MQTT-4.7.3-4'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const base = given.topicName('a');
      const exact = alike.map((level) => ({ topicFilter: `${base}/${level}`, topicName: `${base}/${level}` }));
      const wild = ['Low', 'low'].map((level) => ({
        topicFilter: `${base}/${level}/+`,
        topicName: `${base}/${level}/x`,
      }));
      const all = [...exact, ...(given.capabilities.wildcards ? wild : [])];
      const wanted = all.map(({ topicFilter }) => ({ topicFilter, qos: 1 as const }));
      const subscriber = await given.client({ name: 'subscriber' });
      if (way === 'one-by-one')
        for (const { topicFilter } of wanted) await given.subscription(subscriber, topicFilter, 1);
      else {
        const [first = { topicFilter: base, qos: 1 as const }, ...rest] = wanted;
        await when(subscriber).sends(subscribe(subscriber.nextPacketId(), first, ...rest));
        const { returnCodes } = await given.arrival(subscriber, { type: 'suback' });
        given.that(
          returnCodes.every((code) => code === 1),
          `the filters were granted ${returnCodes.join(' ')}`,
        );
      }
      const publisher = await given.client({ name: 'publisher' });
      for (const { topicName } of all) await when(publisher).publishes({ topicName, payload: 'alike', qos: 1 });
      await must(subscriber).receiveExactly(
        all.map(({ topicName }) => message('alike', { topicName })),
        { until: sentinel(publisher) },
      );
    },
  }),
);
