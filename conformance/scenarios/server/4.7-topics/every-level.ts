// Wildcards and comparison at every level of a topic, not only at the last ones: section 4.7.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

/** The levels of a topic of the run: its prefix has four, from the first on. */
const levelsOf = (topicName: string): string[] => `${topicName}/e/f/g/h/i/j`.split('/');

const replaced = (levels: readonly string[], at: number, by: string): string =>
  levels.map((level, i) => (i === at ? by : level)).join('/');

export const plusAtEveryLevel = scenario('plus-at-every-level', {
  title: 'At whatever level "+" stands, it matches what differs there, and nothing that differs elsewhere',
  cites: { v3: ['MQTT-4.7.1-3', 'MQTT-3.3.2-3'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const levels = levelsOf(given.topicName(given.clientId()));
    const topicName = levels.join('/');
    const qos = given.assuredQos;
    const subscribers = await Promise.all(
      levels.map((_, at) => given.subscriber(replaced(levels, at, '+'), { name: `plus at level ${at + 1}`, qos })),
    );
    const publisher = await given.client({ name: 'publisher' });
    for (const at of levels.keys())
      await when(publisher).publishes({ topicName: replaced(levels, at, 'other'), payload: `other ${at}`, qos });
    await when(publisher).publishes({ topicName, payload: 'same', qos });
    await given.each([...subscribers.entries()], async ([at, subscriber]) => {
      const expected = [message(`other ${at}`), message('same')];
      await must(subscriber, 'MQTT-4.7.1-3').receiveExactly(expected, {
        until: sentinel(publisher, { topicName, qos }),
      });
    });
  },
});

export const everyLevelCompared = scenario('every-level-is-compared', {
  title: 'A filter without wildcards matches no topic that differs at one of its levels, whichever that is',
  cites: { v3: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const levels = levelsOf(given.topicName(`Level-${given.clientId()}`));
    const topicName = levels.join('/');
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(topicName, { qos });
    const publisher = await given.client({ name: 'publisher' });
    for (const [at, level] of levels.entries()) {
      const unlike = [`${level}x`, level.toUpperCase(), level.toLowerCase(), `${level} `].filter(
        (one) => one !== level,
      );
      for (const other of unlike)
        await when(publisher).publishes({ topicName: replaced(levels, at, other), payload: `${at} ${other}`, qos });
    }
    await when(publisher).publishes({ topicName, payload: 'same', qos });
    await must(subscriber, 'MQTT-4.7.3-4').receiveExactly([message('same')], {
      until: sentinel(publisher, { topicName, qos }),
    });
  },
});

export const hashAtEveryLevel = scenario('hash-at-every-level', {
  title: 'At whatever level "#" stands, it matches all that lies below, however deep, and the level above',
  cites: { v3: ['MQTT-4.7.1-2', 'MQTT-4.5.0-1'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const levels = levelsOf(given.topicName(given.clientId()));
    const qos = given.assuredQos;
    // The topic's own level on: above it lie the topics of others.
    const depths = [...levels.keys()].filter((depth) => depth >= 4);
    const subscribers = await Promise.all(
      depths.map(async (depth) => {
        const filter = `${levels.slice(0, depth).join('/')}/#`;
        return { depth, subscriber: await given.subscriber(filter, { name: `hash at level ${depth + 1}`, qos }) };
      }),
    );
    const publisher = await given.client({ name: 'publisher' });
    const names = levels.map((_, at) => levels.slice(0, at + 1).join('/')).slice(3);
    for (const topicName of names) await when(publisher).publishes({ topicName, payload: topicName, qos });
    await given.each(subscribers, async ({ depth, subscriber }) => {
      const expected = names.slice(depth - 4).map((topicName) => message(topicName, { topicName }));
      await must(subscriber, 'MQTT-4.7.1-2', 'MQTT-4.5.0-1').receiveExactly(expected, {
        until: sentinel(publisher, { topicName: levels.join('/'), qos }),
      });
    });
  },
});
