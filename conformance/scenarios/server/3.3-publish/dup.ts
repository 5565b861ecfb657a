// DUP of what was not sent before: section 3.3.1.1.
import { message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

/** Publishes with DUP 1, to the end of the handshake. */
async function publishesAgain(
  { given, when }: Stage,
  publisher: Client,
  text: { topicName: string; payload: string; qos: 1 | 2; retain?: boolean },
): Promise<void> {
  await when(publisher).sends(publish({ ...text, packetId: 77, dup: true }));
  await given.arrival(publisher, text.qos === 1 ? puback(77) : pubrec(77));
  if (text.qos === 1) return;
  await when(publisher).sends(pubrel(77));
  await given.arrival(publisher, pubcomp(77));
}

const levels = [1, 2] as const;

export const dupNotPassedToQos0 = levels.map((qos) =>
  scenario(`dup-not-passed-on-from-qos-${qos}-to-0`, {
    title: `DUP 1 of a publisher at QoS ${qos} is not passed on to a QoS 0 subscription`,
    cites: { v3: ['MQTT-3.3.1-3', 'MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 0 });
      const publisher = await given.client({ name: 'publisher' });
      await publishesAgain(stage, publisher, { topicName, payload: 'again', qos });
      // At QoS 0 a message may be lost: a target may even drop what says that it comes again.
      await when(publisher).publishes({ topicName, payload: 'control', qos });
      await given.arrival(subscriber, message('control'));
      const copy = subscriber.take(message('again'))?.packet;
      if (copy?.type !== 'publish') return given.skip('the message did not reach the QoS 0 subscription, which may be');
      must(subscriber).satisfy(copy.qos === 0 && !copy.dup, {
        expected: 'QoS 0, DUP 0',
        got: `QoS ${copy.qos}, DUP ${copy.dup ? 1 : 0}`,
      });
    },
  }),
);

export const dupNotPassedToQos1 = scenario('dup-not-passed-on-from-qos-2-to-1', {
  title: 'DUP 1 of a publisher at QoS 2 is not passed on to a QoS 1 subscription',
  cites: { v3: ['MQTT-3.3.1-3', 'MQTT-4.3.2-1'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, must } = stage;
    await given.each(['again', 'again'.repeat(190)], async (payload) => {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      await publishesAgain(stage, publisher, { topicName, payload, qos: 2 });
      await must(subscriber).receive(message(payload, { qos: 1, dup: false }));
    });
  },
});

export const dupNotQueued = levels.map((qos) =>
  scenario(`dup-not-queued-qos-${qos}`, {
    title: `A message published with DUP 1 at QoS ${qos} and queued is first sent with DUP 0`,
    cites: { v3: ['MQTT-3.3.1-3', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      await publishesAgain(stage, publisher, { topicName, payload: 'again', qos });
      const back = await given.resumed(away);
      await must(back).receive(message('again', { dup: false }));
    },
  }),
);

export const queuedIsNoDuplicate = levels.map((qos) =>
  scenario(`queued-message-has-dup-0-qos-${qos}`, {
    title: `What was queued at QoS ${qos} while a client was away, and never sent to it, comes with DUP 0, though it was resent to another`,
    cites: { v3: ['MQTT-3.3.1-3', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const away = await given.subscriber(topicName, { cleanSession: false, qos });
      await when(away).disconnects();
      const publisher = await given.client({ name: 'publisher' });
      const other = { name: 'another', cleanSession: false, qos, acknowledging: 'by hand' } as const;
      const another = await given.subscriber(topicName, other);
      for (const payload of ['a', 'b', 'c']) await when(publisher).publishes({ topicName, payload, qos });
      await another.awaits(message('a'));
      await when(another).cuts();
      // What it is sent again is judged elsewhere.
      const resumed = await given.client({ ...other, clientId: another.clientId });
      await resumed.awaits(message('a'));
      const back = await given.resumed(away);
      for (const payload of ['a', 'b', 'c']) await must(back).receive(message(payload, { dup: false }));
    },
  }),
);

export const dupNotRetained = levels.map((qos) =>
  scenario(`dup-not-retained-qos-${qos}`, {
    title: `A message retained with DUP 1 at QoS ${qos} is sent to new subscriptions with DUP 0`,
    cites: { v3: ['MQTT-3.3.1-3', 'MQTT-3.3.1-5'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, must } = stage;
      const topicName = given.topicName();
      const publisher = await given.client({ name: 'publisher' });
      await publishesAgain(stage, publisher, { topicName, payload: 'kept', qos, retain: true });
      const subscriber = await given.newSubscriber(topicName, { qos, finds: [message('kept')] });
      const kept = await must(subscriber, 'MQTT-3.3.1-5').receive(message('kept'));
      must(subscriber, 'MQTT-3.3.1-3').satisfy(kept?.dup === false, { expected: 'DUP 0', got: 'DUP 1' });
    },
  }),
);

export const dupReplacesRetained = levels.map((qos) =>
  scenario(`retained-message-replaced-with-dup-1-qos-${qos}`, {
    title: `A message published with RETAIN 1 and DUP 1 at QoS ${qos} replaces the retained one, and an empty one erases it`,
    cites: { v3: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-10'] },
    needs: [qos === 1 ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, must } = stage;
      const topicName = given.topicName();
      await given.retained({ topicName, payload: 'old' });
      const publisher = await given.client({ name: 'publisher' });
      await publishesAgain(stage, publisher, { topicName, payload: 'new', qos, retain: true });
      const due = message('new', { topicName });
      const subscriber = await given.newSubscriber(topicName, { qos, finds: [due] });
      await must(subscriber, 'MQTT-3.3.1-5', 'MQTT-3.3.1-6').receive(due);
      await publishesAgain(stage, publisher, { topicName, payload: '', qos, retain: true });
      const late = await given.newSubscriber(topicName, { name: 'late', qos, finds: [] });
      await must(late, 'MQTT-3.3.1-10').receiveExactly([], { until: sentinel(publisher, { topicName, qos }) });
    },
  }),
);
