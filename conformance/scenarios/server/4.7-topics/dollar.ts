// Topics that begin with `$`: section 4.7.2.
import type { Observed } from '../../../wire/observer.ts';
import { anyMessage, message, publish, suback, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const firstBecomesPlus = (topicName: string): string => topicName.replace(/^[^/]+/, '+');

/** By what the wildcards are: filters that would match a topic, or one of a single level, if it did not begin with "$". */
const wildcardFirst: readonly (readonly [id: string, filtersOf: (topicName: string) => readonly string[]])[] = [
  ['hash', () => ['#']],
  ['plus', (topicName) => [firstBecomesPlus(topicName), topicName.replace(/[^/]+/g, '+'), '+']],
  ['plus-and-hash', (topicName) => ['+/#', firstBecomesPlus(topicName).replace(/[^/]+$/, '#')]],
];

/** A topic that begins with "$", and one of a single level. */
const dollarTopics = (topicName: string): readonly string[] => [topicName, topicName.replaceAll('/', '-')];

const isOneOf =
  (topicNames: readonly string[]) =>
  (packet: Observed): boolean =>
    packet.type === 'publish' && topicNames.includes(packet.topicName);

export const clientsTopics = wildcardFirst.map(([id, filtersOf]) =>
  scenario(`dollar-topic-not-matched-by-${id}`, {
    title: `A filter that begins with a wildcard (${id.replaceAll('-', ' ')}) does not match a topic that begins with "$"`,
    cites: { v3: ['MQTT-4.7.2-1'] },
    needs: ['wildcards', 'dollar topics'],
    hearsAll: true,
    async play({ given, when, must }) {
      const topicName = given.dollarTopicName('x');
      const all = dollarTopics(topicName);
      const control = given.topicName('control');
      const qos = given.assuredQos;
      const exact = await given.subscriber(all, { name: 'exact', qos });
      const wild = await given.subscriber([...filtersOf(topicName), control], { name: 'wildcard first', qos });
      const publisher = await given.client({ name: 'publisher' });
      for (const one of all) {
        await when(publisher).publishes({ topicName: one, payload: 'dollar', qos });
        given.that(await exact.hasGot(message('dollar', { topicName: one })), 'an exact filter did not match');
      }
      await when(publisher).publishes({ topicName: control, payload: 'control', qos });
      given.that((await wild.awaits(message('control'))) !== undefined, 'the control did not come');
      await wild.pings();
      const came = wild.connection.take(({ packet }) => isOneOf(all)(packet))?.packet;
      await when(wild).disconnects();
      must(wild).satisfy(came === undefined, { expected: 'no message', got: described(came), by: came });
    },
  }),
);

export const queuedForWildcards = scenario('dollar-topic-not-queued-for-wildcards', {
  title:
    'A message on a topic that begins with "$" is not queued for an absent client on account of a filter that begins with a wildcard',
  cites: { v3: ['MQTT-4.7.2-1'] },
  needs: ['wildcards', 'dollar topics', 'qos 1'],
  hearsAll: true,
  async play({ given, when, must }) {
    const topicName = given.dollarTopicName('x');
    const control = given.topicName('control');
    const exact = await given.subscriber(topicName, { name: 'exact', qos: 1 });
    const filters = wildcardFirst.flatMap(([, filtersOf]) => filtersOf(topicName));
    const away = await given.subscriber([...filters, control], { name: 'wildcard first', cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'dollar', qos: 1 });
    await given.arrival(exact, message('dollar', { topicName }));
    await when(publisher).publishes({ topicName: control, payload: 'control', qos: 1 });
    const back = await given.resumed(away);
    await given.arrival(back, message('control'));
    await back.pings();
    const came = back.connection.take(({ packet }) => isOneOf([topicName])(packet))?.packet;
    await when(back).disconnects();
    must(back).satisfy(came === undefined, { expected: 'no message', got: described(came), by: came });
  },
});

const described = (came: Observed | undefined): string =>
  came?.type === 'publish' ? `a message on "${came.topicName}"` : 'none';

export const laterWildcards = scenario('dollar-topic-matched-behind-its-first-level', {
  title: 'A filter with a wildcard behind its first level matches topics that begin with "$" like others',
  cites: { v3: ['MQTT-4.5.0-1', 'MQTT-4.7.1-2', 'MQTT-4.7.1-3'] },
  needs: ['wildcards', 'dollar topics'],
  async play({ given, when, must }) {
    const topicName = given.dollarTopicName('x');
    const qos = given.assuredQos;
    const exact = await given.subscriber(topicName, { name: 'exact', qos });
    const [first = ''] = topicName.split('/');
    const hash = await given.subscriber(`${first}/#`, { name: 'hash', qos });
    const plus = await given.subscriber(topicName.replace(/[^/]+\/x$/, '+/x'), { name: 'plus', qos });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'dollar', qos });
    await given.arrival(exact, message('dollar'));
    await must(hash, 'MQTT-4.5.0-1', 'MQTT-4.7.1-2').receive(message('dollar', { topicName }));
    await must(plus, 'MQTT-4.5.0-1', 'MQTT-4.7.1-3').receive(message('dollar', { topicName }));
  },
});

export const sysTopics = wildcardFirst.map(([id]) =>
  scenario(`sys-topics-not-matched-by-${id}`, {
    title: `A filter that begins with a wildcard (${id.replaceAll('-', ' ')}) gets no retained message of $SYS`,
    cites: { v3: ['MQTT-4.7.2-1'] },
    needs: ['wildcards', '$SYS'],
    hearsAll: true,
    async play({ given, when, must }) {
      const sys = await given.subscriber('$SYS/#', { name: 'sys' });
      // Retained messages come with the subscription: PINGRESP shows that there are none.
      await sys.pings();
      const seen = sys.take(anyMessage({ retain: true }));
      if (seen === undefined) given.skip('the target retains no $SYS message');
      const known = seen?.packet.type === 'publish' ? seen.packet.topicName : '';
      const filter = id === 'plus' ? known.replace(/^[^/]+/, '+') : id === 'hash' ? '#' : '+/#';
      const control = given.topicName('control');
      const qos = given.assuredQos;
      const wild = await given.subscriber([filter, control], { name: 'wildcard first', qos });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName: control, payload: 'control', qos });
      given.that((await wild.awaits(message('control'))) !== undefined, 'the control did not come');
      await wild.pings();
      const dollar = wild.connection.pending.find(
        ({ packet }) => packet.type === 'publish' && packet.topicName.startsWith('$SYS'),
      );
      await when(wild).disconnects();
      must(wild).satisfy(dollar === undefined, { expected: 'no topic that begins with "$"', got: 'one of $SYS' });
    },
  }),
);

export const retainedOfClients = scenario('retained-dollar-topic-not-sent-to-wildcards', {
  title: 'A filter that begins with a wildcard gets no retained message of a topic that begins with "$"',
  cites: { v3: ['MQTT-4.7.2-1'] },
  needs: ['qos 1', 'retained wildcards', 'dollar topics'],
  hearsAll: true,
  async play({ given, when, must }) {
    const topicName = given.dollarTopicName('x');
    const all = dollarTopics(topicName);
    for (const one of all) {
      await given.retained({ topicName: one, payload: 'dollar' });
      const exact = await given.newSubscriber(one, { name: 'exact', qos: 1, finds: [message('dollar')] });
      given.that(await exact.hasGot(message('dollar')), 'the exact filter does not find it either');
    }
    const control = given.topicName('control');
    await given.retained({ topicName: control, payload: 'control' });
    await given.each(wildcardFirst, async ([id, filtersOf]) => {
      const filters = [...filtersOf(topicName), control];
      const wild = await given.subscriber(filters, { name: `wildcard first (${id})`, qos: 1 });
      given.that((await wild.hasGot(message('control'))) === true, 'the control did not come');
      await wild.pings();
      const came = wild.connection.take(({ packet }) => isOneOf(all)(packet))?.packet;
      await when(wild).disconnects();
      must(wild).satisfy(came === undefined, { expected: 'no message', got: described(came), by: came });
    });
  },
});

export const exchange = scenario('dollar-topics-between-clients', {
  title: 'Clients do not exchange messages on topics that begin with "$"',
  cites: { v3: ['SHOULD-4.7.2-a', 'MQTT-3.8.4-1', 'MQTT-3.3.4-1'] },
  needs: ['qos 1'],
  async play({ given, when, must, should, observe }) {
    const topicName = given.dollarTopicName('x');
    const subscriber = await given.client({ name: 'subscriber' });
    await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos: 1 }));
    const answer = await must(subscriber, 'MQTT-3.8.4-1').receiveOrEnd(suback(1));
    if (answer?.type !== 'suback' || answer.returnCodes[0] === 0x80)
      return observe('the subscription is refused', 'SHOULD-4.7.2-a');
    const control = given.topicName('control');
    await given.subscription(subscriber, control, 1);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName, payload: 'dollar', qos: 1, packetId: 40_000 }));
    await must(publisher, 'MQTT-3.3.4-1').receiveOrEnd({ type: 'puback', packetId: 40_000 });
    const sender = publisher.connection.isOpen ? publisher : await given.client({ name: 'sender' });
    await should(subscriber).receiveExactly([], { until: sentinel(sender, { topicName: control, qos: 1 }) });
  },
});

export const purposes = scenario('sys-topics', {
  title: 'Whether the server publishes topics of its own under $SYS',
  cites: { v3: ['MAY-4.7.2-b', 'SHOULD-NOT-1.5.3-a'] },
  async play({ given, should, observe }) {
    if (!given.capabilities.sysTopics) return observe('none', 'MAY-4.7.2-b');
    const client = await given.subscriber('$SYS/#');
    await client.hasGot(anyMessage());
    await client.pings();
    const names = client.connection.pending.flatMap(({ packet }) =>
      packet.type === 'publish' ? [packet.topicName] : [],
    );
    observe(`${names.length} topics at once`, 'MAY-4.7.2-b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what section 1.5.3 advises against
    const bad = names.find((name) => /[\u0001-\u001F\u007F-\u009F]/.test(name));
    should(client, 'SHOULD-NOT-1.5.3-a').satisfy(bad === undefined, {
      expected: 'no control characters',
      got: JSON.stringify(bad),
    });
  },
});

export const retainedReplaced = scenario('retained-dollar-topic-replaced', {
  title: 'What is retained on a topic that begins with "$" is replaced and erased like that of others',
  cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-10'] },
  needs: ['qos 1', 'dollar topics'],
  async play({ given, when, must }) {
    const topicName = given.dollarTopicName('x');
    const publisher = await given.client({ name: 'publisher' });
    const retains = (payload: string) => when(publisher).publishes({ topicName, payload, qos: 1, retain: true });
    await retains('first');
    const finds = [message('first')];
    const before = await given.newSubscriber(topicName, { name: 'before', qos: 1, finds });
    given.that(await before.hasGot(message('first')), 'the target retains nothing on such topics');
    await when(before).disconnects();
    await retains('second');
    const between = await given.newSubscriber(topicName, { name: 'between', qos: 1, finds: [message('second')] });
    await must(between, 'MQTT-3.3.1-5').receive(message('second'));
    await when(between).disconnects();
    await retains('');
    const after = await given.subscriber(topicName, { name: 'after', qos: 1 });
    await must(after, 'MQTT-3.3.1-10').receiveExactly([], { until: sentinel(publisher) });
  },
});
