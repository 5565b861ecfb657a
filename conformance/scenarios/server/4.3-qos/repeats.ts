// A QoS 2 PUBLISH that comes again before PUBREL is delivered once, whatever it is like and whatever came between: section 4.3.3.
import { message, puback, pubcomp, publish, pubrec, pubrel, unsuback, unsubscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

interface Case {
  readonly retain: boolean;
  readonly payload: string;
  /** So many other identifiers await PUBREL meanwhile. */
  readonly others: number;
  readonly resumed: boolean;
}

const plain: Case = { retain: false, payload: 'once', others: 0, resumed: false };

const cases: readonly Case[] = [false, true].flatMap((resumed) =>
  [
    { ...plain, retain: true },
    { ...plain, payload: '' },
    { ...plain, retain: true, payload: '' },
    { ...plain, others: 4 },
    { ...plain, retain: true, others: 2 },
  ].map((one) => ({ ...one, resumed })),
);

export const ofEveryKind = scenario('repeats-of-every-kind-delivered-once', {
  title: 'A QoS 2 PUBLISH that comes again is delivered once, retained or not, empty or not, whatever else is open',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2', 'wildcards'],
  async play({ given, when, must }) {
    await given.each(cases, async ({ retain, payload, others, resumed }) => {
      const topicName = given.topicName();
      const subscribers = [
        await given.subscriber(topicName, { qos: 2 }),
        await given.subscriber(`${topicName}/#`, { name: 'subscriber by wildcard', qos: 2 }),
      ];
      // With a subscription: some targets call a session without one not present, which is judged elsewhere.
      let publisher = await given.subscriber(given.topicName('own'), {
        name: 'publisher',
        cleanSession: false,
        qos: 1,
      });
      const text = { topicName, payload, retain, qos: 2, packetId: 1_009 } as const;
      await when(publisher).sends(publish(text));
      await given.arrival(publisher, pubrec(text.packetId));
      const open = Array.from({ length: others }, (_, i) => 2_000 + i);
      for (const packetId of open) {
        await when(publisher).sends(publish({ topicName: given.topicName('open'), qos: 2, packetId }));
        await given.arrival(publisher, pubrec(packetId));
      }
      if (resumed) {
        await when(publisher).cuts();
        publisher = await given.resumed(publisher);
      }
      // Once: some targets take a second repeat for abuse.
      await when(publisher).sends(publish({ ...text, dup: true }));
      await must(publisher).receive(pubrec(text.packetId));
      for (const packetId of [text.packetId, ...open]) {
        await when(publisher).sends(pubrel(packetId));
        await must(publisher).receive(pubcomp(packetId));
      }
      for (const subscriber of subscribers)
        await must(subscriber).receiveExactly([message(payload)], {
          until: sentinel(publisher, { topicName, qos: 2 }),
        });
    });
  },
});

/** Identifier of the PUBLISH that comes again. */
const ofRepeat = 1_009;
/** To end the connection of a client that acknowledges what nobody has sent is a target's own affair. */
const stray = 'PUBACK and PUBCOMP of its identifier';

type Between = (stage: Stage, publisher: Client) => Promise<unknown>;

/** Opens an exchange with another identifier, and ends it. */
const another =
  (packetId: number): Between =>
  async ({ given, when }, publisher) => {
    await when(publisher).sends(publish({ topicName: given.topicName(), qos: 2, packetId }));
    await given.arrival(publisher, pubrec(packetId));
    await when(publisher).sends(pubrel(packetId));
    await given.arrival(publisher, pubcomp(packetId));
  };

/** None of this is the PUBREL that frees the identifier. */
const between: Readonly<Record<string, Between>> = {
  'PUBREL of a higher identifier': another(2_000),
  'PUBREL of a lower identifier': another(7),
  'PUBREL of an unknown identifier': async ({ given, when }, publisher) => {
    await when(publisher).sends(pubrel(3_000));
    await given.arrival(publisher, pubcomp(3_000));
  },
  SUBSCRIBE: ({ given }, publisher) => given.subscription(publisher, given.topicName(), 1),
  UNSUBSCRIBE: async ({ given, when }, publisher) => {
    const topicFilter = given.topicName();
    await given.subscription(publisher, topicFilter, 1);
    await when(publisher).sends(unsubscribe(33, topicFilter));
    await given.arrival(publisher, unsuback(33));
  },
  'UNSUBSCRIBE from nothing': async ({ given, when }, publisher) => {
    await when(publisher).sends(unsubscribe(33, given.topicName()));
    await given.arrival(publisher, unsuback(33));
  },
  'a PUBLISH at QoS 1': async ({ given, when, must }, publisher) => {
    const topicName = given.topicName();
    const other = await given.subscriber(topicName, { name: 'subscriber to another', qos: 1 });
    await when(publisher).publishes({ topicName, payload: 'meanwhile', qos: 1 });
    await must(other, 'MQTT-4.5.0-1').receive(message('meanwhile'));
  },
  [stray]: async ({ when }, publisher) => {
    await when(publisher).sends(puback(ofRepeat), pubcomp(ofRepeat));
    await publisher.pings();
  },
  'an acknowledged delivery at QoS 2': async ({ given, when }, publisher) => {
    const topicName = given.topicName();
    await given.subscription(publisher, topicName, 2);
    const other = await given.client({ name: 'other' });
    await when(other).publishes({ topicName, payload: 'for the publisher', qos: 2 });
    await given.arrival(publisher, message('for the publisher'));
    await publisher.pings();
  },
};

export const whateverComesBetween = scenario('repeat-whatever-came-between', {
  title: 'A QoS 2 PUBLISH that comes again before its PUBREL is delivered once, whatever else its client did meanwhile',
  cites: { v3: ['MQTT-4.3.3-2', 'MQTT-4.5.0-1'] },
  needs: ['qos 2'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(Object.entries(between), async ([what, acts]) => {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 2 });
      const publisher = await given.subscriber(given.topicName('own'), { name: `publisher, ${what}`, qos: 1 });
      const text = { topicName, payload: 'once', qos: 2, packetId: ofRepeat } as const;
      await when(publisher).sends(publish(text));
      await given.arrival(publisher, pubrec(text.packetId));
      await acts(stage, publisher);
      if (what === stray && !publisher.connection.isOpen) return;
      await when(publisher).sends(publish({ ...text, dup: true }));
      await must(publisher, 'MQTT-4.3.3-2').receive(pubrec(text.packetId));
      await when(publisher).sends(pubrel(text.packetId));
      await must(publisher, 'MQTT-4.3.3-2').receive(pubcomp(text.packetId));
      const until = sentinel(publisher, { topicName, qos: 2 });
      await must(subscriber, 'MQTT-4.3.3-2').receiveExactly([message('once')], { until });
    });
  },
});
