// SUBACK: section 3.9.
import { message, suback, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const orders = [
  { codes: [0, 2, 1, 0, 2], filters: [] },
  { codes: [2, 0], filters: [] },
  { codes: [1, 2, 0, 1], filters: [] },
  // Each has its own code, also where one matches all that another does.
  { codes: [2, 1, 0, 0, 1], filters: ['#', '+', 'a', '+/a'] },
] as const;

export const order = scenario('return-codes-in-order', {
  title: 'The return codes of SUBACK stand in the order of the filters',
  cites: { v3: ['MQTT-3.9.3-1', 'MQTT-3.8.4-5'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();
    for (const [i, { codes: wanted, filters }] of orders.entries()) {
      const base = given.topicName('o');
      const [first, ...rest] = wanted.map((qos, at) => ({ topicFilter: `${base}/${filters[at] ?? at}`, qos }));
      if (first === undefined) continue;
      await when(client).sends(subscribe(i + 1, first, ...rest));
      const answer = await client.awaits(suback(i + 1));
      const codes = answer?.packet.type === 'suback' ? answer.packet.returnCodes : [];
      given.that(codes.length === wanted.length, `${codes.length} return codes for ${wanted.length} filters`);
      must(client).satisfy(codes.join() === wanted.join(), {
        expected: `the codes ${wanted.join(' ')}`,
        got: codes.join(' '),
      });
    }
  },
});

/** More than a hundred, in a packet below 4 KiB, which operators may choose as the largest. */
export const ofManyFilters = scenario('return-codes-of-many-filters', {
  title: 'A SUBSCRIBE with 120 filters has a return code for each, and each of them delivers',
  cites: { v3: ['MQTT-3.8.4-5', 'MQTT-3.8.4-4'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('many');
    const names = Array.from({ length: 120 }, (_, i) => `${base}/${i}`);
    const [first = { topicFilter: base, qos: 1 as const }, ...rest] = names.map((topicFilter) => ({
      topicFilter,
      qos: 1 as const,
    }));
    const subscriber = await given.client({ name: 'subscriber' });
    await when(subscriber).sends(subscribe(subscriber.nextPacketId(), first, ...rest));
    const { returnCodes } = await given.arrival(subscriber, { type: 'suback' });
    must(subscriber).satisfy(returnCodes.length === names.length, {
      expected: `${names.length} return codes`,
      got: `${returnCodes.length}`,
    });
    given.that(
      returnCodes.every((code) => code === 1),
      'not every filter was granted QoS 1',
    );
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of names) await when(publisher).publishes({ topicName, payload: 'each', qos: 1 });
    await must(subscriber, 'MQTT-3.8.4-4').receiveExactly(
      names.map((topicName) => message('each', { topicName })),
      { until: sentinel(publisher, { topicName: first.topicFilter, qos: 1 }) },
    );
  },
});

/** The last three are what they are; the others lie below a name of the run. */
const odd: readonly ((base: string) => string)[] = [
  (base) => `$share/group/${base}`,
  (base) => `${base}/${'x'.repeat(5_000)}`,
  (base) => `${base}${'/l'.repeat(200)}`,
  () => '$SYS/none',
  () => '/',
  () => ' ',
];

export const codesOfOddFilters = scenario('return-codes-of-odd-filters', {
  title: 'Odd filters get a listed return code (0x00, 0x01, 0x02 or 0x80), or close the connection',
  cites: { v3: ['MQTT-3.9.3-2', 'MQTT-3.8.4-1', 'MQTT-3.8.4-5'] },
  async play({ given, when, must }) {
    await given.each(odd, async (filterOf) => {
      const client = await given.client();
      await when(client).sends(subscribe(1, { topicFilter: filterOf(given.topicName()), qos: 2 }));
      const answer = await must(client, 'MQTT-3.8.4-1').receiveOrEnd(suback(1));
      if (answer?.type !== 'suback') return;
      const codes = answer.returnCodes;
      must(client, 'MQTT-3.8.4-5').satisfy(codes.length === 1, {
        expected: 'one return code',
        got: `${codes.length}`,
      });
      const listed = codes.every((code) => code <= 2 || code === 0x80);
      must(client, 'MQTT-3.9.3-2').satisfy(listed, {
        expected: 'a listed return code',
        got: codes.map((code) => code.toString(16)).join(' '),
      });
    });
  },
});
