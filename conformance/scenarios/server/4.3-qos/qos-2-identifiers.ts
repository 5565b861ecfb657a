// Which messages the receiver of QoS 2 takes for the same: section 4.3.3.
import {
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
import { answered, closed } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

export const repeatWithoutDup = scenario('repeat-before-pubrel-with-dup-0', {
  title: 'A QoS 2 PUBLISH that comes again before PUBREL is known by its identifier, even without DUP',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const once = { topicName, qos: 2, packetId: 9, payload: 'once' } as const;
    await when(publisher).sends(publish(once));
    await given.arrival(publisher, pubrec(9));
    await when(publisher).sends(publish(once));
    const refused = closed().as('observed', 'a sender has to set DUP (MQTT-3.3.1-1)');
    const reaction = await must(publisher).reactByOneOf([answered(pubrec(9)), refused]);
    if (reaction?.kind === 'closed') return;
    await when(publisher).sends(pubrel(9));
    await must(publisher).receive(pubcomp(9));
    await must(subscriber).receiveExactly([message('once')], { until: sentinel(publisher) });
  },
});

export const newEvenWithDup = scenario('identifier-is-new-after-pubcomp-with-dup-1', {
  title: 'After PUBCOMP a PUBLISH with the same identifier is a new message, even with DUP 1',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    for (const dup of [false, true]) {
      await when(publisher).sends(publish({ topicName, qos: 2, packetId: 9, payload: 'same', dup }));
      await must(publisher).receive(pubrec(9));
      await when(publisher).sends(pubrel(9));
      await must(publisher).receive(pubcomp(9));
    }
    await must(subscriber).receiveExactly([message('same'), message('same')], { until: sentinel(publisher) });
  },
});

export const oneAfterAnother = scenario('identifier-of-one-packet-after-another', {
  title: 'An identifier that was acknowledged serves packets of every kind, one after another, and each is taken',
  cites: { v3: ['MQTT-4.3.3-2', 'MQTT-4.3.2-2', 'MQTT-2.3.1-7'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const packetId = 4_242;
    const atQos1 = async (payload: string): Promise<void> => {
      await when(publisher).sends(publish({ topicName, qos: 1, packetId, payload }));
      await must(publisher, 'MQTT-4.3.2-2').receive(puback(packetId));
      await must(subscriber, 'MQTT-4.3.2-2').receive(message(payload, { qos: 1 }));
    };
    const atQos2 = async (payload: string): Promise<void> => {
      await when(publisher).sends(publish({ topicName, qos: 2, packetId, payload }));
      await must(publisher, 'MQTT-4.3.3-2').receive(pubrec(packetId));
      await when(publisher).sends(pubrel(packetId));
      await must(publisher, 'MQTT-4.3.3-2').receive(pubcomp(packetId));
      await must(subscriber, 'MQTT-4.3.3-2').receive(message(payload, { qos: 2 }));
    };
    await atQos1('first');
    await atQos2('behind a PUBLISH at QoS 1');
    await atQos1('behind a PUBLISH at QoS 2');
    await when(publisher).sends(subscribe(packetId, { topicFilter: given.topicName('other'), qos: 0 }));
    await must(publisher, 'MQTT-2.3.1-7').receive(suback(packetId));
    await atQos2('behind SUBSCRIBE');
    await when(publisher).sends(unsubscribe(packetId, given.topicName('none')));
    await must(publisher, 'MQTT-2.3.1-7').receive(unsuback(packetId));
    await atQos1('behind UNSUBSCRIBE');
  },
});

export const sameContents = scenario('same-contents-with-other-identifiers', {
  title: 'QoS 2 messages with the same contents and other identifiers are different messages',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const ids = [3, 2, 1];
    await when(publisher).sends(...ids.map((packetId) => publish({ topicName, qos: 2, packetId, payload: 'same' })));
    for (const packetId of ids) await must(publisher).receive(pubrec(packetId));
    await when(publisher).sends(...ids.map(pubrel));
    for (const packetId of ids) await must(publisher).receive(pubcomp(packetId));
    const expected = ids.map(() => message('same'));
    await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
  },
});

export const otherClients = scenario('same-identifier-of-two-publishers', {
  title: 'The same identifier of two clients means two messages',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publishers = [await given.client({ name: 'publisher' }), await given.client({ name: 'publisher' })];
    const steps = [publish({ topicName, qos: 2, packetId: 9, payload: 'same' }), pubrel(9)];
    const answers = [pubrec(9), pubcomp(9)];
    for (const [i, packet] of steps.entries()) {
      for (const publisher of publishers) {
        await when(publisher).sends(packet);
        await must(publisher).receive(answers[i] ?? pubcomp(9));
      }
    }
    for (const publisher of publishers) {
      await must(subscriber).receive(message('same'));
      await when(publisher).publishes({ topicName, payload: publisher.name, qos: 2 });
      await given.arrival(subscriber, message(publisher.name));
    }
    const [publisher = publishers[1]] = publishers;
    if (publisher !== undefined) await must(subscriber).receiveExactly([], { until: sentinel(publisher) });
  },
});

/** A QoS 2 PUBLISH for each identifier. */
const numbered = (topicName: string) => (packetId: number) =>
  ({ topicName, qos: 2, packetId, payload: `message ${packetId}` }) as const;

export const crossed = scenario('pubrels-in-another-order', {
  title: 'Handshakes that are open side by side end one by one, in whatever order the PUBRELs come',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const ids = [1, 2, 3, 300, 5, 65_535, 7, 8];
    const text = numbered(topicName);
    await when(publisher).sends(...ids.map((packetId) => publish(text(packetId))));
    for (const packetId of ids) await must(publisher).receive(pubrec(packetId));
    const reversed = ids.toReversed();
    for (const packetId of reversed) {
      await when(publisher).sends(pubrel(packetId));
      await must(publisher).receive(pubcomp(packetId));
    }
    const expected = ids.map((packetId) => message(text(packetId).payload));
    await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
  },
});

/** Alike in one of their bytes, or in the value of the other. */
const alike = [1, 256, 257, 513, 2, 512, 258, 255, 65_280, 65_535, 32_768, 32_769];

export const manyAtOnce = scenario('repeats-of-many-identifiers', {
  title: 'A dozen QoS 2 messages that are open side by side are each known by the whole of their identifier',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const [subscriber, publisher] = [await given.subscriber(topicName, { qos: 2 }), await given.client()];
    const text = numbered(topicName);
    await when(publisher).sends(...alike.map((packetId) => publish(text(packetId))));
    for (const packetId of alike) await must(publisher).receive(pubrec(packetId));
    // The end of one handshake leaves the others open.
    const [first = 1, ...others] = alike;
    await when(publisher).sends(pubrel(first));
    await must(publisher).receive(pubcomp(first));
    await when(publisher).sends(...others.map((packetId) => publish({ ...text(packetId), dup: true })));
    for (const packetId of others) await must(publisher).receive(pubrec(packetId));
    await when(publisher).sends(...others.map(pubrel));
    for (const packetId of others) await must(publisher).receive(pubcomp(packetId));
    const expected = alike.map((packetId) => message(text(packetId).payload));
    await must(subscriber).receiveExactly(expected, { until: sentinel(publisher) });
  },
});

export const pubrelOutOfTheBlue = scenario('pubrel-of-an-unknown-identifier', {
  title: 'A PUBREL is answered by PUBCOMP, also when its identifier is not known (any more)',
  cites: { v3: ['MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();
    await when(client).sends(pubrel(4_711));
    const ended = closed().as('observed', 'whether it violates the protocol is open');
    await must(client).reactByOneOf([answered(pubcomp(4_711)), ended]);
  },
});
