// Keep Alive in the middle of exchanges: section 3.1.2.10. What a client acknowledges counts, what it owes does not.
import { message, publish, pubrel } from '../../../wire/packets.ts';
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
