// CleanSession: section 3.1.2.4.
import type { Qos } from '../../../../reference/message.ts';
import { connack, message, puback, publish } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

const ends = ['DISCONNECT', 'a cut'] as const;

export const resumed = ends.map((end) =>
  scenario(`session-resumed-after-${end === 'a cut' ? 'cut' : 'disconnect'}`, {
    title: `A session of CleanSession 0 is resumed after ${end}: queued messages come, and the subscription is still there`,
    cites: { v3: ['MQTT-3.1.2-4', 'MQTT-3.1.2-5', 'MQTT-4.1.0-1', 'MQTT-3.1.4-3'], v31: ['MQTT31-22'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const before = await given.subscriber(topicName, { clientId, cleanSession: false, qos: 1 });
      if (end === 'a cut') await when(before).cuts();
      else await when(before).disconnects();
      const barrier = await given.client({ clientId: given.clientId(), name: 'publisher' });
      await when(barrier).publishes({ topicName, payload: 'queued', qos: 1 });
      const after = await given.connection('subscriber again');
      await when(after).sends(given.connect({ clientId, cleanSession: false }));
      await must(after, 'MQTT-3.1.2-4', 'MQTT-3.1.4-3', 'MQTT-4.1.0-1').receive(
        connack({ returnCode: 0, ...given.toldOfSession() }),
      );
      await must(after, 'MQTT-3.1.2-5').receive(message('queued', { qos: 1 }));
      await when(barrier).publishes({ topicName, payload: 'live', qos: 1 });
      await must(after, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receiveExactly([message('live', { qos: 1 })], {
        until: sentinel(barrier),
      });
    },
  }),
);

export const queuedWhileAway = ([1, 2] as const).map((qos) =>
  scenario(`queued-at-qos-${qos}`, {
    title: `Messages at QoS ${qos} for a client that is away come when it returns, all and in order`,
    cites: { v3: ['MQTT-3.1.2-5', 'MQTT-4.6.0-6'], v31: ['MQTT31-22'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const away = await given.subscriber(topicName, { clientId, cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      const payloads = Array.from({ length: 20 }, (_, i) => `message ${i}`);
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos });
      const back = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
      const expected = payloads.map((payload) => message(payload, { qos }));
      await must(back, 'MQTT-3.1.2-5').receiveExactly(expected, {
        until: sentinel(publisher),
      });
    },
  }),
);

export const queuedAcrossQos = scenario('queued-at-the-lower-qos', {
  title: 'What is published at another QoS than was granted is queued too, at the lower of both',
  cites: { v3: ['MQTT-3.1.2-5', 'MQTT-3.8.4-6'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const base = given.topicName('q');
    const cells = ([1, 2] as const).flatMap((granted) =>
      ([1, 2] as const).map((published) => ({ granted, published })),
    );
    const away = await given.client({ name: 'subscriber', cleanSession: false });
    for (const granted of [1, 2] as const) {
      await given.subscription(away, `${base}/${granted}/exact`, granted);
      await given.subscription(away, `${base}/${granted}/+/x`, granted);
    }
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    const names = ({ granted }: { granted: number }) => [`${base}/${granted}/exact`, `${base}/${granted}/plus/x`];
    for (const cell of cells)
      for (const topicName of names(cell))
        await when(publisher).publishes({ topicName, payload: `at ${cell.published}`, qos: cell.published });
    const back = await given.resumed(away);
    for (const cell of cells)
      for (const topicName of names(cell)) {
        const arrived = await must(back, 'MQTT-3.1.2-5').receive(message(`at ${cell.published}`, { topicName }));
        const qos = Math.min(cell.granted, cell.published);
        must(back, 'MQTT-3.8.4-6').satisfy(arrived?.qos === qos, {
          expected: `QoS ${qos}`,
          got: `QoS ${arrived?.qos}`,
        });
      }
  },
});

export const qos0WhileAway = scenario('qos-0-while-away', {
  title: 'What becomes of QoS 0 messages for a client that is away',
  cites: { v3: ['MAY-3.1.2.4-a'] },
  needs: ['qos 1'],
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const away = await given.subscriber(topicName, { clientId, cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'a', qos: 0 });
    await when(publisher).publishes({ topicName, payload: 'z', qos: 1 });
    const back = await given.client({ name: 'subscriber again', clientId, cleanSession: false });
    given.that((await back.awaits(message('z'))) !== undefined, 'the QoS 1 message did not come');
    observe(back.take(message('a')) === undefined ? 'dropped' : 'stored');
  },
});

export const cleanSessionDiscards = scenario('clean-session-discards', {
  title: 'CleanSession 1 discards the stored session: its messages and subscriptions are gone',
  cites: { v3: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3', 'MQTT-3.2.2-1'], v31: ['MQTT31-23'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const stored = await given.subscriber(topicName, { clientId, cleanSession: false, qos: 1 });
    await when(stored).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'queued', qos: 1 });
    const clean = await given.connection('clean');
    await when(clean).sends(given.connect({ clientId }));
    await must(clean, 'MQTT-3.2.2-1').receive(connack({ returnCode: 0, sessionPresent: false }));
    await given.subscription(clean, `${topicName}/control`, 1);
    await when(publisher).publishes({ topicName, payload: 'fresh', qos: 1 });
    await must(clean, 'MQTT-3.1.2-6', 'MQTT-3.1.4-3').receiveExactly([], {
      until: sentinel(publisher, { topicName: `${topicName}/control`, qos: 1 }),
    });
  },
});

export const cleanSessionLeavesNothing = scenario('clean-session-leaves-nothing', {
  title: 'A session of CleanSession 1 leaves nothing to a later one',
  cites: { v3: ['MQTT-3.1.2-6', 'MQTT-3.2.2-3'], v31: ['MQTT31-23'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const clean = await given.subscriber(topicName, { clientId, qos: 1 });
    await when(clean).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'meanwhile', qos: 1 });
    const later = await given.connection('later');
    await when(later).sends(given.connect({ clientId, cleanSession: false }));
    await must(later, 'MQTT-3.2.2-3', 'MQTT-3.1.2-6').receive(connack({ returnCode: 0, sessionPresent: false }));
    await given.subscription(later, `${topicName}/control`, 1);
    await when(publisher).publishes({ topicName, payload: 'fresh', qos: 1 });
    await must(later, 'MQTT-3.1.2-6').receiveExactly([], {
      until: sentinel(publisher, { topicName: `${topicName}/control`, qos: 1 }),
    });
  },
});

export const cleanLeavesNothingInFlight = scenario('clean-session-leaves-nothing-in-flight', {
  title: 'What was not acknowledged in a session of CleanSession 1 does not come to a later one',
  cites: { v3: ['MQTT-3.1.2-6'], v31: ['MQTT31-23'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each([true, false], async (cleanSession) => {
      const topicName = given.topicName();
      const clean = await given.subscriber(topicName, { qos: 1, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'not acknowledged', qos: 1 });
      await given.arrival(clean, message('not acknowledged'));
      await when(clean).cuts();
      const later = await given.client({ name: 'later', clientId: clean.clientId, cleanSession });
      await given.subscription(later, `${topicName}/control`, 1);
      await must(later).receiveExactly([], {
        until: sentinel(publisher, { topicName: `${topicName}/control`, qos: 1 }),
      });
    });
  },
});

/** Of these some wait for acknowledgements of others. */
const moreThanInFlight = 40;

export const cleanTakeoverDiscards = scenario('clean-takeover-discards', {
  title: 'CleanSession 1 that takes over a connected client discards its session, and leaves none itself',
  cites: { v3: ['MQTT-3.1.4-3', 'MQTT-3.1.2-6'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const text = { cleanSession: false, qos: 1, acknowledging: 'by hand' } as const;
    const older = await given.subscriber(topicName, { name: 'older', ...text });
    const publisher = await given.client({ name: 'publisher' });
    // Some are on their way to it, and others wait.
    const waiting = Array.from({ length: moreThanInFlight }, (_, i) => i + 1);
    await when(publisher).sends(
      ...waiting.map((packetId) => publish({ topicName, payload: 'for the older', qos: 1, packetId })),
    );
    for (const packetId of waiting) await given.arrival(publisher, puback(packetId));
    const newer = await given.connection('newer');
    await when(newer).sends(given.connect({ clientId: older.clientId }));
    await must(newer).receive(connack({ returnCode: 0, sessionPresent: false }));
    await given.subscription(newer, `${topicName}/control`, 1);
    await when(publisher).publishes({ topicName, payload: 'fresh', qos: 1 });
    await must(newer).receiveExactly([], { until: sentinel(publisher, { topicName: `${topicName}/control`, qos: 1 }) });
    await when(newer).disconnects();
    const later = await given.client({ name: 'later', clientId: older.clientId, cleanSession: false });
    must(later, 'MQTT-3.1.2-6').satisfy(later.sessionPresent !== true, {
      expected: 'Session Present 0',
      got: 'Session Present 1',
    });
  },
});

export const storedTakeoverKeeps = scenario('stored-takeover-keeps', {
  title: 'CleanSession 0 that takes over a connected client goes on with its session',
  cites: { v3: ['MQTT-3.1.4-3', 'MQTT-4.1.0-1', 'MQTT-3.1.2-4', 'MQTT-3.2.2-2'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const older = await given.subscriber(topicName, { name: 'older', cleanSession: false, qos: 1 });
    const newer = await given.connection('newer');
    await when(newer).sends(given.connect({ clientId: older.clientId, cleanSession: false }));
    await must(newer, 'MQTT-3.2.2-2', 'MQTT-3.1.4-3').receive(connack({ returnCode: 0, ...given.toldOfSession() }));
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'still', qos: 1 });
    await must(newer, 'MQTT-3.1.4-3', 'MQTT-4.1.0-1', 'MQTT-3.1.2-4').receiveExactly([message('still', { qos: 1 })], {
      until: sentinel(publisher),
    });
  },
});

export const retainedIsNoState = (['disconnects', 'cuts', 'is wiped'] as const).map((how) =>
  scenario(`retained-survives-session-that-${how.replace(' ', '-')}`, {
    title: `A retained message survives when the session of its publisher ${how}`,
    cites: { v3: ['MQTT-3.1.2-7'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const publisher = await given.client({ name: 'publisher', clientId, cleanSession: how !== 'is wiped' });
      await when(publisher).publishes({ topicName, payload: 'kept', qos: 1, retain: true });
      if (how === 'cuts') await when(publisher).cuts();
      else await when(publisher).disconnects();
      const again = await given.client({ name: 'again', clientId });
      await when(again).disconnects();
      const subscriber = await given.newSubscriber(topicName, { qos: 1, finds: [message('kept')] });
      await must(subscriber).receive(message('kept'));
      await must(subscriber).receiveExactly([], { until: ping() });
    },
  }),
);

export const manySubscriptions = scenario('session-with-many-subscriptions', {
  title: 'A session keeps all of its subscriptions with their QoS',
  cites: { v3: ['MQTT-4.1.0-1', 'MQTT-3.1.2-4'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const clientId = given.clientId();
    const topicNames = ([0, 1, 2] as const).map((qos) => [qos, given.topicName(`qos${qos}`)] as const);
    const before = await given.client({ clientId, cleanSession: false });
    for (const [qos, topicName] of topicNames) await given.subscription(before, topicName, qos);
    const base = given.topicName('of many');
    const further = Array.from({ length: 60 }, (_, i) => `${base}/${i}`);
    for (const topicFilter of further) await given.subscription(before, topicFilter, 1);
    await when(before).disconnects();
    const after = await given.client({ clientId, cleanSession: false });
    const publisher = await given.client({ name: 'publisher' });
    for (const [qos, topicName] of topicNames) {
      const payloads = ['x', 'y', 'z'];
      for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 2 });
      await must(after).receiveExactly(
        payloads.map((payload) => message(payload, { qos: qos as Qos })),
        { until: sentinel(publisher), someMayBeLost: qos === 0 },
      );
    }
    for (const topicName of further) await when(publisher).publishes({ topicName, payload: 'x', qos: 1 });
    const expected = further.map((topicName) => message('x', { topicName, qos: 1 }));
    await must(after).receiveExactly(expected, { until: sentinel(publisher) });
  },
});
