// Wildcards at the first level of a filter, where nothing stands before them: section 4.7.1.
import type { StatementId } from '../../../spec/catalogue.ts';
import type { Observed } from '../../../wire/observer.ts';
import { message } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

interface Row {
  readonly cites: StatementId;
  readonly filter: string;
  readonly matched: readonly string[];
}

type Topics = readonly string[];

/** Topics of the run without its prefix: what they are called by their shape. */
const topicsOf = (root: string) => ({
  bare: root,
  above: `${root}/`,
  below: `${root}/b`,
  slashed: `/${root}`,
  slashedBelow: `/${root}/b`,
  deep: `${root}/b/c/d/e/f/g/h/i/j/k/l`,
});

/** Which of the topics each filter matches; it matches none of the others. */
function rowsOf(root: string, all: Topics): readonly Row[] {
  const { bare, above, below, slashed, slashedBelow, deep } = topicsOf(root);
  const slash = all.filter((topicName) => topicName === '/');
  return [
    { cites: 'MQTT-4.7.1-2', filter: '#', matched: all },
    { cites: 'MQTT-4.7.1-2', filter: '+/#', matched: all },
    { cites: 'MQTT-4.7.1-2', filter: '/#', matched: [slashed, slashedBelow, ...slash] },
    { cites: 'MQTT-4.7.1-2', filter: `${bare}/#`, matched: [bare, above, below, deep] },
    { cites: 'MQTT-4.7.1-3', filter: '+', matched: [bare] },
    { cites: 'MQTT-4.7.1-3', filter: '/+', matched: [slashed, ...slash] },
    { cites: 'MQTT-4.7.1-3', filter: '+/+', matched: [above, below, slashed, ...slash] },
    { cites: 'MQTT-4.7.1-3', filter: '+/b', matched: [below] },
    { cites: 'MQTT-4.7.1-3', filter: `+/${bare}`, matched: [slashed] },
    { cites: 'MQTT-4.7.1-3', filter: '+/+/b', matched: [slashedBelow] },
  ];
}

/** Of the run's topics those that came, each once; what others publish to such a filter is nobody's business here. */
const cameOf = ({ connection }: Client, all: Topics): Topics => {
  const names = new Set(connection.pending.map(({ packet }) => (packet.type === 'publish' ? packet.topicName : '')));
  return all.filter((topicName) => names.has(topicName));
};

const onTopic =
  (topicName: string | undefined) =>
  ({ packet }: { readonly packet: Observed }): boolean =>
    packet.type === 'publish' && packet.topicName === topicName;

/** Of what a filter was to match nothing is missing, and there is nothing else. */
async function judges(
  { must }: Pick<Stage, 'must'>,
  client: Client,
  { row, all, ifMissing }: { row: Row; all: Topics; ifMissing: StatementId },
): Promise<void> {
  const { matched, filter, cites } = row;
  // Such a filter gets the messages of many others: who sends them one by one is waited for as long as something comes.
  const complete = (): boolean => cameOf(client, matched).length === matched.length || !client.connection.isOpen;
  const came = await client.inFlow(() => complete() || undefined);
  // Who was waited for until nothing came any more is only looked at again.
  const boundMs = came === undefined ? 0 : undefined;
  for (const topicName of matched) {
    // One that is missing says it; each further one would be outwaited anew.
    if ((await must(client, ifMissing).receive(message('to all', { topicName }), boundMs)) === undefined) break;
  }
  await client.pings();
  const [surplus] = cameOf(
    client,
    all.filter((topicName) => !matched.includes(topicName)),
  );
  must(client, cites).satisfy(surplus === undefined, {
    expected: `"${filter}" matches ${matched.map((topicName) => `"${topicName}"`).join(', ')}`,
    got: `"${surplus}" too`,
    by: client.connection.pending.find(onTopic(surplus))?.packet,
  });
}

/** Operators limit how many levels a topic may have: what nobody gets who subscribes to it by its very name says nothing of wildcards. */
async function passesOnDeep(given: Stage['given'], witness: Client): Promise<void> {
  if (await witness.hasGot(message('to all'))) return;
  given.skip('the target does not pass on topics of 12 levels');
}

export const live = scenario('wildcards-at-the-first-level', {
  title:
    'Filters that begin with "+", "#" or "/" match topics of one level, with a leading "/", and deep ones, and no others',
  cites: { v3: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'] },
  needs: ['wildcards'],
  hearsAll: true,
  async play(stage) {
    const { given, when } = stage;
    const root = given.topicName('root').replaceAll('/', '-');
    // Of all topics the shortest: a filter of one level does not match its two.
    const all = [...Object.values(topicsOf(root)), '/'];
    const qos = given.assuredQos;
    const subscribers = await Promise.all(
      rowsOf(root, all).map(async (row) => ({
        row,
        client: await given.subscriber(row.filter, { name: row.filter, qos }),
      })),
    );
    const witness = await given.subscriber(topicsOf(root).deep, { name: 'by name', qos });
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of all) await when(publisher).publishes({ topicName, payload: 'to all', qos });
    await passesOnDeep(given, witness);
    await given.each(subscribers, async ({ row, client }) => {
      await judges(stage, client, { row, all, ifMissing: row.cites });
      await when(client).disconnects();
    });
  },
});

export const retained = scenario('retained-for-wildcards-at-the-first-level', {
  title: 'Filters that begin with "+", "#" or "/" get the retained messages of just the topics that they match',
  cites: { v3: ['MQTT-3.3.1-6', 'MQTT-4.7.1-2', 'MQTT-4.7.1-3'] },
  needs: ['qos 1', 'retained wildcards'],
  hearsAll: true,
  async play(stage) {
    const { given, when } = stage;
    const root = given.topicName('root').replaceAll('/', '-');
    const all = Object.values(topicsOf(root));
    const witness = await given.subscriber(topicsOf(root).deep, { name: 'by name', qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of all)
      await when(publisher).publishes({ topicName, payload: 'to all', qos: 1, retain: true });
    await passesOnDeep(given, witness);
    await given.each(rowsOf(root, all), async (row) => {
      const finds = row.matched.map((topicName) => message('to all', { topicName }));
      const client = await given.newSubscriber(row.filter, { name: row.filter, qos: 1, finds });
      await judges(stage, client, { row, all, ifMissing: 'MQTT-3.3.1-6' });
      await when(client).disconnects();
    });
  },
});
