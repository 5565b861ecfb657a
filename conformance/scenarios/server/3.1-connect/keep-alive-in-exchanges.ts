// Keep Alive in the middle of exchanges: section 3.1.2.10. What a client acknowledges counts, what it owes does not.
import type { Packet } from '../../../../reference/codec/packet.ts';
import { anyMessage, message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';
import { leftOpen } from './open-exchanges.ts';

export const silentInTheMiddle = scenario('keep-alive-timeout-in-the-middle', {
  title:
    'Keep Alive ends a client that falls silent in the middle of an exchange, with a will and without, and the will is published',
  cites: { v3: ['MQTT-3.1.2-24', 'MQTT-3.1.2-8'] },
  needs: ['qos 2'],
  timed: true,
  async play(stage) {
    const { given, must } = stage;
    const cases = Object.entries(leftOpen).flatMap(([what, open]) =>
      [true, false].map((mortal) => ({ what, open, mortal })),
    );
    given.waitsFor('keep-alive timer', 1_500);
    await given.each(cases, async ({ what, open, mortal }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const client = await given.client({
        name: `silent after ${what}`,
        keepAlive: 1,
        acknowledging: 'by hand',
        ...(mortal ? { will: { topicName, message: 'silent', qos: 1, retain: what.includes('PUBLISH') } } : {}),
      });
      await open(stage, client);
      await must(client, 'MQTT-3.1.2-24').end(1_500 + given.lateKeepAliveMs);
      if (mortal) await must(watcher, 'MQTT-3.1.2-8').receive(message('silent'), given.unhurriedMs);
    });
  },
});

/** Half of Keep Alive: who was never silent for longer leaves a target that reads late two of its three seconds. */
const longestSilenceMs = 1_000;

/** A client that sends nothing but the answers to what comes. Two seconds leave room for a target that reads late. */
export const acknowledgingClients = ([1, 2] as const).map((qos) =>
  scenario(`keep-alive-reset-by-acknowledgements-qos-${qos}`, {
    title: `A client that sends nothing but acknowledgements of QoS ${qos} in time stays connected`,
    cites: { v3: ['MQTT-3.1.2-24'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    timed: true,
    async play({ given, when, must }) {
      const topicName = given.topicName();
      // Whoever is let in slowly must not keep the other waiting, who is silent meanwhile.
      const publisher = await given.client({ name: 'publisher' });
      const client = await given.subscriber(topicName, { keepAlive: 2, qos });
      let acknowledgedAt = given.now();
      let longestMs = 0;
      let came = 0;
      for (let i = 0; i < 7 && client.connection.isOpen; i++) {
        await given.time(500, 'keep-alive timer');
        const payload = `message ${i}`;
        await when(publisher).publishes({ topicName, payload, qos });
        // It is acknowledged in the moment in which it comes.
        if (!(await client.hasGot(message(payload)))) break;
        const { at } = client.take(message(payload)) ?? { at: acknowledgedAt };
        longestMs = Math.max(longestMs, at - acknowledgedAt);
        acknowledgedAt = at;
        came++;
      }
      // Who was late beyond Keep Alive has broken a duty of clients (MQTT-3.1.2-23), and whose machine stalls may have kept the target
      // from reading: nobody is to blame for the end then.
      const silentMs = Math.max(longestMs, (client.connection.ending?.at ?? acknowledgedAt) - acknowledgedAt);
      given.that(client.connection.isOpen || silentMs < longestSilenceMs, 'the tester itself was late');
      given.that(!client.connection.isOpen || came === 7, 'the messages did not come');
      must(client).satisfy(client.connection.isOpen, {
        expected: 'the client is still connected',
        got: 'it was disconnected',
      });
    },
  }),
);

/** A publisher at QoS 2 that sends the two packets of its handshake in turn. */
export const releasingClient = scenario('keep-alive-reset-by-pubrel', {
  title: 'A client that sends PUBREL in time stays connected beyond one and a half times its Keep Alive',
  cites: { v3: ['MQTT-3.1.2-24'] },
  needs: ['qos 2'],
  timed: true,
  async play({ given, when, must }) {
    const client = await given.client({ keepAlive: 2 });
    const topicName = given.topicName();
    await when(client).sends(...[1, 2, 3, 4, 5, 6, 7].map((packetId) => publish({ topicName, qos: 2, packetId })));
    let lastSent = given.now();
    let longestMs = 0;
    for (const packetId of [1, 2, 3, 4, 5, 6, 7]) {
      await given.time(500, 'keep-alive timer');
      longestMs = Math.max(longestMs, given.now() - lastSent);
      lastSent = given.now();
      if (client.connection.isOpen) await when(client).sends(pubrel(packetId));
    }
    given.that(client.connection.isOpen || longestMs < longestSilenceMs, 'the tester itself was late');
    must(client).satisfy(client.connection.isOpen, {
      expected: 'the client is still connected',
      got: 'it was disconnected',
    });
    given.that(given.now() - lastSent < 2_000, 'the tester itself was late');
    await must(client).beServed();
  },
});

/** A receiver at QoS 2 that sends nothing but PUBRECs, and one that sends nothing but PUBCOMPs. */
export const receivingClients = (['PUBREC', 'PUBCOMP'] as const).map((kind) =>
  scenario(`keep-alive-reset-by-${kind.toLowerCase()}`, {
    title: `A client that sends ${kind} in time stays connected beyond one and a half times its Keep Alive`,
    cites: { v3: ['MQTT-3.1.2-24'] },
    needs: ['qos 2', 'several in flight'],
    timed: true,
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const publisher = await given.client({ name: 'publisher' });
      const client = await given.subscriber(topicName, { keepAlive: 2, qos: 2, acknowledging: 'by hand' });
      const ids: number[] = [];
      for (let i = 0; i < 7; i++) {
        await when(publisher).publishes({ topicName, payload: `message ${i}`, qos: 2 });
        const { packetId = 0 } = await given.arrival(client, anyMessage({ qos: 2, dup: false }));
        ids.push(packetId);
      }
      const sendsAll = async (packet: (packetId: number) => Packet): Promise<void> => {
        if (client.connection.isOpen) await when(client).sends(...ids.map(packet));
      };
      if (kind === 'PUBCOMP') await sendsAll(pubrec);
      else await when(client).sends({ type: 'pingreq' });
      let lastSent = given.now();
      let longestMs = 0;
      for (const packetId of ids) {
        await given.time(500, 'keep-alive timer');
        longestMs = Math.max(longestMs, given.now() - lastSent);
        lastSent = given.now();
        if (client.connection.isOpen)
          await when(client).sends(kind === 'PUBREC' ? pubrec(packetId) : pubcomp(packetId));
      }
      given.that(client.connection.isOpen || longestMs < longestSilenceMs, 'the tester itself was late');
      must(client).satisfy(client.connection.isOpen, {
        expected: 'the client is still connected',
        got: 'it was disconnected',
      });
      given.that(given.now() - lastSent < 2_000, 'the tester itself was late');
      await must(client).beServed();
      if (kind === 'PUBREC') await sendsAll(pubcomp);
    },
  }),
);

export const keptOverTimeout = scenario('exchanges-kept-over-keep-alive-timeout', {
  title:
    'What a stored session owes, and the identifiers that it has received, are kept when Keep Alive ends its client',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.3.3-2', 'MQTT-4.1.0-1', 'MQTT-3.1.2-4'] },
  needs: ['qos 2'],
  timed: true,
  async play({ given, when, must }) {
    const [topicName, ofHalf] = [given.topicName(), given.topicName('half')];
    const watcher = await given.subscriber(ofHalf, { name: 'watcher', qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const text = { cleanSession: false, qos: 1, keepAlive: 1, acknowledging: 'by hand' } as const;
    const before = await given.subscriber(topicName, { name: 'silent', ...text });
    await when(publisher).publishes({ topicName, payload: 'owed', qos: 1 });
    const { packetId = 0 } = await given.arrival(before, message('owed'));
    const half = { topicName: ofHalf, qos: 2, packetId: 9, payload: 'half' } as const;
    await when(before).sends(publish(half));
    await given.arrival(before, pubrec(9));
    given.waitsFor('keep-alive timer', 1_500);
    const ended = before.connection.waitFor(() => before.connection.ending, 1_500 + given.lateKeepAliveMs);
    given.that((await ended) !== undefined, 'a client that is silent is not disconnected, which is judged elsewhere');
    const after = await given.resumed(before, { keepAlive: 0 });
    await must(after, 'MQTT-4.4.0-1', 'MQTT-4.1.0-1').receive(message('owed', { packetId }));
    await when(after).sends(puback(packetId), publish({ ...half, dup: true }));
    await must(after, 'MQTT-4.3.3-2').receive(pubrec(9));
    await when(after).sends(pubrel(9));
    await must(after, 'MQTT-4.3.3-2').receive(pubcomp(9));
    const until = sentinel(after, { topicName: ofHalf, qos: 2 });
    await must(watcher, 'MQTT-4.3.3-2', 'MQTT-4.1.0-1', 'MQTT-3.1.2-4').receiveExactly([message('half')], { until });
  },
});
