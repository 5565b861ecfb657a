// What a stored session survives, and what it keeps: section 4.1.
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

const ends = ['DISCONNECT', 'FIN', 'RST', 'takeover'] as const;

/** Ends a connection; `takeover` leaves that to the CONNECT that follows. */
async function leaves(
  { given, when }: Stage,
  client: Client,
  how: (typeof ends)[number] | 'malformed packet',
): Promise<void> {
  if (how === 'malformed packet') {
    await when(client).sendsBytes(Uint8Array.of(0xf0, 0), 'a packet of type 15');
    const ended = await client.connection.waitFor(() => client.connection.ending);
    given.that(ended !== undefined, 'the connection stays open, which is judged elsewhere');
  } else if (how === 'DISCONNECT') await when(client).disconnects();
  else if (how !== 'takeover') await when(client).cuts(how);
}

export const present = ends.map((how) =>
  scenario(`session-in-flight-present-after-${how.toLowerCase()}`, {
    title: `A session with messages in flight is present after ${how}, with its subscription`,
    cites: { v3: ['MQTT-4.1.0-1', 'MQTT-3.1.2-4', 'MQTT-3.2.2-2'] },
    needs: ['qos 2'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'owed', qos: 2 });
      await given.arrival(before, message('owed'));
      await leaves(stage, before, how);
      const after = await given.client({ name: 'again', clientId: before.clientId, cleanSession: false });
      must(after).satisfy(after.sessionPresent === true || !given.capabilities.tellsSessions, {
        expected: 'Session Present 1',
        got: 'Session Present 0',
      });
      await must(after, 'MQTT-4.1.0-1', 'MQTT-3.1.2-4').receive(message('owed', { qos: 2 }));
      await when(publisher).publishes({ topicName, payload: 'live', qos: 2 });
      await must(after, 'MQTT-4.1.0-1', 'MQTT-3.1.2-4').receive(message('live', { qos: 2 }));
    },
  }),
);

export const kept = [...ends, 'malformed packet' as const].flatMap((how) => [
  scenario(`deliveries-kept-after-${how.toLowerCase().replace(' ', '-')}`, {
    title: `Deliveries in each state of their handshake are kept over ${how}`,
    cites: { v3: ['MQTT-4.1.0-1', 'MQTT-4.4.0-1'], v31: ['MQTT31-22'] },
    needs: ['qos 2', 'several in flight'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const before = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      const ids: number[] = [];
      for (const [payload, qos] of [
        ['released', 2],
        ['two', 2],
        ['one', 1],
      ] as const) {
        await when(publisher).publishes({ topicName, payload, qos });
        ids.push((await given.arrival(before, message(payload, { qos }))).packetId ?? 0);
      }
      const [released = 0, two = 0, one = 0] = ids;
      await when(before).sends(pubrec(released));
      await given.arrival(before, pubrel(released));
      await leaves(stage, before, how);
      const after = await given.resumed(before);
      await must(after).receive(pubrel(released));
      await must(after).receive(message('two', { qos: 2, packetId: two }));
      await must(after).receive(message('one', { qos: 1, packetId: one }));
      await when(after).sends(puback(one), pubcomp(released));
    },
  }),
  scenario(`received-identifiers-kept-after-${how.toLowerCase().replace(' ', '-')}`, {
    title: `Identifiers of QoS 2 messages that await PUBREL are kept over ${how}`,
    cites: { v3: ['MQTT-4.1.0-1', 'MQTT-4.3.3-2', 'MQTT-3.2.2-2'], v31: ['MQTT31-22'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 2 });
      const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false });
      const ids = [5, 6, 7];
      const half = (packetId: number) => ({ topicName, qos: 2, packetId, payload: `half of ${packetId}` }) as const;
      await when(before).sends(...ids.map((packetId) => publish(half(packetId))));
      for (const packetId of ids) await given.arrival(before, pubrec(packetId));
      await leaves(stage, before, how);
      const after = await given.client({ name: 'publisher again', clientId: before.clientId, cleanSession: false });
      const { sessionPresent: told } = given.toldOfSession();
      must(after, 'MQTT-4.1.0-1', 'MQTT-3.2.2-2').satisfy(told === undefined || after.sessionPresent === true, {
        expected: 'Session Present 1',
        got: 'Session Present 0',
      });
      await when(after).sends(...ids.map((packetId) => publish({ ...half(packetId), dup: true })));
      for (const packetId of ids) await must(after, 'MQTT-4.3.3-2').receive(pubrec(packetId));
      await when(after).sends(...ids.map(pubrel));
      for (const packetId of ids) await must(after, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
      const until = sentinel(after, { topicName, qos: 2 });
      const once = ids.map((packetId) => message(half(packetId).payload, { qos: 2 }));
      await must(watcher).receiveExactly(once, { until });
    },
  }),
]);

export const resumedAgainAndAgain = scenario('session-resumed-again-and-again', {
  title: 'A session that was resumed is still there the next time, and the time after',
  cites: { v3: ['MQTT-4.1.0-1'], v31: ['MQTT31-22'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const topicName = given.topicName();
    const publisher = await given.client({ name: 'publisher' });
    let client = await given.subscriber(topicName, { cleanSession: false, qos: 1 });
    for (const [i, how] of [...ends, ...ends].entries()) {
      await leaves(stage, client, how);
      if (how === 'DISCONNECT') await when(publisher).publishes({ topicName, payload: `away ${i}`, qos: 1 });
      const before = client;
      client = await given.client({ name: 'subscriber', clientId: client.clientId, cleanSession: false });
      // When the older connection ends is judged elsewhere: until then a message may go there.
      await before.connection.waitFor(() => before.connection.ending);
      if (how === 'DISCONNECT') await must(client).receive(message(`away ${i}`));
      await when(publisher).publishes({ topicName, payload: `live ${i}`, qos: 1 });
      await must(client).receive(message(`live ${i}`, { qos: 1 }));
    }
  },
});

export const subscriptionsAsTheyWere = scenario('subscriptions-kept-as-they-were', {
  title:
    'Subscriptions are kept as they were last: each with its QoS, one within another too, and none that was given up',
  cites: { v3: ['MQTT-4.1.0-1', 'MQTT-3.1.2-4', 'MQTT-3.2.2-2'], v31: ['MQTT31-22'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const names = [0, 1, 2].map((qos) => given.topicName(`qos-${qos}`));
    const [changed, givenUp] = [given.topicName('changed'), given.topicName('given-up')];
    const within = `${given.topicName('wide')}/narrow`;
    const before = await given.subscriber(givenUp, { cleanSession: false, qos: 2 });
    for (const [qos, topicName] of names.entries()) await given.subscription(before, topicName, qos as 0 | 1 | 2);
    await given.subscription(before, changed, 2);
    await given.subscription(before, changed, 1);
    await given.subscription(before, within, 2);
    await given.subscription(before, within.replace('narrow', '+'), 1);
    await when(before).sends({ type: 'unsubscribe', packetId: 500, topicFilters: [givenUp] });
    await given.arrival(before, { type: 'unsuback', packetId: 500 });
    await when(before).disconnects();
    const after = await given.client({ name: 'again', clientId: before.clientId, cleanSession: false });
    const { sessionPresent: told } = given.toldOfSession();
    must(after).satisfy(told === undefined || after.sessionPresent === true, {
      expected: 'Session Present 1',
      got: 'Session Present 0',
    });
    const publisher = await given.client({ name: 'publisher' });
    const [atMostOnce = '', ...sure] = names;
    const some = ['as it was', 'as before', 'as ever'];
    for (const payload of some) await when(publisher).publishes({ topicName: atMostOnce, payload, qos: 2 });
    await must(after).receiveExactly(
      some.map((payload) => message(payload, { topicName: atMostOnce, qos: 0 })),
      { until: sentinel(publisher), someMayBeLost: true, repeats: 'allowed' },
    );
    for (const topicName of [...sure, givenUp, changed, within]) {
      await when(publisher).publishes({ topicName, payload: 'as it was', qos: 2 });
    }
    const expected = [...sure, changed, within].map((topicName, i) =>
      message('as it was', { topicName, qos: [1, 2, 1, 2][i] ?? 0 }),
    );
    await must(after).receiveExactly(expected, {
      until: sentinel(publisher, { topicName: names[2] ?? '', qos: 2 }),
      // Of two that overlap a target may deliver a copy for each.
      besides: [message('as it was', { topicName: within, qos: 1 })],
    });
  },
});

export const cleanForgetsIdentifiers = scenario('clean-session-forgets-received-identifiers', {
  title: 'With CleanSession 1 an identifier that awaited PUBREL before means a new message',
  cites: { v3: ['MQTT-3.1.2-6'], v31: ['MQTT31-23'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 2 });
    const before = await given.subscriber(given.topicName('own'), { name: 'publisher', cleanSession: false });
    await when(before).sends(publish({ topicName, qos: 2, packetId: 5, payload: 'never released' }));
    await given.arrival(before, pubrec(5));
    await when(before).disconnects();
    const after = await given.client({ name: 'publisher anew', clientId: before.clientId, cleanSession: true });
    await when(after).sends(publish({ topicName, qos: 2, packetId: 5, payload: 'new' }));
    await given.arrival(after, pubrec(5));
    await when(after).sends(pubrel(5));
    await given.arrival(after, pubcomp(5));
    await must(watcher).receive(message('new', { qos: 2 }));
  },
});
