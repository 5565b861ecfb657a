// SUBSCRIBE and what follows from it: section 3.8.4.
import { message, suback, subscribe } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

const qosLevels = [0, 1, 2] as const;

export const answeredOnce = scenario('subscribe-answered', {
  title: 'Every SUBSCRIBE is answered by a SUBACK, also several in one segment',
  cites: { v3: ['MQTT-3.8.4-1', 'MQTT-3.8.4-2', 'MAY-3.8.4-b'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, observe }) {
    const client = await given.client();
    const topicFilters = [given.topicName(), given.topicName(), given.topicName()];
    await when(client).sends(...topicFilters.map((topicFilter, i) => subscribe(i + 1, { topicFilter, qos: 0 })));
    for (const packetId of [1, 2, 3]) await must(client, 'MQTT-3.8.4-1', 'MQTT-3.8.4-2').receive(suback(packetId));
    observe(`QoS ${given.capabilities.maximumQos} at most`, 'MAY-3.8.4-b');
  },
});

/** No message that came so far came twice. The messages stay for other checks. */
async function shouldNotDouble({ given, should }: Stage, subscriber: Client, publisher: Client): Promise<void> {
  given.that(await publisher.pings(), 'the publisher is not served');
  await subscriber.hasGot(message('cell 3'));
  await subscriber.pings();
  const came = subscriber.connection.pending.flatMap(({ packet }) =>
    packet.type === 'publish' ? [Buffer.from(packet.payload).toString()] : [],
  );
  should(subscriber, 'SHOULD-NOT-3.8.4-d').satisfy(new Set(came).size === came.length, {
    expected: 'each message once',
    got: came.join(', '),
  });
}

/** 3 × 3: what is published, and what is granted. */
export const matrix = qosLevels.flatMap((published) =>
  qosLevels.map((granted) =>
    scenario(`published-qos-${published}-granted-${granted}`, {
      title: `A message published at QoS ${published} reaches a subscription of QoS ${granted} at QoS ${Math.min(published, granted)}`,
      cites: {
        v3: [
          'MQTT-3.8.4-6',
          ...(published === 1 && granted === 0 ? (['MAY-3.8.4-c'] as const) : []),
          ...(published === 2 && granted === 0 ? (['SHOULD-NOT-3.8.4-d'] as const) : []),
        ],
      },
      needs: ['qos 2'],
      protocols: ['3.1.1', '3.1'],
      async play(stage) {
        const { given, when, must, observe } = stage;
        const topicName = given.topicName();
        const subscriber = await given.subscriber(topicName, { qos: granted });
        const publisher = await given.client({ name: 'publisher' });
        const qos = Math.min(published, granted);
        const payloads = ['cell', 'cell 2', 'cell 3'];
        for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: published });
        const expected = payloads.map((payload) => message(payload, { qos, retain: false }));
        if (published === 2 && granted === 0) await shouldNotDouble(stage, subscriber, publisher);
        await must(subscriber, 'MQTT-3.8.4-6').receiveExactly(expected, {
          until: sentinel(publisher),
          someMayBeLost: qos === 0,
          // Doubled on the way to QoS 0: from QoS 1 it may be, from QoS 2 it should not (judged by itself).
          ...(published > granted ? { repeats: 'allowed' } : {}),
        });
        if (published === 1 && granted === 0) observe('one copy or more', 'MAY-3.8.4-c');
      },
    }),
  ),
);

const changes = [
  { from: 0, to: 1 },
  { from: 0, to: 2 },
  { from: 1, to: 2 },
  { from: 2, to: 0 },
  { from: 2, to: 1 },
  { from: 1, to: 0 },
] as const;

export const replaced = changes.map(({ from, to }) =>
  scenario(`resubscribe-from-qos-${from}-to-${to}`, {
    title: `Subscribing again with the same filter replaces QoS ${from} by QoS ${to}: one copy, at the new QoS`,
    cites: { v3: ['MQTT-3.8.4-3'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const filter = from + to > 1 && given.capabilities.wildcards ? `${topicName}/#` : topicName;
      const subscriber = await given.subscriber(filter, { qos: from });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'old', qos: 2 });
      await subscriber.awaits(message('old'));
      await given.subscription(subscriber, filter, to);
      const payloads = ['new', 'newer', 'newest'];
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 2 });
      await must(subscriber).receiveExactly(
        payloads.map((payload) => message(payload, { qos: to })),
        { until: sentinel(publisher), someMayBeLost: to === 0, besides: [message('old')] },
      );
    },
  }),
);

export const retainedAgain = (['exact', 'wildcard'] as const).map((kind) =>
  scenario(`resubscribe-resends-retained-${kind}`, {
    title: `Subscribing again with the same ${kind} filter sends the retained messages again`,
    cites: { v3: ['MQTT-3.8.4-3', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'] },
    needs: ['qos 1', ...(kind === 'wildcard' ? (['retained wildcards'] as const) : [])],
    async play({ given, when, must }) {
      const base = given.topicName('r');
      const topicFilter = kind === 'exact' ? `${base}/x` : `${base}/+`;
      await given.retained({ topicName: `${base}/x`, payload: 'kept' });
      const subscriber = await given.newSubscriber(topicFilter, { qos: 1, finds: [message('kept')] });
      await must(subscriber, 'MQTT-3.3.1-6').receive(message('kept'));
      // At the same QoS, at a higher one, and at a lower one than before: never at 0, where it might be lost.
      for (const qos of [1, 2, 1] as const) {
        const packetId = subscriber.nextPacketId();
        await when(subscriber).sends(subscribe(packetId, { topicFilter, qos }));
        given.that((await subscriber.awaits({ type: 'suback', packetId })) !== undefined, 'no SUBACK');
        const again = await must(subscriber, 'MQTT-3.8.4-3').receive(message('kept'));
        must(subscriber, 'MQTT-3.3.1-8').satisfy(again?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
      }
    },
  }),
);

export const noGap = scenario('resubscribe-without-gap', {
  title: 'Subscribing again does not interrupt the flow of messages',
  cites: { v3: ['MQTT-3.8.4-3'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const payloads = Array.from({ length: 60 }, (_, i) => `message ${i}`);
    for (const [i, payload] of payloads.entries()) {
      await when(publisher).publishes({ topicName, payload, qos: 1 });
      if (i % 6 === 3)
        await when(subscriber).sends(subscribe(subscriber.nextPacketId(), { topicFilter: topicName, qos: 1 }));
    }
    await must(subscriber).receiveExactly(
      payloads.map((payload) => message(payload, { qos: 1 })),
      { until: sentinel(publisher) },
    );
  },
});

export const severalFilters = scenario('several-filters-in-sequence', {
  title:
    'A SUBSCRIBE with several filters works like as many in sequence: one SUBACK, a code for each, the last of equal filters wins',
  cites: { v3: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('s');
    const [first, second, third] = [`${base}/a`, `${base}/b`, `${base}/c`];
    const subscriber = await given.client({ name: 'subscriber' });
    await when(subscriber).sends(
      subscribe(
        1,
        { topicFilter: first, qos: 0 },
        { topicFilter: second, qos: 1 },
        { topicFilter: third, qos: 2 },
        { topicFilter: first, qos: 2 },
      ),
    );
    const answer = await must(subscriber, 'MQTT-3.8.4-4').receive({ type: 'suback', packetId: 1 });
    const codes =
      answer !== undefined && 'returnCodes' in answer
        ? [...((answer.returnCodes as readonly number[] | undefined) ?? [])]
        : [];
    must(subscriber, 'MQTT-3.8.4-5', 'MQTT-3.8.4-4').satisfy(codes.length === 4, {
      expected: 'four return codes',
      got: `${codes.length}`,
    });
    // Other codes are not those of the filters; the same ones are in another order.
    const isDisordered = codes.toSorted().join() === '0,1,2,2';
    must(subscriber, isDisordered ? 'MQTT-3.9.3-1' : 'MQTT-3.8.4-5').satisfy(codes.join() === '0,1,2,2', {
      expected: 'the codes 0 1 2 2',
      got: codes.join(' '),
    });
    const publisher = await given.client({ name: 'publisher' });
    for (const [topicName, qos] of [
      [first, 2],
      [second, 1],
      [third, 2],
    ] as const) {
      await when(publisher).publishes({ topicName, payload: 'x', qos: 2 });
      await must(subscriber, 'MQTT-3.8.4-4').receiveExactly([message('x', { qos, topicName })], {
        until: sentinel(publisher),
      });
    }
    await must(subscriber, 'MQTT-3.8.4-4').receiveExactly([], { until: ping() });
    const surplus = subscriber.connection.pending.some(({ packet }) => packet.type === 'suback');
    must(subscriber, 'MQTT-3.8.4-4').satisfy(!surplus, { expected: 'one SUBACK', got: 'another SUBACK' });
  },
});

export const retainedForEach = scenario('several-filters-with-retained', {
  title: 'Each of several filters in a SUBSCRIBE gets its retained messages',
  cites: { v3: ['MQTT-3.8.4-4', 'MQTT-3.3.1-6'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicNames = [given.topicName('a'), given.topicName('b'), given.topicName('c')];
    for (const topicName of topicNames) {
      const payload = topicName.slice(-1);
      await given.retained({ topicName, payload });
      await given.newSubscriber(topicName, { name: 'before', qos: 1, finds: [message(payload)] });
    }
    const [first = '', ...rest] = topicNames;
    const subscriber = await given.client({ name: 'subscriber' });
    await when(subscriber).sends(
      subscribe(1, { topicFilter: first, qos: 1 }, ...rest.map((topicFilter) => ({ topicFilter, qos: 1 as const }))),
    );
    for (const topicName of topicNames) await must(subscriber).receive(message(topicName.slice(-1), { topicName }));
  },
});

const counts = [1, 2, 10, 40];

export const oneCodeAFilter = counts.map((count) =>
  scenario(`return-codes-for-${count}-filters`, {
    title: `A SUBSCRIBE with ${count} filters gets as many return codes, each at most the QoS that was asked for, and delivery agrees`,
    cites: { v3: ['MQTT-3.8.4-5', 'MQTT-3.8.4-1'] },
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must, should }) {
      const base = given.topicName('c');
      const wanted = Array.from({ length: count }, (_, i) => ({
        topicFilter: `${base}/${i}`,
        // The last one is not of QoS 0: its message must not be lost.
        qos: ((i + 1) % 3) as 0 | 1 | 2,
      }));
      const [first = { topicFilter: base, qos: 0 as const }, ...rest] = wanted;
      const client = await given.client();
      await when(client).sends(subscribe(1, first, ...rest));
      const answer = await must(client, 'MQTT-3.8.4-1').receive({ type: 'suback', packetId: 1 });
      const codes =
        answer !== undefined && 'returnCodes' in answer
          ? [...((answer.returnCodes as readonly number[] | undefined) ?? [])]
          : [];
      must(client, 'MQTT-3.8.4-5').satisfy(codes.length === count, {
        expected: `${count} return codes`,
        got: `${codes.length}`,
      });
      const above = codes.find((code, i) => code <= 2 && code > (wanted[i]?.qos ?? 2));
      should(client, 'MQTT-3.8.4-5').satisfy(above === undefined, {
        expected: 'no QoS above the one that was asked for',
        got: `QoS ${above}`,
      });
      const publisher = await given.client({ name: 'publisher' });
      const at = count - 1;
      const granted = codes[at] ?? 0x80;
      given.that(granted !== 0x80, 'the last filter was refused');
      const last = { topicName: `${base}/${at}`, payload: 'last', qos: given.assuredQos };
      await when(publisher).publishesUntilGot(client, last);
      await must(client, 'MQTT-3.8.4-5').receive(message('last'));
    },
  }),
);

export const wildcardsServed = scenario('wildcards-granted-and-served', {
  title: 'A filter with a wildcard is granted and served, or refused',
  cites: { v3: ['MQTT-3.8.3-2', 'SHOULD-3.8.3-a', 'MQTT-3.8.4-1'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, should }) {
    await given.each(['+', '#'], async (wildcard) => {
      const base = given.topicName('w');
      const topicFilter = `${base}/${wildcard}`;
      const client = await given.client();
      const qos = given.assuredQos;
      await when(client).sends(subscribe(1, { topicFilter, qos }));
      const answer = await must(client, 'MQTT-3.8.4-1').receiveOrEnd(suback(1));
      const code = answer?.type === 'suback' ? answer.returnCodes[0] : 0x80;
      should(client, 'SHOULD-3.8.3-a').satisfy(code !== 0x80, {
        expected: 'wildcards are supported',
        got: 'a refusal',
      });
      if (code === 0x80) return;
      await when(client).sends(subscribe(2, { topicFilter: `${base}/x/control`, qos }));
      given.that((await client.awaits(suback(2))) !== undefined, 'no SUBACK');
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName: `${base}/x`, payload: 'served', qos });
      await must(client, 'MQTT-3.8.3-2').receiveExactly([message('served')], {
        until: sentinel(publisher, { topicName: `${base}/x/control`, qos }),
      });
    });
  },
});

export const subackOrder = scenario('retained-and-suback', {
  title: 'Whether retained messages come ahead of the SUBACK',
  cites: { v3: ['MAY-3.8.4-a'] },
  needs: ['qos 1'],
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'kept' });
    const client = await given.client();
    await when(client).sends(subscribe(1, { topicFilter: topicName, qos: 1 }));
    const both = (): true | undefined => (client.connection.pending.length >= 2 ? true : undefined);
    given.that((await client.connection.waitFor(both)) === true, 'SUBACK and the retained message did not both come');
    observe(client.connection.pending[0]?.packet.type === 'suback' ? 'SUBACK first' : 'the message first');
  },
});
