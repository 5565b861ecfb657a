// Names and filters of extreme length and depth: section 4.7.3.
import { message, publish, suback, subscribe } from '../../../wire/packets.ts';
import { elapse } from '../../../wire/patience.ts';
import type { Client } from '../../../wire/play/client.ts';
import { scenario } from '../../scenario.ts';

const cases = [
  ['65535-bytes', (base: string) => `${base}/${'x'.repeat(65_535 - base.length - 1)}`],
  ['sixty-levels', (base: string) => `${base}${'/l'.repeat(60)}`],
  ['many-levels', (base: string) => `${base}${'/'.repeat(30_000)}`],
  ['levels-of-one-letter', (base: string) => `${base}${'/a'.repeat(10_000)}`],
] as const;

const described = 'SUBACK, or the end of the connection';

/** Whether anything happens on a connection in so many milliseconds, however slow the target is. */
async function reacts({ connection }: Client, withinMs: number): Promise<boolean> {
  const happened = (): true | undefined => (connection.pending.length > 0 || !connection.isOpen ? true : undefined);
  await Promise.race([connection.waitFor(happened), elapse(withinMs)]);
  return happened() === true;
}

export const extremes = cases.map(([id, nameOf]) =>
  scenario(`topic-of-${id}`, {
    title: `A topic of ${id.replaceAll('-', ' ')} is delivered whole or refused cleanly, and nobody else is disturbed`,
    cites: { v3: ['MQTT-4.7.3-4', 'SHOULD-NOT-4.8-a', 'MQTT-3.8.4-1'] },
    alone: true,
    async play({ given, when, must, should, observe }) {
      const qos = given.assuredQos;
      const topicName = nameOf(given.topicName('e'));
      const subscriber = await given.client({ name: 'subscriber' });
      await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos }));
      // The text binds by no number of levels: who takes too long over such a filter gets a remark, and is not waited for.
      const isPrompt = await reacts(subscriber, given.unhurriedMs);
      if (!isPrompt) should(subscriber, 'MQTT-3.8.4-1').satisfy(false, { expected: described, got: 'nothing in time' });
      const answer = isPrompt ? await should(subscriber, 'MQTT-3.8.4-1').receiveOrEnd(suback(1)) : undefined;
      const code = answer?.type === 'suback' ? answer.returnCodes[0] : undefined;
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).sends(publish({ topicName, payload: 'extreme', qos, packetId: 1 }));
      if (code === undefined || code === 0x80) {
        observe(
          code === 0x80
            ? 'the SUBSCRIBE is refused'
            : `the SUBSCRIBE ${subscriber.connection.isOpen ? 'is not answered' : 'closes the connection'}`,
          'MQTT-4.7.3-4',
        );
      } else if (await publisher.pings()) {
        // Section 4.7.3: as many levels as fit. It binds by no number, so a message that is lost is a warning; a changed name is a violation.
        const came = (await subscriber.awaits(message('extreme')))?.packet;
        const name = came?.type === 'publish' ? came.topicName : undefined;
        if (name === undefined)
          should(subscriber, 'MQTT-4.7.3-4').satisfy(false, {
            expected: 'the message',
            got: 'nothing, though the SUBSCRIBE is granted and the PUBLISH taken',
          });
        else
          must(subscriber, 'MQTT-4.7.3-4').satisfy(name === topicName, {
            expected: 'the whole Topic Name',
            got: name.slice(0, 200),
          });
      } else {
        observe('the PUBLISH closes the connection', 'MQTT-4.7.3-4');
      }
      const bystander = await given.client({ name: 'bystander' });
      await should(bystander, 'SHOULD-NOT-4.8-a').beServed();
    },
  }),
);

/** Names of which only the end tells that they are two. */
const lateDifferences: readonly (readonly [what: string, nameOf: (base: string, end: string) => string])[] = [
  ...[64, 128, 256, 1_024, 4_096, 32_768, 40_000].map(
    (length) =>
      [
        `in byte ${length}`,
        (base: string, end: string) => `${base}/${'x'.repeat(length - base.length - 2)}${end}`,
      ] as const,
  ),
  ...[8, 10, 16, 20, 32, 64, 100, 128].map(
    (levels) =>
      [`behind ${levels} levels`, (base: string, end: string) => `${base}${'/l'.repeat(levels)}/${end}`] as const,
  ),
];

export const differentAtTheEnd = scenario('names-that-differ-at-their-end', {
  title:
    'Names that differ in their last character alone are different, however long they are and however many levels they have',
  cites: { v3: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
  async play({ given, when, must, observe }) {
    const qos = given.assuredQos;
    await given.each(lateDifferences, async ([what, nameOf]) => {
      const base = given.topicName('e');
      const [topicName, other] = [nameOf(base, 'a'), nameOf(base, 'b')];
      const subscriber = await given.client({ name: `subscriber ${what}` });
      await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos }));
      // A target may take no names as long as that.
      const answer = await subscriber.gets({ type: 'suback', packetId: 1 });
      if (answer?.packet.type !== 'suback' || answer.packet.returnCodes[0] !== qos) return observe(`refused: ${what}`);
      const publisher = await given.client({ name: 'publisher' });
      const texts = [
        { topicName: other, payload: 'for others' },
        { topicName, payload: 'for it' },
      ];
      for (const [i, text] of texts.entries()) await when(publisher).sends(publish({ ...text, qos, packetId: i + 1 }));
      if (!(await subscriber.hasGot(message('for it')))) return observe(`not delivered: a name that differs ${what}`);
      await subscriber.pings();
      const wrong = subscriber.take(message('for others'));
      must(subscriber).satisfy(wrong === undefined, {
        expected: `nothing on a name that differs ${what}`,
        got: 'a message',
        by: wrong?.packet,
      });
    });
  },
});
