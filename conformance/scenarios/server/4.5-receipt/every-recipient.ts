// What is delivered does not depend on how its recipient came to its subscription: sections 3.3.1, 3.8.4, 4.3 and 4.5.
import type { StatementId } from '../../../spec/catalogue.ts';
import {
  message,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsuback,
  unsubscribe,
} from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

type Qos = 0 | 1 | 2;
const qosLevels = [0, 1, 2] as const;

interface Place {
  readonly base: string;
  readonly topicName: string;
  readonly qos: Qos;
}

interface Kind {
  readonly makes: (stage: Stage, place: Place) => Promise<Client>;
  /** A target may send a copy for each of several filters. */
  readonly mayGetCopies?: boolean;
  /** What else a QoS that is not the granted one violates. */
  readonly ifAtOtherQos?: StatementId;
}

const byFilter = (filterOf: (place: Place) => string): Kind => ({
  makes: ({ given }, place) => given.subscriber(filterOf(place), { cleanSession: false, qos: place.qos }),
});

/** Subscribes at another QoS first. */
const twice = (filterOf: (place: Place) => string): Kind => ({
  makes: async ({ given }, place) => {
    const client = await given.subscriber(filterOf(place), { cleanSession: false, qos: place.qos === 2 ? 0 : 2 });
    await given.subscription(client, filterOf(place), place.qos);
    return client;
  },
  ifAtOtherQos: 'MQTT-3.8.4-3',
});

const inOnePacket = (filtersOf: (place: Place) => readonly [string, ...string[]]): Kind => ({
  makes: async ({ given, when }, place) => {
    const client = await given.client({ name: 'subscriber', cleanSession: false });
    const [first, ...rest] = filtersOf(place);
    const all = rest.map((topicFilter) => ({ topicFilter, qos: place.qos }));
    await when(client).sends(subscribe(1, { topicFilter: first, qos: place.qos }, ...all));
    const answer = await given.arrival(client, { type: 'suback', packetId: 1 } as const);
    given.that(
      answer.returnCodes.every((code) => code === place.qos),
      'the subscriptions are not granted as asked',
    );
    for (const filter of [first, ...rest]) client.granted.set(filter, place.qos);
    return client;
  },
});

const kinds: Readonly<Record<string, Kind>> = {
  'by its name': byFilter(({ topicName }) => topicName),
  'by "+" at the end': byFilter(({ base }) => `${base}/a/+`),
  'by "+" inside': byFilter(({ base }) => `${base}/+/x`),
  'by "#"': byFilter(({ base }) => `${base}/#`),
  'by "#" behind the name': byFilter(({ topicName }) => `${topicName}/#`),
  'by the second of two filters': inOnePacket(({ base, topicName }) => [`${base}/b`, topicName]),
  'by the first of two filters': inOnePacket(({ base, topicName }) => [topicName, `${base}/b/#`]),
  'by the fifth of five filters': inOnePacket(({ base }) => [
    `${base}/b`,
    `${base}/c/+`,
    `${base}/d`,
    `${base}/e`,
    `${base}/+/x`,
  ]),
  'by a filter that it subscribed to again': twice(({ topicName }) => topicName),
  'by a wildcard that it subscribed to again': twice(({ base }) => `${base}/+/x`),
  'by what is left after UNSUBSCRIBE': {
    makes: async ({ given, when }, { base, topicName, qos }) => {
      const client = await given.subscriber([`${base}/#`, topicName], { cleanSession: false, qos });
      const packetId = client.nextPacketId();
      await when(client).sends(unsubscribe(packetId, `${base}/#`));
      await given.arrival(client, unsuback(packetId));
      return client;
    },
  },
  'by a subscription that it had given up': {
    makes: async ({ given, when }, { topicName, qos }) => {
      const client = await given.subscriber(topicName, { cleanSession: false, qos: qos === 2 ? 0 : 2 });
      const packetId = client.nextPacketId();
      await when(client).sends(unsubscribe(packetId, topicName));
      await given.arrival(client, unsuback(packetId));
      await given.subscription(client, topicName, qos);
      return client;
    },
  },
  'by two filters': {
    makes: async ({ given }, { base, topicName, qos }) => {
      const client = await given.subscriber(topicName, { cleanSession: false, qos });
      await given.subscription(client, `${base}/#`, 0);
      return client;
    },
    mayGetCopies: true,
  },
  'in a session that was resumed': {
    makes: async ({ given, when }, { topicName, qos }) => {
      const before = await given.subscriber(topicName, { cleanSession: false, qos });
      await when(before).disconnects();
      return given.resumed(before);
    },
  },
  'in a session that was taken over': {
    makes: async ({ given }, { topicName, qos }) =>
      given.resumed(await given.subscriber(topicName, { cleanSession: false, qos })),
  },
  'by a subscription in a session that was resumed': {
    makes: async ({ given, when }, { base, topicName, qos }) => {
      const before = await given.subscriber(`${base}/b`, { cleanSession: false, qos: 2 });
      await when(before).disconnects();
      const client = await given.resumed(before);
      await given.subscription(client, topicName, qos);
      return client;
    },
  },
};

interface Variant {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly payload: string;
}

/** Those with RETAIN 0 find a retained message on their topic. */
const variants: readonly Variant[] = [true, false].flatMap((retain) =>
  qosLevels.flatMap((qos) =>
    (qos === 0 ? [false] : [false, true]).map((dup) => ({
      qos,
      retain,
      dup,
      payload: `QoS ${qos}, RETAIN ${retain ? 1 : 0}, DUP ${dup ? 1 : 0}`,
    })),
  ),
);

async function publishesAll({ given, when }: Stage, publisher: Client, topicName: string): Promise<void> {
  for (const { qos, ...variant } of variants) {
    const text = { topicName, ...variant };
    if (qos === 0) {
      await when(publisher).sends(publish(text));
      continue;
    }
    const packetId = publisher.nextPacketId();
    await when(publisher).sends(publish({ ...text, qos, packetId }));
    await given.arrival(publisher, qos === 1 ? puback(packetId) : pubrec(packetId));
    if (qos === 1) continue;
    await when(publisher).sends(pubrel(packetId));
    await given.arrival(publisher, pubcomp(packetId));
  }
  await publisher.pings();
}

const cites = [
  'MQTT-4.5.0-1',
  'MQTT-3.8.4-6',
  'MQTT-3.8.4-3',
  'MQTT-3.3.1-3',
  'MQTT-3.3.1-9',
  'MQTT-3.3.2-3',
  'MQTT-4.3.1-1',
  'MQTT-4.3.3-1',
] as const;

/** Every message came, as it has to be; at QoS 0 it may be lost. */
async function judges(
  { must }: Stage,
  client: Client,
  {
    kind,
    topicName,
    granted,
    ifMissing = ['MQTT-4.5.0-1'],
  }: { kind: Kind; topicName: string; granted: Qos; ifMissing?: readonly StatementId[] },
): Promise<void> {
  const others = kind.ifAtOtherQos === undefined ? [] : [kind.ifAtOtherQos];
  for (const { payload, qos: published } of variants) {
    const wanted = Math.min(published, granted) as Qos;
    if (wanted === 0 && !(await client.hasGot(message(payload)))) continue;
    const expected = kind.mayGetCopies === true ? message(payload, { qos: wanted }) : message(payload);
    const came = await must(
      client,
      ...ifMissing,
      ...others,
      ...(kind.mayGetCopies ? (['MQTT-3.8.4-6'] as const) : []),
    ).receive(expected);
    if (came === undefined) return;
    must(client, 'MQTT-3.8.4-6', ...others).satisfy(came.qos === wanted, {
      expected: `"${payload}" at QoS ${wanted}`,
      got: `at QoS ${came.qos}`,
    });
    must(client, 'MQTT-3.3.1-3').satisfy(!came.dup, { expected: `"${payload}" with DUP 0`, got: 'DUP 1' });
    must(client, 'MQTT-3.3.1-9').satisfy(!came.retain, { expected: `"${payload}" with RETAIN 0`, got: 'RETAIN 1' });
    must(client, 'MQTT-3.3.2-3').satisfy(came.topicName === topicName, {
      expected: `the topic "${topicName}"`,
      got: `"${came.topicName}"`,
    });
  }
  if (kind.mayGetCopies === true) return;
  await client.pings();
  for (const { payload, qos: published } of variants) {
    const wanted = Math.min(published, granted);
    // On its way to QoS 0 a message of QoS 1 or 2 may be doubled (MAY-3.8.4-c), and at QoS 1 any message (MAY-3.3.1.1-a).
    if (wanted === 1 || wanted < published) continue;
    must(client, wanted === 0 ? 'MQTT-4.3.1-1' : 'MQTT-4.3.3-1').satisfy(client.take(message(payload)) === undefined, {
      expected: `"${payload}" once`,
      got: 'it came again',
    });
  }
}

export const whileThere = qosLevels.map((granted) =>
  scenario(`every-recipient-qos-${granted}`, {
    title: `Whatever its subscription of QoS ${granted} is like, a client gets each message once, at the right QoS, with DUP 0 and RETAIN 0`,
    cites: { v3: cites },
    needs: ['qos 2', 'wildcards'],
    async play(stage) {
      const { given } = stage;
      const base = given.topicName('e');
      const place = { base, topicName: `${base}/a/x`, qos: granted };
      const clients: { kind: Kind; client: Client }[] = [];
      await given.each(Object.values(kinds), async (kind) => {
        clients.push({ kind, client: await kind.makes(stage, place) });
      });
      const publisher = await given.subscriber(place.topicName, { name: 'publisher', qos: granted });
      const own: Kind = byFilter(({ topicName }) => topicName);
      await publishesAll(stage, publisher, place.topicName);
      await given.each([...clients, { kind: own, client: publisher }], ({ kind, client }) =>
        judges(stage, client, { kind, topicName: place.topicName, granted }),
      );
    },
  }),
);

export const whileAway = ([1, 2] as const).map((granted) =>
  scenario(`every-absent-recipient-qos-${granted}`, {
    title: `Whatever its subscription of QoS ${granted} is like, a client that was away gets each message once, at the right QoS, with DUP 0 and RETAIN 0`,
    cites: { v3: [...cites, 'MQTT-3.1.2-5'] },
    needs: ['qos 2', 'wildcards'],
    async play(stage) {
      const { given, when } = stage;
      const base = given.topicName('e');
      const place = { base, topicName: `${base}/a/x`, qos: granted };
      const publisher = await given.client({ name: 'publisher' });
      const clients: { kind: Kind; client: Client }[] = [];
      await given.each(Object.values(kinds), async (kind) => {
        const client = await kind.makes(stage, place);
        await when(client).disconnects();
        clients.push({ kind, client });
      });
      await publishesAll(stage, publisher, place.topicName);
      await given.each(clients, async ({ kind, client }) => {
        const back = await given.resumed(client);
        await judges(stage, back, {
          kind,
          topicName: place.topicName,
          granted,
          ifMissing: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
        });
      });
    },
  }),
);
