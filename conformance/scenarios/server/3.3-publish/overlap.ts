// Overlapping subscriptions: section 3.3.5.
import type { StatementId } from '../../../spec/catalogue.ts';
import { meets, message } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import { scenario } from '../../scenario.ts';

const overlaps = ['exact first', 'wildcard first'] as const;
const unequal = [
  { exact: 0, wildcard: 2 },
  { exact: 2, wildcard: 0 },
  { exact: 1, wildcard: 2 },
  { exact: 2, wildcard: 1 },
  { exact: 0, wildcard: 1 },
  { exact: 1, wildcard: 0 },
] as const;

/** The copies of a message that came. They may come in any order: the one at the highest QoS is waited for. */
async function copiesOf(payload: string, subscriber: Client, highest: number) {
  const copies = () =>
    subscriber.connection.pending.flatMap(({ packet }) =>
      packet.type === 'publish' && meets(packet, message(payload)) ? [packet] : [],
    );
  const atHighest = () => copies().find(({ qos }) => qos === highest);
  (await subscriber.connection.waitFor(atHighest)) ?? (await subscriber.looksAgain(atHighest));
  await subscriber.pings();
  return copies();
}

export const overlap = overlaps.flatMap((order) =>
  unequal.map(({ exact, wildcard }) =>
    scenario(`overlap-${exact}-${wildcard}-${order.replace(' ', '-')}`, {
      title: `With overlapping filters (exact at QoS ${exact}, wildcard at QoS ${wildcard}, ${order}) a message comes at the highest QoS`,
      cites: { v3: ['MQTT-3.3.5-1', 'MAY-3.3.5-a'] },
      needs: ['qos 2', 'wildcards'],
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must, observe }) {
        const base = given.topicName('o');
        const topicName = `${base}/x`;
        const subscriber = await given.client({ name: 'subscriber' });
        const subscriptions = [
          [topicName, exact],
          [`${base}/+`, wildcard],
        ] as const;
        for (const [filter, qos] of order === 'exact first' ? subscriptions : [...subscriptions].reverse()) {
          await given.subscription(subscriber, filter, qos);
        }
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName, payload: 'overlap', qos: 2 });
        await when(publisher).publishes({ topicName, payload: 'end', qos: 2 });
        given.that((await subscriber.awaits(message('end'))) !== undefined, 'the last message did not come');
        const highest = Math.max(exact, wildcard);
        const arrived = await copiesOf('overlap', subscriber, highest);
        const copies = arrived.map((one) => one.qos);
        must(subscriber, 'MQTT-3.3.5-1').satisfy(copies.includes(highest), {
          expected: `a copy at QoS ${highest}`,
          got: copies.length === 0 ? 'none' : `QoS ${copies.join(' and ')}`,
          by: arrived[0],
        });
        must(subscriber, 'MQTT-3.3.5-1').satisfy(copies.length <= 2, {
          expected: 'one copy, or one for each filter',
          got: `${copies.length} copies`,
        });
        // A further copy has the QoS of its own filter at most (section 3.3.5); at QoS 1 a message may come twice.
        const atTwo = copies.filter((qos) => qos === 2).length;
        must(subscriber, 'MQTT-3.3.5-1').satisfy(atTwo <= 1, {
          expected: 'one copy at QoS 2: one filter alone has it',
          got: `${atTwo} copies`,
        });
        observe(
          copies.length === 1 ? 'one copy' : `${copies.length} copies, at QoS ${copies.join(' and ')}`,
          'MAY-3.3.5-a',
        );
      },
    }),
  ),
);

export const overlapOfThree = scenario('overlap-of-three', {
  title:
    'Of three overlapping filters the one with the highest QoS decides, whichever was the first and whatever its kind',
  cites: { v3: ['MQTT-3.3.5-1'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const kinds = [(base: string) => `${base}/#`, (base: string) => `${base}/+/x`, (base: string) => `${base}/a/x`];
    const orders = [
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
    ] as const;
    await given.each(
      orders.flatMap((order) => [0, 1, 2].map((at) => [order, at] as const)),
      async ([order, at]) => {
        const base = given.topicName('o');
        const subscriber = await given.client({ name: 'subscriber' });
        for (const [i, kind] of order.entries())
          await given.subscription(subscriber, kinds[kind]?.(base) ?? base, i === at ? 2 : i === (at + 1) % 3 ? 0 : 1);
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName: `${base}/a/x`, payload: 'three', qos: 2 });
        const copies = await copiesOf('three', subscriber, 2);
        must(subscriber).satisfy(
          copies.some(({ qos }) => qos === 2),
          {
            expected: 'a copy at QoS 2',
            got: copies.length === 0 ? 'none' : `QoS ${copies.map(({ qos }) => qos).join(' and ')}`,
            by: copies[0],
          },
        );
      },
    );
  },
});

export const overlapWhileAway = scenario('overlap-while-away', {
  title:
    'With overlapping filters a message is queued at the highest QoS for a client that is away, and comes so when it is back, with RETAIN 1 too',
  cites: { v3: ['MQTT-3.3.5-1', 'MQTT-3.1.2-5'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const cases = overlaps.flatMap((order) => unequal.map((granted) => ({ ...granted, order })));
    await given.each(cases, async ({ exact, wildcard, order }) => {
      const base = given.topicName('o');
      const topicName = `${base}/x`;
      const away = await given.client({ name: 'away', cleanSession: false });
      const subscriptions = [
        [topicName, exact],
        [`${base}/+`, wildcard],
      ] as const;
      for (const [filter, qos] of order === 'exact first' ? subscriptions : [...subscriptions].reverse())
        await given.subscription(away, filter, qos);
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'overlap', qos: 2 });
      const back = await given.resumed(away);
      const highest = Math.max(exact, wildcard);
      const looksAt = async (payload: string, ifNone: StatementId): Promise<void> => {
        const copies = await copiesOf(payload, back, highest);
        must(back, copies.length === 0 ? ifNone : 'MQTT-3.3.5-1').satisfy(
          copies.some(({ qos }) => qos === highest),
          {
            expected: `a copy at QoS ${highest}`,
            got: copies.length === 0 ? 'none' : `QoS ${copies.map(({ qos }) => qos).join(' and ')}`,
            by: copies[0],
          },
        );
      };
      await looksAt('overlap', 'MQTT-3.1.2-5');
      await when(publisher).publishes({ topicName, payload: 'live', qos: 2 });
      await looksAt('live', 'MQTT-3.3.5-1');
      await when(publisher).publishes({ topicName, payload: 'live and retained', qos: 2, retain: true });
      await looksAt('live and retained', 'MQTT-3.3.5-1');
    });
  },
});

export const overlapOfWills = scenario('overlap-of-wills', {
  title: 'With overlapping filters a will comes at the highest QoS, also to a client that is away',
  cites: { v3: ['MQTT-3.3.5-1'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const cases = overlaps.flatMap((order) =>
      unequal.flatMap((granted) => [false, true].map((away) => ({ ...granted, order, away }))),
    );
    await given.each(cases, async ({ exact, wildcard, order, away }) => {
      const base = given.topicName('o');
      const topicName = `${base}/x`;
      const before = await given.client({ name: 'subscriber', cleanSession: !away });
      const subscriptions = [
        [topicName, exact],
        [`${base}/+`, wildcard],
      ] as const;
      for (const [filter, qos] of order === 'exact first' ? subscriptions : [...subscriptions].reverse())
        await given.subscription(before, filter, qos);
      if (away) await when(before).disconnects();
      const mortal = await given.client({ name: 'mortal', will: { topicName, message: 'will', qos: 2 } });
      await when(mortal).cuts();
      // Who is back before the will was published gets it on this connection.
      const subscriber = away ? await given.resumed(before) : before;
      const highest = Math.max(exact, wildcard);
      given.that(await subscriber.hasGot(message('will'), given.unhurriedMs), 'the will did not come');
      const copies = await copiesOf('will', subscriber, highest);
      must(subscriber, 'MQTT-3.3.5-1').satisfy(
        copies.some(({ qos }) => qos === highest),
        {
          expected: `a copy at QoS ${highest}`,
          got: copies.length === 0 ? 'none' : `QoS ${copies.map(({ qos }) => qos).join(' and ')}`,
          by: copies[0],
        },
      );
    });
  },
});
