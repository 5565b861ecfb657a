// Retained messages: whose they are, who asks for them, and what replaces them. Section 3.3.1.3.
import type { Qos } from '../../../../reference/message.ts';
import { anyMessage, message, publish, suback, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import { scenario } from '../../scenario.ts';

export const replacedAgain = scenario('retained-replaced-again-and-again', {
  title: 'Each retained message replaces the one before, with its payload and its QoS',
  cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const publisher = await given.client({ name: 'publisher' });
    // QoS 0 in between: a target may drop such a message (MQTT-3.3.1-7), and so nothing is asked after it.
    const kept: readonly Qos[] = [1, 2, 2, 1, 0, 2, 0, 1, 1, 2];
    for (const [i, qos] of kept.entries()) {
      // The last ones differ from those before in their QoS alone.
      const payload = i < kept.length - 2 ? `${i} at ${qos}${' '.repeat(kept.length - i)}` : 'the same';
      await when(publisher).publishes({ topicName, payload, qos, retain: true });
      if (qos === 0) continue;
      const finds = [message(payload, { qos })];
      const subscriber = await given.newSubscriber(topicName, { qos: 2, finds });
      const arrived = await must(subscriber, 'MQTT-3.3.1-5', 'MQTT-3.3.1-6').receive(message(payload));
      must(subscriber, 'MQTT-3.3.1-5').satisfy(arrived?.qos === qos, {
        expected: `QoS ${qos}`,
        got: `QoS ${arrived?.qos}`,
      });
      must(subscriber, 'MQTT-3.3.1-8').satisfy(arrived?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
      await when(subscriber).disconnects();
    }
  },
});

export const many = scenario('retained-of-many-topics', {
  title: 'A wildcard finds each of thirty retained messages, at every QoS that is asked for, with RETAIN 1',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-8', 'MQTT-3.8.4-6', 'MQTT-4.3.3-1'] },
  needs: ['qos 2', 'retained wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('many');
    const publisher = await given.client({ name: 'publisher' });
    const all = Array.from({ length: 30 }, (_, i) => ({ topicName: `${base}/${i}`, payload: `of ${i}` }));
    for (const [i, one] of all.entries())
      await when(publisher).publishes({ ...one, qos: i % 2 === 0 ? 1 : 2, retain: true });
    const finds = all.map(({ topicName, payload }) => message(payload, { topicName }));
    await given.newSubscriber(`${base}/#`, { name: 'before', qos: 1, finds });
    await given.each([1, 2] as const, async (granted) => {
      const subscriber = await given.newSubscriber(`${base}/+`, { name: `at QoS ${granted}`, qos: granted, finds });
      for (const [i, { topicName, payload }] of all.entries()) {
        const arrived = await must(subscriber, 'MQTT-3.3.1-6').receive(message(payload, { topicName }));
        const qos = Math.min(granted, i % 2 === 0 ? 1 : 2);
        must(subscriber, 'MQTT-3.3.1-8').satisfy(arrived?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
        must(subscriber, 'MQTT-3.8.4-6').satisfy(arrived?.qos === qos, {
          expected: `QoS ${qos}`,
          got: `QoS ${arrived?.qos}`,
        });
      }
      await subscriber.pings();
      const twice = subscriber.take(anyMessage({ qos: 2 }));
      must(subscriber, 'MQTT-3.3.1-6', 'MQTT-4.3.3-1').satisfy(twice === undefined, {
        expected: 'each message at QoS 2 once',
        got: 'one of them again',
      });
    });
  },
});

export const own = scenario('retained-for-its-own-publisher', {
  title: 'A client finds its own retained message, on the same connection and on the next',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-5', 'MQTT-3.3.1-8'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'own', qos: 1, retain: true });
    await given.newSubscriber(topicName, { name: 'another', qos: 1, finds: [message('own')] });
    await given.subscription(publisher, topicName, 1);
    const finds = async (client: Client): Promise<void> => {
      const found = await must(client, 'MQTT-3.3.1-6', 'MQTT-3.3.1-5').receive(message('own'));
      must(client, 'MQTT-3.3.1-8').satisfy(found?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
    };
    await finds(publisher);
    await when(publisher).disconnects();
    await finds(await given.subscriber(topicName, { name: 'again', clientId: publisher.clientId, qos: 1 }));
  },
});

export const forQos0 = scenario('retained-for-subscriptions-of-qos-0', {
  title: 'A message retained at QoS 1 or 2 is sent to a new subscription of QoS 0 too',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-8'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, must }) {
    await given.each([1, 2] as const, async (qos) => {
      const topicName = given.topicName();
      await given.retained({ topicName, payload: 'kept', qos });
      const finds = [message('kept')];
      await given.newSubscriber(topicName, { name: 'before', qos, finds });
      // On its way at QoS 0 it may be lost, though not every time that somebody asks.
      const subscriber = await given.newSubscriber(topicName, { finds });
      await must(subscriber, 'MQTT-3.3.1-6').receive(message('kept', { qos: 0 }));
    });
  },
});

export const flagForEachFilter = scenario('retain-1-for-each-of-several-filters', {
  title: 'Retained messages have RETAIN 1 for each filter of a SUBSCRIBE, and nobody else gets them again',
  cites: { v3: ['MQTT-3.3.1-8', 'MQTT-3.3.1-9', 'MQTT-3.3.1-6'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const names = [given.topicName('a'), given.topicName('b'), given.topicName('c')] as const;
    for (const topicName of names) await given.retained({ topicName, payload: 'kept' });
    const others = await Promise.all(
      names.map((topicName) => given.newSubscriber(topicName, { name: 'other', qos: 1, finds: [message('kept')] })),
    );
    for (const other of others) {
      await given.arrival(other, message('kept'));
      await other.pings();
      other.connection.pending = [];
    }
    const [first, ...rest] = names.map((topicFilter) => ({ topicFilter, qos: 1 as const }));
    const subscriber = await given.client({ name: 'subscriber' });
    if (first !== undefined) await when(subscriber).sends(subscribe(1, first, ...rest));
    await given.arrival(subscriber, suback(1));
    for (const topicName of names) {
      const arrived = await must(subscriber, 'MQTT-3.3.1-6').receive(message('kept', { topicName }));
      must(subscriber, 'MQTT-3.3.1-8').satisfy(arrived?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
    }
    const publisher = await given.client({ name: 'publisher' });
    for (const [i, other] of others.entries()) {
      await when(publisher).sends(publish({ topicName: names[i] ?? '', payload: 'passing' }));
      await must(other, 'MQTT-3.3.1-9').receiveExactly([], {
        until: sentinel(publisher, { topicName: names[i] ?? '', qos: 1 }),
        besides: [message('passing')],
      });
    }
  },
});

export const besideAWiderFilter = scenario('retained-beside-a-wider-subscription', {
  title:
    'A new subscription gets its retained messages although its client has a wider one, or a narrower one, already',
  cites: { v3: ['MQTT-3.3.1-6'] },
  needs: ['qos 1', 'retained wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('p');
    const topicName = `${base}/a`;
    await given.retained({ topicName, payload: 'kept' });
    const subscriber = await given.newSubscriber(`${base}/#`, { qos: 1, finds: [message('kept')] });
    await given.arrival(subscriber, message('kept'));
    for (const topicFilter of [topicName, `${base}/+`, `${base}/a/#`, `${base}/#`]) {
      // What came twice for the one before is not for the next.
      await subscriber.pings();
      subscriber.connection.pending = [];
      const packetId = subscriber.nextPacketId();
      await when(subscriber).sends(subscribe(packetId, { topicFilter, qos: 1 }));
      await given.arrival(subscriber, suback(packetId));
      await must(subscriber).receive(message('kept', { topicName, retain: true }));
    }
  },
});
