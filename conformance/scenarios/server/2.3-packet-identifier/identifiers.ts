// Packet Identifiers: section 2.3.1.
import {
  anyMessage,
  message,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import { closed } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;

const zeros = [
  { id: 'subscribe', bytes: (topic: string) => packet(0x82, uint16(0), field(topic), 0) },
  { id: 'unsubscribe', bytes: (topic: string) => packet(0xa2, uint16(0), field(topic)) },
  { id: 'publish-qos-1', bytes: (topic: string) => packet(0x32, field(topic), uint16(0), 'x') },
  { id: 'publish-qos-2', bytes: (topic: string) => packet(0x34, field(topic), uint16(0), 'x') },
  { id: 'publish-qos-1-empty', bytes: (topic: string) => packet(0x32, field(topic), uint16(0)) },
  { id: 'publish-qos-2-empty', bytes: (topic: string) => packet(0x34, field(topic), uint16(0)) },
  { id: 'publish-qos-1-dup-1', bytes: (topic: string) => packet(0x3a, field(topic), uint16(0), 'x') },
  { id: 'publish-qos-2-dup-1', bytes: (topic: string) => packet(0x3c, field(topic), uint16(0), 'x') },
  { id: 'publish-qos-1-retain-1', bytes: (topic: string) => packet(0x33, field(topic), uint16(0), 'x') },
  { id: 'publish-qos-2-retain-1', bytes: (topic: string) => packet(0x35, field(topic), uint16(0), 'x') },
];

export const identifierZero = zeros.map(({ id, bytes }) =>
  scenario(`${id}-with-identifier-0`, {
    title: `${id.toUpperCase().replaceAll('-', ' ')} with Packet Identifier 0 closes the connection`,
    cites: { v3: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'] },
    async play({ given, when, must }) {
      const client = await given.client();
      await when(client).sendsBytes(bytes(given.topicName()), `${id} with Packet Identifier 0`);
      await must(client, 'MQTT-2.3.1-1').reactByOneOf([closed()]);
    },
  }),
);

const ids = [1, 0x00ff, 0x0100, 0xff00, 65_535];

export const publishAnswers = scenario('identifiers-of-publish-answers', {
  title: 'PUBACK, PUBREC and PUBCOMP name the identifiers of what they answer, whatever their bytes',
  cites: { v3: ['MQTT-2.3.1-6', 'MQTT-4.3.2-2', 'MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.client({ name: 'publisher' });
    await when(client).sends(...ids.map((packetId) => publish({ topicName, qos: 1, packetId })));
    for (const packetId of ids) await must(client, 'MQTT-2.3.1-6', 'MQTT-4.3.2-2').receive(puback(packetId));
    await when(client).sends(...ids.map((packetId) => publish({ topicName, qos: 2, packetId })));
    for (const packetId of ids) await must(client, 'MQTT-2.3.1-6', 'MQTT-4.3.3-2').receive(pubrec(packetId));
    await when(client).sends(...ids.map(pubrel));
    for (const packetId of ids) await must(client, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
  },
});

export const pubrelAnswers = scenario('identifiers-of-pubrel', {
  title: 'PUBREL has the identifier of the PUBREC that it answers',
  cites: { v3: ['MQTT-2.3.1-6', 'MQTT-4.3.3-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['1', '2', '3']) await when(publisher).publishes({ topicName, payload, qos: 2 });
    for (const payload of ['1', '2', '3']) {
      const arrived = await subscriber.awaits(message(payload, { qos: 2 }));
      given.that(arrived?.packet.type === 'publish', `message ${payload} did not come`);
      const packetId = arrived?.packet.type === 'publish' ? (arrived.packet.packetId ?? 0) : 0;
      await when(subscriber).sends(pubrec(packetId));
      const next = () => must(subscriber, 'MQTT-4.3.3-1').receive({ type: 'pubrel' });
      let answer = await next();
      // An earlier one may come again, as on any live connection.
      while (answer?.type === 'pubrel' && subscriber.isResentPubrel(answer)) answer = await next();
      const got = answer?.type === 'pubrel' ? answer.packetId : 0;
      must(subscriber, 'MQTT-2.3.1-6').satisfy(got === packetId, {
        expected: `PUBREL id ${packetId}`,
        got: `PUBREL id ${got}`,
      });
      await when(subscriber).sends(pubcomp(packetId));
    }
  },
});

export const subscribeAnswers = scenario('identifiers-of-subscribe-answers', {
  title: 'SUBACK and UNSUBACK name the identifiers of what they answer, whatever their bytes',
  cites: { v3: ['MQTT-2.3.1-7', 'MQTT-3.8.4-2', 'MQTT-3.10.4-4', 'MQTT-3.8.4-1'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicFilter = given.topicName();
    const client = await given.client();
    await when(client).sends(...ids.map((packetId) => subscribe(packetId, { topicFilter, qos: 0 })));
    const answers = (): number => client.connection.pending.filter(({ packet }) => packet.type === 'suback').length;
    const all = (): true | undefined => (answers() >= ids.length ? true : undefined);
    (await client.connection.waitFor(all)) ?? (await client.looksAgain(all));
    must(client, 'MQTT-3.8.4-1').satisfy(answers() >= ids.length, {
      expected: `${ids.length} SUBACKs`,
      got: `${answers()}`,
    });
    for (const packetId of ids) await must(client, 'MQTT-2.3.1-7', 'MQTT-3.8.4-2').receive(suback(packetId));
    await when(client).sends(...ids.map((packetId) => unsubscribe(packetId, topicFilter)));
    for (const packetId of ids) await must(client, 'MQTT-2.3.1-7', 'MQTT-3.10.4-4').receive(unsuback(packetId));
    await must(client, 'MQTT-3.8.4-1').beServed();
  },
});

export const inFlightIdentifiers = ([1, 2] as const).map((qos) =>
  scenario(`identifiers-in-flight-qos-${qos}`, {
    title: `Messages in flight at QoS ${qos} have identifiers of their own`,
    cites: { v3: ['MQTT-2.3.1-4', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2', 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 8 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      const [kept, willTopic] = [given.topicName('kept'), given.topicName('will')];
      await given.retained({ topicName: kept, payload: 'kept', qos });
      await given.subscription(subscriber, kept, qos);
      await given.subscription(subscriber, willTopic, qos);
      if (given.capabilities.refusedWills === 'none') {
        const will = { topicName: willTopic, message: 'gone', qos } as const;
        await when(await given.client({ name: 'mortal', will })).cuts();
      }
      // A target may have a window of fewer messages.
      const used = [(await given.arrival(subscriber, message('message 0'))).packetId];
      await subscriber.pings();
      used.push(
        // With DUP 1 a message is sent again, as it may be on a live connection (section 4.4).
        ...subscriber.connection.pending.flatMap(({ packet: one }) =>
          one.type === 'publish' && !one.dup ? one.packetId : [],
        ),
      );
      given.that(used.length > 1, 'only one message is in flight at a time');
      must(subscriber).satisfy(new Set(used).size === used.length, {
        expected: 'identifiers that differ',
        got: used.join(', '),
      });
    },
  }),
);

export const pubrecDoesNotFree = scenario('identifier-not-free-after-pubrec', {
  title: 'PUBREC does not free an identifier: no new message has it before PUBCOMP',
  cites: { v3: ['MQTT-2.3.1-4', 'MQTT-4.3.3-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'first', qos: 2 });
    const first = await subscriber.awaits(message('first'));
    given.that(first?.packet.type === 'publish', 'the first message did not come');
    const held = first?.packet.type === 'publish' ? (first.packet.packetId ?? 0) : 0;
    await when(subscriber).sends(pubrec(held));
    given.that((await subscriber.awaits(pubrel(held))) !== undefined, 'PUBREC got no PUBREL');
    for (let i = 0; i < 8; i++) {
      await when(publisher).publishes({ topicName, payload: `next ${i}`, qos: 2 });
      const next = await subscriber.awaits(message(`next ${i}`));
      given.that(next?.packet.type === 'publish', `message ${i} did not come`);
      const packetId = next?.packet.type === 'publish' ? next.packet.packetId : undefined;
      must(subscriber).satisfy(packetId !== held, {
        expected: `another identifier than ${held}`,
        got: String(packetId),
      });
      await when(subscriber).sends(pubrec(packetId ?? 0));
      await subscriber.awaits({ type: 'pubrel' });
      await when(subscriber).sends(pubcomp(packetId ?? 0));
    }
  },
});

export const sameIdentifierBothWays = scenario('same-identifier-in-both-directions', {
  title: 'The same identifier may be in flight in both directions: the handshakes do not mix',
  cites: { v3: ['MAY-2.3.1-a', 'MQTT-2.3.1-6', 'MQTT-4.3.3-2', 'MQTT-4.3.3-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const other = given.topicName();
    const client = await given.subscriber(topicName, { name: 'both', qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    const watcher = await given.subscriber(other, { name: 'watcher', qos: 2 });
    await when(publisher).publishes({ topicName, payload: 'in', qos: 2 });
    const arrived = await client.awaits(anyMessage({ qos: 2 }));
    const packetId = arrived?.packet.type === 'publish' ? (arrived.packet.packetId ?? 0) : 0;
    given.that(packetId > 0, 'the message did not come');
    await when(client).sends(publish({ topicName: other, payload: 'out', qos: 2, packetId }));
    await must(client, 'MQTT-2.3.1-6').receive(pubrec(packetId));
    await when(client).sends(pubrec(packetId));
    await must(client, 'MQTT-4.3.3-1').receive(pubrel(packetId));
    await when(client).sends(pubcomp(packetId));
    // What ends the one handshake does not end the other.
    await when(client).sends(publish({ topicName: other, payload: 'out', qos: 2, packetId, dup: true }));
    await must(client, 'MQTT-4.3.3-2').receive(pubrec(packetId));
    await when(client).sends(pubrel(packetId));
    await must(client, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
    await must(client).beServed();
    await must(watcher, 'MQTT-4.3.3-2').receiveExactly([message('out')], {
      until: sentinel(client, { topicName: other, qos: 1 }),
    });
  },
});

const confusing = [
  ['zeros', raw.hex('00 00 00 00')],
  ['like-an-identifier', raw.hex('00 01 41 42')],
  ['every-byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
  ['empty', new Uint8Array(0)],
] as const;

export const qos0Payloads = confusing.flatMap(([id, payload]) =>
  ([0, 1] as const).map((qos) =>
    scenario(`qos-0-payload-${id}-published-at-qos-${qos}`, {
      title: `A payload (${id.replaceAll('-', ' ')}) published at QoS ${qos} reaches a QoS 0 subscription unchanged, without identifier`,
      cites: { v3: ['MQTT-2.3.1-5', 'MAY-3.3.3-a'] },
      needs: qos === 1 ? ['qos 1'] : [],
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must }) {
        const topicName = given.topicName();
        const subscriber = await given.subscriber(topicName, { qos: 0 });
        const publisher = await given.client({ name: 'publisher' });
        for (let i = 0; i < 3; i++) await when(publisher).publishes({ topicName, payload, qos });
        const expected = Array.from({ length: 3 }, () => message(payload, { topicName, qos: 0 }));
        await must(subscriber).receiveExactly(expected, {
          until: sentinel(publisher),
          someMayBeLost: true,
          // What was published at QoS 1 may be doubled on its way to QoS 0 (MAY-3.8.4-c).
          ...(qos === 1 ? { repeats: 'allowed' } : {}),
        });
      },
    }),
  ),
);

export const qos0OfAnyOrigin = scenario('qos-0-of-any-origin-without-identifier', {
  title: 'What comes at QoS 0 has no identifier, also where it was retained, is a will, or was published at QoS 2',
  cites: { v3: ['MQTT-2.3.1-5'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const payloadIs = async (client: Client, topicName: string, payload: string): Promise<void> => {
      const arrived = await client.awaits({ type: 'publish', topicName });
      if (arrived?.packet.type !== 'publish') return given.that(false, `"${payload}" did not come`);
      const got = Buffer.from(arrived.packet.payload).toString('latin1');
      must(client).satisfy(got === payload, { expected: `the payload "${payload}"`, got: `"${got}"` });
    };
    const [kept, will, lowered] = [given.topicName('kept'), given.topicName('will'), given.topicName('lowered')];
    const subscriber = await given.subscriber([will, lowered], { qos: 0 });
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['one', 'one']) await when(publisher).publishes({ topicName: lowered, payload, qos: 2 });
    await payloadIs(subscriber, lowered, 'one');
    const lost = await given.client({ name: 'lost', will: { topicName: will, message: 'last', qos: 1 } });
    await when(lost).cuts();
    await payloadIs(subscriber, will, 'last');
    await given.retained({ topicName: kept, payload: 'kept' });
    await payloadIs(await given.subscriber(kept, { name: 'late', qos: 0 }), kept, 'kept');
  },
});
