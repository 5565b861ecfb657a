// Retained messages that are alike, erased again, blank, or asked for at several levels at once: section 3.3.1.3.
import { message, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const erasedAgain = scenario('retained-erased-again', {
  title:
    'A topic has its retained message kept, found and erased once more, and all of it reaches who has subscribed, though it is alike',
  cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-10', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const publishes = (payload: string) => when(publisher).publishes({ topicName, payload, qos: 1, retain: true });
    for (let round = 0; round < rounds; round++) {
      await publishes('kept');
      const finder = await given.newSubscriber(topicName, { name: 'finder', qos: 1, finds: [message('kept')] });
      await must(finder, 'MQTT-3.3.1-5', 'MQTT-3.3.1-6').receive(message('kept'));
      await when(finder).disconnects();
      await publishes('kept');
      await publishes('');
      const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds: [] });
      await must(late, 'MQTT-3.3.1-10').receiveExactly([], { until: sentinel(publisher) });
      await when(late).disconnects();
    }
    const due = Array.from({ length: rounds }, () => [message('kept'), message('kept'), message('')]).flat();
    await must(watcher, 'MQTT-4.5.0-1').receiveExactly(due, { until: sentinel(publisher) });
  },
});

const rounds = 2;

/** What looks like nothing, and is not of zero bytes. */
const blanks = [' ', '\t \r\n', '\u0000', '0', '\ufeff', '""'] as const;

export const blank = scenario('retained-although-blank', {
  title: 'A message with RETAIN 1 that looks like nothing is retained as any other: only one of zero bytes erases',
  cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'] },
  needs: ['qos 1'],
  async play({ given, must }) {
    await given.each(blanks, async (payload) => {
      const topicName = given.topicName();
      await given.retained({ topicName, payload: 'before' });
      await given.retained({ topicName, payload });
      const finder = await given.newSubscriber(topicName, { name: 'finder', qos: 1, finds: [message(payload)] });
      await must(finder).receive(message(payload, { topicName }));
    });
  },
});

const grants = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 1],
] as const;

export const atEachQos = scenario('retained-at-the-qos-of-each-filter', {
  title: 'Of a SUBSCRIBE with several filters each finds its retained message at its own QoS',
  cites: { v3: ['MQTT-3.8.4-6', 'MQTT-3.8.4-4', 'MQTT-3.3.1-6'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    const topicNames = [given.topicName('a'), given.topicName('b'), given.topicName('c')] as const;
    for (const topicName of topicNames) await given.retained({ topicName, payload: 'kept', qos: 2 });
    // That a PUBLISH is acknowledged does not say that it is retained already.
    for (const topicName of topicNames)
      await given.newSubscriber(topicName, { name: 'before', qos: 1, finds: [message('kept')] });
    await given.each(grants, async (levels) => {
      const subscriber = await given.client({ name: `subscriber at ${levels.join(', ')}` });
      const [first, second, third] = topicNames;
      await when(subscriber).sends(
        subscribe(
          1,
          { topicFilter: first, qos: levels[0] },
          { topicFilter: second, qos: levels[1] },
          { topicFilter: third, qos: levels[2] },
        ),
      );
      const { returnCodes } = await given.arrival(subscriber, { type: 'suback', packetId: 1 });
      given.that(returnCodes.join() === levels.join(), `the filters were granted ${returnCodes.join(' ')}`);
      for (const [i, topicName] of topicNames.entries()) {
        const kept = message('kept', { topicName });
        // At QoS 0 it may be lost.
        if (levels[i] === 0 && !(await subscriber.hasGot(kept))) continue;
        const came = await must(subscriber, 'MQTT-3.3.1-6', 'MQTT-3.8.4-4').receive(kept);
        must(subscriber, 'MQTT-3.8.4-6', 'MQTT-3.8.4-4').satisfy(came?.qos === levels[i], {
          expected: `QoS ${levels[i]}`,
          got: `QoS ${came?.qos}`,
        });
      }
    });
  },
});
