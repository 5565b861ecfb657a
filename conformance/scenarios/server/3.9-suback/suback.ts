// SUBACK: section 3.9.
import { suback, subscribe } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

const orders = [
  [0, 2, 1, 0, 2],
  [2, 0],
  [1, 2, 0, 1],
] as const;

export const order = scenario('return-codes-in-order', {
  title: 'The return codes of SUBACK stand in the order of the filters',
  cites: { v3: ['MQTT-3.9.3-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();
    for (const [i, wanted] of orders.entries()) {
      const base = given.topicName('o');
      const [first, ...rest] = wanted.map((qos, at) => ({ topicFilter: `${base}/${at}`, qos }));
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

const odd = [
  '$share/group/x',
  '$SYS/none',
  'x'.repeat(5_000),
  Array.from({ length: 200 }, () => 'l').join('/'),
  '/',
  ' ',
];

export const codesOfOddFilters = scenario('return-codes-of-odd-filters', {
  title: 'Odd filters get listed return codes: 0x00, 0x01, 0x02 or 0x80',
  cites: { v3: ['MQTT-3.9.3-2'] },
  async play({ given, when, must }) {
    await given.each(odd, async (topicFilter) => {
      const client = await given.client();
      await when(client).sends(subscribe(1, { topicFilter, qos: 2 }));
      const answer = await client.connection.waitFor(() => client.take(suback(1)) ?? client.connection.ending);
      const codes =
        answer !== undefined && 'packet' in answer && answer.packet.type === 'suback' ? answer.packet.returnCodes : [];
      const listed = codes.every((code) => code <= 2 || code === 0x80);
      must(client).satisfy(listed, {
        expected: 'a listed return code',
        got: codes.map((code) => code.toString(16)).join(' '),
      });
    });
  },
});
