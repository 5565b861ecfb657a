// What was not acknowledged is sent again, whatever message it is and wherever it came from: section 4.4.
import {
  message,
  type Payload,
  patterned,
  pubcomp,
  pubrec,
  pubrel,
  unsuback,
  unsubscribe,
} from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ClientText } from '../../../wire/play/given.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

type Qos = 1 | 2;

interface Sending {
  readonly topicName: string;
  readonly qos: Qos;
  readonly subscriber: Client;
}

interface Origin {
  /** With what its subscriber comes back. */
  readonly returning?: (stage: Stage) => ClientText;
  readonly payload: Payload;
  readonly filterOf?: (topicName: string) => string;
  readonly send?: (stage: Stage, sending: Sending) => Promise<unknown>;
}

const publishesIt =
  (payload: Payload, { retain = false } = {}) =>
  async ({ given, when }: Stage, { topicName, qos }: Sending): Promise<void> => {
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload, qos, retain });
  };

/** None of this is a reason to forget a message. */
const origins: Readonly<Record<string, Origin>> = {
  'an empty message': { payload: '' },
  'a large message': { payload: patterned(20_000) },
  'a message that is no text': { payload: Uint8Array.of(0xff, 0, 0xc0, 0x80) },
  'a message published with RETAIN 1': { payload: 'kept', send: publishesIt('kept', { retain: true }) },
  'a retained message': {
    payload: 'retained',
    filterOf: (topicName) => `${topicName}/other`,
    send: async ({ given }, { topicName, qos, subscriber }) => {
      await given.retained({ topicName, payload: 'retained', qos });
      await given.subscription(subscriber, topicName, qos);
    },
  },
  'a message for a client that comes back with a will': {
    payload: 'owed',
    returning: ({ given }) => ({ will: { topicName: given.topicName('will'), message: 'gone', qos: 0 } }),
  },
  'a message by a wildcard': { payload: 'wild', filterOf: (topicName) => `${topicName}/#` },
  "the subscriber's own message": {
    payload: 'own',
    send: ({ when }, { topicName, qos, subscriber }) => when(subscriber).publishes({ topicName, payload: 'own', qos }),
  },
  'a will': {
    payload: 'a will',
    send: async ({ given, when }, { topicName, qos }) => {
      const mortal = await given.client({ name: 'mortal', will: { topicName, message: 'a will', qos } });
      await when(mortal).cuts();
    },
  },
  'an empty will': {
    payload: '',
    send: async ({ given, when }, { topicName, qos }) => {
      const mortal = await given.client({ name: 'mortal', will: { topicName, message: '', qos } });
      await when(mortal).cuts();
    },
  },
};

const needs = (qos: Qos) => (qos === 1 ? 'qos 1' : 'qos 2');

/** A subscriber that got the message and did not acknowledge it. */
async function subscriberOwed(stage: Stage, origin: Origin, qos: Qos) {
  const { given } = stage;
  const topicName = given.topicName();
  const { payload, filterOf = (name) => name, send = publishesIt(payload) } = origin;
  const subscriber = await given.subscriber(filterOf(topicName), {
    cleanSession: false,
    qos,
    acknowledging: 'by hand',
  });
  await send(stage, { topicName, qos, subscriber });
  const { packetId = 0 } = await given.arrival(subscriber, message(payload, { qos }));
  return { subscriber, topicName, packetId };
}

/** Who ends connections upon large packets is not asked for one. */
const possibleAt = ({ given }: Stage) =>
  Object.values(origins).filter(({ payload }) => given.takesPayload(payload.length));

export const publishOfEveryKind = ([1, 2] as const).map((qos) =>
  scenario(`publish-resent-whatever-it-is-qos-${qos}`, {
    title: `A QoS ${qos} PUBLISH that was not acknowledged comes again with DUP 1, whatever message it is`,
    cites: { v3: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'] },
    needs: [needs(qos), 'wildcards'],
    async play(stage) {
      const { given, when, must } = stage;
      await given.each(possibleAt(stage), async (origin) => {
        const { subscriber, topicName, packetId } = await subscriberOwed(stage, origin, qos);
        await when(subscriber).cuts();
        const after = await given.resumed(subscriber, origin.returning?.(stage));
        const again = await must(after, 'MQTT-4.4.0-1').receive(message(origin.payload, { topicName, qos, packetId }));
        must(after, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
      });
    },
  }),
);

export const pubrelOfEveryKind = scenario('pubrel-resent-whatever-it-is', {
  title: 'A PUBREL that got no PUBCOMP comes again, whatever message it releases',
  cites: { v3: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'] },
  needs: ['qos 2', 'wildcards'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(possibleAt(stage), async (origin) => {
      const owed = await subscriberOwed(stage, origin, 2);
      const { packetId } = owed;
      let { subscriber } = owed;
      if (origin.returning !== undefined) {
        await when(subscriber).cuts();
        subscriber = await given.resumed(subscriber, origin.returning(stage));
        await given.arrival(subscriber, message(origin.payload, { packetId }));
      }
      await when(subscriber).sends(pubrec(packetId));
      await must(subscriber, 'MQTT-4.3.3-1').receive(pubrel(packetId));
      await when(subscriber).cuts();
      const after = await given.resumed(subscriber);
      await must(after).receive(pubrel(packetId));
      await when(after).sends(pubcomp(packetId));
    });
  },
});

export const releasedAfterUnsubscribe = scenario('released-delivery-outlives-its-subscription', {
  title: 'A QoS 2 delivery that awaits PUBCOMP is resumed on a new connection although its subscription is deleted',
  cites: { v3: ['MQTT-3.10.4-3', 'MQTT-4.4.0-1'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    // With another subscription: some targets call a session without one not present, which is judged elsewhere.
    const before = await given.subscriber([topicName, given.topicName('other')], {
      cleanSession: false,
      qos: 2,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'released', qos: 2 });
    const { packetId = 0 } = await given.arrival(before, message('released'));
    await when(before).sends(pubrec(packetId));
    await given.arrival(before, pubrel(packetId));
    const asked = before.nextPacketId();
    await when(before).sends(unsubscribe(asked, topicName));
    await given.arrival(before, unsuback(asked));
    await when(before).cuts();
    const after = await given.resumed(before);
    await must(after).receive(pubrel(packetId));
    await when(after).sends(pubcomp(packetId));
    await given.subscription(after, topicName, 2);
    after.acknowledging = 'automatically';
    await must(after).receiveExactly([], { until: sentinel(publisher) });
  },
});
