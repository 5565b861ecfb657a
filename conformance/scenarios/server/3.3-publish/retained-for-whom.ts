// Retained messages do not depend on who asks for them, nor on what brought them there: section 3.3.1.3.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';
import { besideTheRest } from '../3.1-connect/open-exchanges.ts';

const qosLevels = [0, 1, 2] as const;

/** Clients that subscribe; none of them has subscribed to the topic before. */
const kinds: Readonly<Record<string, (stage: Stage) => Promise<Client>>> = {
  'with CleanSession 1': ({ given }) => given.client({ name: 'subscriber' }),
  'with CleanSession 0': ({ given }) => given.client({ name: 'subscriber', cleanSession: false }),
  'that has resumed its session': async (stage) => {
    const { given, when } = stage;
    const before = await given.subscriber(given.topicName('other'), { cleanSession: false, qos: 1 });
    await when(before).disconnects();
    return given.resumed(before, besideTheRest(stage));
  },
  'that has taken its session over': async ({ given }) => {
    const before = await given.subscriber(given.topicName('other'), { cleanSession: false, qos: 1 });
    return given.resumed(before);
  },
  'that has discarded its session': async ({ given, when }) => {
    const before = await given.subscriber(given.topicName('other'), { cleanSession: false, qos: 1 });
    await when(before).disconnects();
    return given.client({ name: 'subscriber anew', clientId: before.clientId });
  },
};

export const everyKindOfClient = scenario('retained-for-every-kind-of-client', {
  title: 'Every kind of client gets retained messages with RETAIN 1, at the lower of their QoS and its own',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-3.3.1-8', 'MQTT-3.8.4-6'] },
  needs: ['qos 2'],
  async play(stage) {
    const { given, must } = stage;
    const cases = Object.values(kinds).flatMap((kind) =>
      ([1, 2] as const).flatMap((kept) => qosLevels.map((granted) => ({ kind, kept, granted }))),
    );
    await given.each(cases, async ({ kind, kept, granted }) => {
      const topicName = given.topicName();
      await given.retained({ topicName, payload: 'kept', qos: kept });
      await given.newSubscriber(topicName, { name: 'before', qos: kept, finds: [message('kept')] });
      const client = await kind(stage);
      await given.subscription(client, topicName, granted);
      // On its way at QoS 0 it may be lost.
      if (granted === 0 && !(await client.hasGot(message('kept')))) return;
      const arrived = await must(client, 'MQTT-3.3.1-6').receive(message('kept', { topicName }));
      const wanted = Math.min(kept, granted);
      must(client, 'MQTT-3.8.4-6').satisfy(arrived?.qos === wanted, {
        expected: `QoS ${wanted}`,
        got: `QoS ${arrived?.qos}`,
      });
      must(client, 'MQTT-3.3.1-8').satisfy(arrived?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
    });
  },
});

/** How a topic comes to its retained message. */
const origins: Readonly<Record<string, (stage: Stage, topicName: string, qos: 1 | 2) => Promise<unknown>>> = {
  'a publisher': ({ given }, topicName, qos) => given.retained({ topicName, payload: 'kept', qos }),
  'a publisher in a resumed session': async ({ given, when }, topicName, qos) => {
    const before = await given.client({ name: 'publisher', cleanSession: false });
    await when(before).disconnects();
    const publisher = await given.client({ name: 'publisher again', clientId: before.clientId, cleanSession: false });
    await when(publisher).publishes({ topicName, payload: 'kept', qos, retain: true });
  },
  'a will': async ({ given, when }, topicName, qos) => {
    const mortal = await given.client({ name: 'mortal', will: { topicName, message: 'kept', qos, retain: true } });
    await when(mortal).cuts();
  },
  'a will upon a retained message': async ({ given, when }, topicName, qos) => {
    await given.retained({ topicName, payload: 'older', qos: qos === 1 ? 2 : 1 });
    const mortal = await given.client({ name: 'mortal', will: { topicName, message: 'kept', qos, retain: true } });
    await when(mortal).cuts();
  },
  'a publisher upon a will': async ({ given, when }, topicName, qos) => {
    const mortal = await given.client({ name: 'mortal', will: { topicName, message: 'older', qos, retain: true } });
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
    await when(mortal).cuts();
    given.that(await watcher.hasGot(message('older'), given.unhurriedMs), 'the will did not come');
    await given.retained({ topicName, payload: 'kept', qos });
  },
};

/** Who replaces or erases it. */
const hands: Readonly<Record<string, (stage: Stage, topicName: string, payload: string) => Promise<unknown>>> = {
  'a publisher': async ({ given, when }, topicName, payload) => {
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload, qos: 1, retain: true });
  },
  'a will': async ({ given, when }, topicName, payload) => {
    const mortal = await given.client({ name: 'mortal', will: { topicName, message: payload, qos: 1, retain: true } });
    await when(mortal).cuts();
  },
};

export const whoeverRetainedIt = scenario('retained-whoever-did-it', {
  title: 'What a publisher or a will has retained is replaced and erased alike by a publisher and by a will',
  cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-10', 'MQTT-3.1.2-17'] },
  needs: ['qos 2'],
  async play(stage) {
    const { given, must } = stage;
    const cases = Object.values(origins).flatMap((origin) =>
      Object.values(hands).flatMap((hand) =>
        (['', 'new'] as const).flatMap((payload) => ([1, 2] as const).map((qos) => ({ origin, hand, payload, qos }))),
      ),
    );
    await given.each(cases, async ({ origin, hand, payload, qos }) => {
      const topicName = given.topicName();
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 2 });
      await origin(stage, topicName, qos);
      given.that(await watcher.hasGot(message('kept'), given.unhurriedMs), 'the first message did not come');
      const first = await given.newSubscriber(topicName, { name: 'first', qos: 2, finds: [message('kept')] });
      await must(first, 'MQTT-3.3.1-5', 'MQTT-3.1.2-17').receive(message('kept', { retain: true, qos }));
      await hand(stage, topicName, payload);
      given.that(await watcher.hasGot(message(payload), given.unhurriedMs), 'the second message did not come');
      const finds = payload === '' ? [] : [message(payload)];
      const last = await given.newSubscriber(topicName, { name: 'last', qos: 2, finds });
      const publisher = await given.client({ name: 'publisher of the end' });
      await must(last, payload === '' ? 'MQTT-3.3.1-10' : 'MQTT-3.3.1-5').receiveExactly(finds, {
        until: sentinel(publisher, { topicName, qos: 1 }),
      });
    });
  },
});

export const emptyWhereNothingWas = scenario('empty-retained-where-nothing-was', {
  title: 'An empty message with RETAIN 1 is delivered with RETAIN 0 although nothing was retained on its topic',
  cites: { v3: ['MQTT-3.3.1-10', 'MQTT-3.3.1-9'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const possible = qosLevels.filter((qos) => qos <= given.capabilities.maximumQos);
    const filters = [(name: string) => name, (name: string) => `${name}/#`];
    const cases = possible.flatMap((qos) => filters.map((filterOf) => ({ qos, filterOf })));
    await given.each(cases, async ({ qos, filterOf }) => {
      // One subscriber a topic: of two, it may be the messages of the same one that are lost at QoS 0 each time.
      const topicName = given.topicName();
      const subscriber = await given.subscriber(filterOf(topicName), { qos });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishesUntilGot(subscriber, { topicName, payload: '', qos, retain: true });
      const arrived = await must(subscriber, 'MQTT-3.3.1-10').receive(message('', { topicName }));
      must(subscriber, 'MQTT-3.3.1-9').satisfy(arrived?.retain === false, { expected: 'RETAIN 0', got: 'RETAIN 1' });
    });
  },
});
