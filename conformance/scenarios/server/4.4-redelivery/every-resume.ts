// What is sent again whenever a session is resumed, and how: section 4.4.
import { meets, message, puback, pubcomp, pubrec, pubrel } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';
import { blameForOrder } from '../4.6-ordering/blame.ts';

const ends = ['DISCONNECT', 'RST'] as const;

export const resentAfter = ([1, 2] as const).flatMap((qos) =>
  ends.map((how) =>
    scenario(`publish-resent-qos-${qos}-after-${how.toLowerCase()}`, {
      title: `An unacknowledged QoS ${qos} PUBLISH comes again with DUP 1 and its identifier after ${how}`,
      cites: { v3: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-2.3.1-4'], v31: ['MQTT31-27'] },
      needs: [qos === 1 ? 'qos 1' : 'qos 2'],
      protocols: ['3.1.1', '3.1'],
      async play({ given, when, must }) {
        const topicName = given.topicName();
        const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
        const publisher = await given.client({ name: 'publisher' });
        await when(publisher).publishes({ topicName, payload: 'owed', qos });
        const { packetId = 0 } = await given.arrival(before, message('owed'));
        if (how === 'RST') await when(before).cuts('RST');
        else await when(before).disconnects();
        const after = await given.resumed(before);
        const again = await must(after, 'MQTT-4.4.0-1').receive(message('owed', { topicName, qos }));
        must(after, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
        must(after, 'MQTT-4.4.0-1', 'MQTT-2.3.1-4').satisfy(again?.packetId === packetId, {
          expected: `id ${packetId}`,
          got: `id ${again?.packetId}`,
        });
      },
    }),
  ),
);

export const everyTime = ([1, 2] as const).map((qos) =>
  scenario(`publish-resent-at-every-resume-qos-${qos}`, {
    title: `An unacknowledged QoS ${qos} PUBLISH comes again at every resume until it is acknowledged, and no more`,
    cites: { v3: ['MQTT-4.4.0-1', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1', 'MQTT-3.3.1-1'], v31: ['MQTT31-27'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      let client = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'owed', qos });
      const { packetId = 0 } = await given.arrival(client, message('owed'));
      for (let i = 0; i < 3; i++) {
        await when(client).cuts();
        client = await given.resumed(client);
        const again = await must(client, 'MQTT-4.4.0-1').receive(message('owed', { packetId }));
        must(client, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
      }
      await when(client).sends(qos === 1 ? puback(packetId) : pubrec(packetId));
      if (qos === 2) {
        await must(client, 'MQTT-4.3.3-1').receive(pubrel(packetId));
        await when(client).sends(pubcomp(packetId));
      }
      await client.pings();
      await when(client).cuts();
      const last = await given.resumed(client, { acknowledging: 'automatically' });
      const acknowledged = qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1';
      await must(last, acknowledged).receiveExactly([], { until: sentinel(publisher) });
    },
  }),
);

export const pubrelEveryTime = scenario('pubrel-resent-at-every-resume', {
  title: 'A PUBREL comes again at every resume until PUBCOMP, and no PUBLISH beside it',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], v31: ['MQTT31-27'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    let client = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos: 2 });
    const { packetId = 0 } = await given.arrival(client, message('owed'));
    await when(client).sends(pubrec(packetId));
    await given.arrival(client, pubrel(packetId));
    for (let i = 0; i < 3; i++) {
      await when(client).cuts();
      client = await given.resumed(client);
      await must(client, 'MQTT-4.4.0-1').receive(pubrel(packetId));
    }
    await when(client).sends(pubcomp(packetId));
    await must(client, 'MQTT-4.3.3-1').receiveExactly([], { until: sentinel(publisher) });
  },
});

export const pubrecSurelyRead = scenario('pubrec-read-before-the-cut', {
  title: 'Once PUBREC was read the PUBLISH is not sent again, whether its PUBREL was seen or not',
  cites: { v3: ['MQTT-4.3.3-1'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['a', 'b']) await when(publisher).publishes({ topicName, payload, qos: 2 });
    const { packetId: a = 0 } = await given.arrival(before, message('a'));
    const { packetId: b = 0 } = await given.arrival(before, message('b'));
    await when(before).sends(pubrec(b));
    await given.arrival(before, pubrel(b));
    await when(before).cuts();
    const after = await given.resumed(before);
    await must(after).receive(message('a', { packetId: a, qos: 2 }));
    await must(after).receive(pubrel(b));
    await when(after).sends(pubrec(a), pubcomp(b));
    await must(after).receive(pubrel(a));
    await when(after).sends(pubcomp(a));
    after.acknowledging = 'automatically';
    await must(after).receiveExactly([], { until: sentinel(publisher) });
  },
});

export const pubrelOverLostConnacks = scenario('pubrel-owed-over-connections-lost-at-once', {
  title:
    'A PUBREL that was sent once is owed, and no PUBLISH, however many connections were lost before it could come again',
  cites: { v3: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    // Many sessions side by side: whether a connection is lost at the wrong moment is a matter of chance.
    await given.each([...'abcdefghij'], async (suffix) => {
      const topicName = given.topicName(suffix);
      const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'owed', qos: 2 });
      const { packetId = 0 } = await given.arrival(before, message('owed'));
      await when(before).sends(pubrec(packetId));
      await given.arrival(before, pubrel(packetId));
      await when(before).cuts('RST');
      await given.connectsInVain(given.connect({ clientId: before.clientId, cleanSession: false }), 25);
      const after = await given.resumed(before);
      const look = () => after.take(pubrel(packetId)) ?? after.take({ type: 'publish', packetId });
      const { found } = await after.waitsFor(look);
      must(after, 'MQTT-4.3.3-1').satisfy(found?.packet.type !== 'publish', {
        expected: `PUBREL id ${packetId}, and no PUBLISH`,
        got: `PUBLISH id ${packetId} again`,
      });
      if (found === undefined) await must(after, 'MQTT-4.4.0-1').receive(pubrel(packetId));
      await when(after).sends(pubcomp(packetId));
      after.acknowledging = 'automatically';
      await must(after, 'MQTT-4.3.3-1').receiveExactly([], { until: sentinel(publisher) });
    });
  },
});

export const retainOfResend = scenario('resent-with-retain-0', {
  title: 'What came with RETAIN 0 because the subscription was there comes again with RETAIN 0',
  cites: { v3: ['MQTT-3.3.1-9'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 1, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'live', qos: 1, retain: true });
    await given.arrival(before, message('live'));
    await when(before).cuts();
    const after = await given.resumed(before);
    await must(after).receive(message('live', { retain: false }));
  },
});

export const retainOfResentRetained = scenario('resent-with-retain-1', {
  title: 'What came with RETAIN 1 because of a new subscription comes again with RETAIN 1',
  cites: { v3: ['MQTT-3.3.1-8', 'MQTT-4.4.0-1', 'MQTT-3.3.1-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.retained({ topicName, payload: 'kept' });
    const finds = [message('kept')];
    const before = await given.newSubscriber(topicName, {
      cleanSession: false,
      qos: 1,
      acknowledging: 'by hand',
      finds,
    });
    await given.arrival(before, message('kept', { retain: true }));
    await when(before).cuts();
    const after = await given.resumed(before);
    const again = await must(after, 'MQTT-4.4.0-1').receive(message('kept'));
    if (again === undefined) return;
    must(after, 'MQTT-3.3.1-8').satisfy(again.retain, { expected: 'RETAIN 1', got: 'RETAIN 0' });
    must(after, 'MQTT-3.3.1-1').satisfy(again.dup, { expected: 'DUP 1', got: 'DUP 0' });
  },
});

export const manyInFlight = ([1, 2] as const).map((qos) =>
  scenario(`hundred-in-flight-over-a-resume-qos-${qos}`, {
    title: `Of a hundred unacknowledged messages at QoS ${qos} none is lost when the session is resumed, and then new ones come`,
    cites: {
      v3: ['MQTT-4.4.0-1', 'MQTT-4.6.0-6', 'MQTT-4.6.0-1', 'MQTT-4.5.0-1'],
      v31: ['MQTT31-27', 'MQTT31-22'],
    },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 100 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      await given.arrival(before, message('message 0'));
      await before.pings();
      const { pending } = before.connection;
      const seen = payloads.filter((payload) => pending.some(({ packet }) => meets(packet, message(payload))));
      await when(before).cuts();
      const after = await given.resumed(before, { acknowledging: 'automatically' });
      await must(after, 'MQTT-4.4.0-1', 'MQTT-4.6.0-6', 'MQTT-4.6.0-1').receiveExactly(
        payloads.map((payload) => message(payload, { qos })),
        {
          until: ping(),
          order: 'kept',
          ifMissing: ['MQTT-4.4.0-1'],
          ifDisordered: (came) => blameForOrder(came, ['message 0', ...seen]),
        },
      );
      await when(publisher).publishes({ topicName, payload: 'live', qos });
      await must(after, 'MQTT-4.5.0-1').receiveExactly([message('live', { qos })], { until: ping() });
    },
  }),
);

export const queuedThenResent = ([1, 2] as const).map((qos) =>
  scenario(`queued-message-resent-qos-${qos}`, {
    title: `What was queued at QoS ${qos} for a client that was away, and was not acknowledged when it was back, comes again with DUP 1`,
    cites: { v3: ['MQTT-3.3.1-1', 'MQTT-4.4.0-1', 'MQTT-2.3.1-4'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'queued', qos });
      const back = await given.resumed(away);
      const { packetId } = await given.arrival(back, message('queued', { qos }));
      await when(back).cuts();
      const after = await given.resumed(back);
      const again = await must(after, 'MQTT-4.4.0-1').receive(message('queued', { topicName, qos }));
      must(after, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
      must(after, 'MQTT-4.4.0-1', 'MQTT-2.3.1-4').satisfy(again?.packetId === packetId, {
        expected: `id ${packetId}`,
        got: `id ${again?.packetId}`,
      });
    },
  }),
);

export const newTrafficToo = scenario('new-messages-after-resent-ones', {
  title: 'New messages come after those that were sent again, with DUP 0',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.5.0-1', 'MQTT-3.3.1-3'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 1, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos: 1 });
    await given.arrival(before, message('owed'));
    await when(before).cuts();
    const after = await given.resumed(before);
    const again = await must(after, 'MQTT-4.4.0-1').receive(message('owed'));
    await when(publisher).publishes({ topicName, payload: 'new', qos: 1 });
    await when(after).sends(puback(again?.packetId ?? 0));
    const arrived = await must(after, 'MQTT-4.5.0-1').receive(message('new'));
    must(after, 'MQTT-3.3.1-3').satisfy(arrived?.dup === false, { expected: 'DUP 0', got: 'DUP 1' });
  },
});
