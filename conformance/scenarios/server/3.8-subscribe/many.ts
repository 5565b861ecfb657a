// More subscriptions of one client than a careless limit lets in: each that is granted is one (section 3.8.4).
import { message, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

/** In a packet; below 4 KiB, which an operator may choose as the largest. */
const filtersAtOnce = 40;
const packets = 26;
/** Who is slow with them is asked for fewer. */
const longestMs = 3_000;
/** Of so many subscriptions one is tried. */
const every = 52;

export const thousand = scenario('subscriptions-by-the-thousand', {
  title: 'Of a thousand subscriptions of one client, or as many as are made in seconds, each works that was granted',
  cites: { v3: ['MQTT-3.8.4-1', 'MQTT-3.8.4-5', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const base = given.topicName('m');
    const subscriber = await given.client({ name: 'subscriber' });
    const granted: string[] = [];
    const until = given.now() + longestMs;
    for (let nth = 0; nth < packets && given.now() < until; nth++) {
      const filters = Array.from({ length: filtersAtOnce }, (_, i) => `${base}/${nth * filtersAtOnce + i}`);
      const [first = base, ...rest] = filters;
      const all = rest.map((topicFilter) => ({ topicFilter, qos: 1 as const }));
      const packetId = subscriber.nextPacketId();
      await when(subscriber).sends(subscribe(packetId, { topicFilter: first, qos: 1 }, ...all));
      const { returnCodes } = await given.arrival(subscriber, { type: 'suback', packetId });
      // A server may refuse any filter (section 3.9.3).
      granted.push(...filters.filter((_, i) => returnCodes[i] === 1));
    }
    if (granted.length === 0) given.skip('the target grants none of them QoS 1');
    const tried = granted.filter((_, i) => i % every === 0 || i === granted.length - 1);
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of tried) await when(publisher).publishes({ topicName, payload: 'x', qos: 1 });
    const due = tried.map((topicName) => message('x', { topicName }));
    await must(subscriber).receiveExactly(due, { until: sentinel(publisher) });
  },
});
