// Wildcards in filters: sections 4.7.1 and 4.7.3.
import type { StatementId } from '../../../spec/catalogue.ts';
import { connack, message, suback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed, refusedFilter } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const bad: readonly (readonly [id: string, cites: StatementId, suffixes: readonly string[]])[] = [
  ['hash', 'MQTT-4.7.1-2', ['p#', '#/p', 'p/#/', 'p/#/q', '#/p/q', 'p/#q', '##', 'p/##', '#/#', '+#', 'p#/q', 'p#q']],
  ['plus', 'MQTT-4.7.1-3', ['p+', '+p', 'p/+q', '++', 'p/q+/r', 'p/++/r', 'p+/#']],
];

export const misplaced = bad.flatMap(([id, cites, filters]) =>
  (['alone', 'second'] as const).map((place) =>
    scenario(`misplaced-${id}-${place}`, {
      title: `A SUBSCRIBE with a misplaced ${id} (${place === 'alone' ? 'its only filter' : 'its second filter'}) is not granted`,
      cites: { v3: [cites] },
      async play({ given, when, must }) {
        const base = given.topicName('f');
        await given.each(filters, async (filter) => {
          const client = await given.client();
          const topicFilter = `${base}/${filter}`;
          // Behind another, and behind four.
          const others = place === 'alone' ? 0 : filters.indexOf(filter) % 2 === 0 ? 1 : 4;
          const good = Array.from({ length: others }, (_, i) => [raw.field(`${base}/${i}`), 0]).flat();
          await when(client).sendsBytes(
            raw.packet(0x82, raw.uint16(1), ...good, raw.field(topicFilter), 0),
            `SUBSCRIBE "…/${filter}"`,
          );
          const refused = [...Array.from({ length: others }, () => 0), 0x80];
          await must(client).reactByOneOf([closed(), refusedFilter(given, 1, refused)]);
        });
      },
    }),
  ),
);

export const misplacedAtTheStart = scenario('misplaced-wildcards-at-the-start', {
  title: 'Filters that begin with a misplaced wildcard are not granted',
  cites: { v3: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'] },
  async play({ given, when, must }) {
    await given.each(['#p', '#/p', '##'], async (filter) => {
      const client = await given.client();
      await when(client).sendsBytes(raw.packet(0x82, raw.uint16(1), raw.field(filter), 0), `SUBSCRIBE "${filter}"`);
      await must(client, 'MQTT-4.7.1-2').reactByOneOf([closed(), refusedFilter(given, 1, [0x80])]);
    });
    await given.each(['+p', '++', 'p+'], async (filter) => {
      const client = await given.client();
      await when(client).sendsBytes(raw.packet(0x82, raw.uint16(1), raw.field(filter), 0), `SUBSCRIBE "${filter}"`);
      await must(client, 'MQTT-4.7.1-3').reactByOneOf([closed(), refusedFilter(given, 1, [0x80])]);
    });
  },
});

const empties = [
  ['publish', () => raw.packet(0x32, raw.field(''), raw.uint16(1), 'x')],
  ['publish-qos-0', () => raw.packet(0x30, raw.field(''), 'x')],
  ['publish-retained', () => raw.packet(0x31, raw.field(''), 'x')],
  ['publish-retained-qos-1', () => raw.packet(0x33, raw.field(''), raw.uint16(1), 'x')],
  ['publish-without-payload', () => raw.packet(0x30, raw.field(''))],
  ['publish-qos-2', () => raw.packet(0x34, raw.field(''), raw.uint16(1), 'x')],
  ['subscribe', () => raw.packet(0x82, raw.uint16(1), raw.field(''), 0)],
  ['subscribe-second', (good: string) => raw.packet(0x82, raw.uint16(1), raw.field(good), 0, raw.field(''), 0)],
  ['unsubscribe', () => raw.packet(0xa2, raw.uint16(1), raw.field(''))],
  ['unsubscribe-second', (good: string) => raw.packet(0xa2, raw.uint16(1), raw.field(good), raw.field(''))],
] as const;

export const empty = empties.map(([id, bytes]) =>
  scenario(`empty-topic-in-${id}`, {
    title: `An empty topic in ${id.replaceAll('-', ' ').toUpperCase()} closes the connection`,
    cites: { v3: ['MQTT-4.7.3-1'] },
    async play({ given, when, must }) {
      const client = await given.client();
      await when(client).sendsBytes(bytes(given.topicName()), `${id.toUpperCase()} with an empty topic`);
      const codes = id === 'subscribe-second' ? [0, 0x80] : [0x80];
      const refused = answered(suback(1, codes)).as('observed', 'refused, though not by closing');
      await must(client).reactByOneOf(id.startsWith('subscribe') ? [closed(), refused] : [closed()]);
    },
  }),
);

export const emptyWillTopic = scenario('empty-topic-in-will', {
  title: 'A CONNECT with an empty will topic is not accepted',
  cites: { v3: ['MQTT-4.7.3-1'] },
  async play({ given, when, must }) {
    const [verdict, because] = given.disputed('empty-will-topic', { close: 'fail', unpublished: 'warn' } as const);
    const accepted = answered(connack({ returnCode: 0 })).as(verdict, because);
    // No sentence of section 3.1 calls such a CONNECT malformed: a refusal will do.
    const refused = [1, 2, 3, 4, 5].map((returnCode) => answered(connack({ returnCode })).thenClosed());
    const qosLevels = [0, 1, 2] as const;
    await given.each(qosLevels, async (qos) => {
      const client = await given.connection();
      await when(client).sends(given.connect({ will: { topicName: '', message: 'never', qos } }));
      await must(client).reactByOneOf([closed(), ...refused, accepted]);
    });
  },
});

const willTopics = ['+', '#', 'p/#', 'p/+/q', 'p+', '+p', 'p#', '#/p'];

export const badWillTopics = scenario('will-topic-that-is-no-topic-name', {
  title: 'A will topic that has a wildcard is refused, or its will never published',
  cites: { v3: ['MQTT-4.7.1-1', 'MQTT-3.1.4-4'] },
  needs: ['wildcards'],
  async play({ given, when, must, observe }) {
    const base = given.topicName('w');
    const qos = given.assuredQos;
    const watcher = await given.subscriber(`${base}/#`, { name: 'watcher', qos });
    await given.each(willTopics, async (suffix) => {
      const client = await given.connection();
      const topicName = `${base}/${suffix}`;
      await when(client).sends(given.connect({ will: { topicName, message: 'never', qos } }));
      // A will topic that is no Topic Name may be refused, with a CONNACK or by a close; to do neither leaves the client waiting.
      const answer = await must(client, 'MQTT-4.7.1-1', 'MQTT-3.1.4-4').receiveOrEnd({ type: 'connack' });
      const accepted = answer?.returnCode === 0;
      observe(`will topic "${suffix}": ${accepted ? 'accepted' : 'refused'}`, 'MQTT-4.7.1-1');
      if (client.connection.isOpen) await when(client).cuts();
      if (!accepted) return;
      // CONNACK for the same client id: the target has done with the connection before, and with its will.
      const again = await given.client({ name: 'again', clientId: client.clientId });
      await when(again).disconnects();
    });
    // A good will that is due after all of them: what the target does with wills it does with this one.
    const control = await given.client({
      name: 'control',
      will: { topicName: `${base}/control`, message: 'due', qos },
    });
    await when(control).cuts();
    given.that(await watcher.hasGot(message('due'), given.unhurriedMs), 'a good will did not come either');
    const publisher = await given.client({ name: 'publisher' });
    await must(watcher, 'MQTT-4.7.1-1').receiveExactly([message('due')], {
      until: sentinel(publisher, { topicName: `${base}/end`, qos }),
    });
  },
});
