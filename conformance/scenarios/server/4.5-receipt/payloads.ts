// Payloads of every kind, on every way to a subscriber: sections 3.3.3 and 4.5.
import { message, patterned } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const levels = [0, 1, 2] as const;
const needs = (qos: 0 | 1 | 2) => (qos === 0 ? [] : qos === 1 ? (['qos 1'] as const) : (['qos 2'] as const));

const payloads = [
  ['empty', new Uint8Array(0)],
  ['of-one-zero', Uint8Array.of(0)],
  ['of-every-byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
  ['ill-formed-utf-8', Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80)],
  ['of-blanks-and-line-ends', new TextEncoder().encode('\ufeff \t\0a\r\nb\n\r\u00a0\r\n\n \0 \n')],
  ['like-a-packet', Uint8Array.of(0xe0, 0, 0xc0, 0, 0x30, 0)],
  ['of-16384-bytes', patterned(16_384)],
  ['of-70000-bytes', patterned(70_000)],
] as const;

export const unchanged = payloads.flatMap(([id, payload]) =>
  levels.map((qos) =>
    scenario(`payload-${id}-at-qos-${qos}`, {
      title: `A payload (${id.replaceAll('-', ' ')}) at QoS ${qos} reaches its subscriber unchanged`,
      cites: {
        v3: [
          'MQTT-4.5.0-1',
          ...(qos === 0 ? [] : (['MQTT-3.8.4-6', 'MQTT-3.3.1-3', 'MQTT-3.3.1-9'] as const)),
          ...(payload.length === 0 ? (['MAY-3.3.3-a'] as const) : []),
        ],
      },
      needs: needs(qos),
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must, observe }) {
        given.payloadsOf(payload.length);
        const topicName = given.topicName();
        const subscriber = await given.subscriber(topicName, { qos });
        const publisher = await given.client({ name: 'publisher' });
        // What is long is retained too, which is nothing to those who have subscribed already.
        const retain = payload.length > 1_000 && given.capabilities.retainedMessages;
        const times = qos === 0 ? 3 : 1;
        for (let i = 0; i < times; i++) await when(publisher).publishes({ topicName, payload, qos, retain });
        if (qos > 0) {
          const came = await must(subscriber, 'MQTT-4.5.0-1').receive(message(payload, { topicName }));
          const got = `${came?.qos}`;
          must(subscriber, 'MQTT-3.8.4-6').satisfy(came?.qos === qos, { expected: `QoS ${qos}`, got: `QoS ${got}` });
          must(subscriber, 'MQTT-3.3.1-3').satisfy(came?.dup === false, { expected: 'DUP 0', got: 'DUP 1' });
          must(subscriber, 'MQTT-3.3.1-9').satisfy(came?.retain === false, { expected: 'RETAIN 0', got: 'RETAIN 1' });
        }
        const expected = Array.from({ length: times }, () => message(payload, { topicName, qos }));
        await must(subscriber, 'MQTT-4.5.0-1').receiveExactly(qos === 0 ? expected : [], {
          until: sentinel(publisher),
          someMayBeLost: qos === 0,
        });
        if (payload.length === 0) observe('an empty payload is delivered', 'MAY-3.3.3-a');
      },
    }),
  ),
);

/** Neither does a queue care for how a topic is written. */
const besides: Readonly<Record<string, string>> = {
  'of-every-byte': `/${'l'.repeat(200)}`,
  'ill-formed-utf-8': '/caf\u00e9/\ud834\udd1e',
};

export const unchangedLater = payloads.map(([id, payload]) =>
  scenario(`payload-${id}-queued`, {
    title: `A payload (${id.replaceAll('-', ' ')}) that was queued reaches its subscriber unchanged`,
    cites: { v3: ['MQTT-4.5.0-1', 'MQTT-3.1.2-5'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      given.payloadsOf(payload.length);
      const topicName = `${given.topicName()}${besides[id] ?? ''}`;
      const away = await given.subscriber(topicName, { cleanSession: false, qos: 1 });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload, qos: 1 });
      const back = await given.resumed(away);
      await must(back).receiveExactly([message(payload, { topicName })], { until: sentinel(publisher) });
    },
  }),
);

export const queuedOnDeepTopics = scenario('queued-on-a-deep-topic', {
  title: 'A message on a topic of sixteen levels is queued like others',
  cites: { v3: ['MQTT-4.5.0-1', 'MQTT-3.1.2-5'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = `${given.topicName()}${'/l'.repeat(12)}`;
    const away = await given.subscriber(topicName, { cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'queued', qos: 1 });
    const back = await given.resumed(away);
    await must(back).receive(message('queued', { topicName }));
  },
});

export const unchangedRetained = payloads
  .filter(([, payload]) => payload.length > 0)
  .map(([id, payload]) =>
    scenario(`payload-${id}-retained`, {
      title: `A payload (${id.replaceAll('-', ' ')}) that was retained reaches a new subscriber unchanged`,
      cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'] },
      needs: ['qos 1'],
      protocols: ['3.1.1', '3.1'],
      async play({ given, must }) {
        given.payloadsOf(payload.length);
        const topicName = given.topicName();
        await given.retained({ topicName, payload, qos: 1 });
        const subscriber = await given.newSubscriber(topicName, { qos: 1, finds: [message(payload)] });
        const came = await must(subscriber, 'MQTT-3.3.1-5', 'MQTT-3.3.1-6').receive(message(payload, { topicName }));
        // Of what is short that is judged elsewhere.
        if (payload.length > 1_000)
          must(subscriber, 'MQTT-3.3.1-8').satisfy(came?.retain === true, { expected: 'RETAIN 1', got: 'RETAIN 0' });
      },
    }),
  );

export const aboveOneMebibyte = ([0, 2] as const).map((qos) =>
  scenario(`payload-above-one-mebibyte-at-qos-${qos}`, {
    title: `A payload of more than 1 MiB at QoS ${qos} is delivered unchanged`,
    cites: { v3: ['MQTT-4.5.0-1'] },
    needs: needs(qos),
    async play({ given, when, must }) {
      given.payloadsOf(1_300_000);
      const topicName = given.topicName();
      const payload = patterned(1_300_000);
      const subscriber = await given.subscriber(topicName, { qos });
      const publisher = await given.client({ name: 'publisher' });
      const text = { topicName, payload, qos };
      await (qos === 0 ? when(publisher).publishesUntilGot(subscriber, text) : when(publisher).publishes(text));
      given.that(await publisher.pings(), 'the target does not take a message of this size');
      await must(subscriber).receive(message(payload));
    },
  }),
);
