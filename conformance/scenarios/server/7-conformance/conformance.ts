// Conformance: chapter 7.
import {
  connack,
  message,
  pingresp,
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
import { scenario } from '../../scenario.ts';

export const baseline = scenario('standard-packets-alone', {
  title:
    'The target can be used with standard packets alone: connect, subscribe, publish at every QoS that it grants, unsubscribe, ping, disconnect',
  cites: { v3: ['MQTT-7.0.0-2'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.connection();
    await when(client).sends(given.connect());
    await must(client).receive(connack({ returnCode: 0, sessionPresent: false }));
    const { maximumQos } = given.capabilities;
    await when(client).sends(subscribe(1, { topicFilter: topicName, qos: maximumQos }));
    await must(client).receive(suback(1));
    await when(client).publishesUntilGot(client, { topicName, payload: 'zero' });
    await must(client).receive(message('zero'));
    if (maximumQos >= 1) {
      await when(client).sends(publish({ topicName, payload: 'one', qos: 1, packetId: 2 }));
      await must(client).receive(puback(2));
      await must(client).receive(message('one'));
    }
    if (maximumQos === 2) {
      await when(client).sends(publish({ topicName, payload: 'two', qos: 2, packetId: 3 }));
      await must(client).receive(pubrec(3));
      await when(client).sends(pubrel(3));
      await must(client).receive(pubcomp(3));
      await must(client).receive(message('two'));
    }
    await when(client).sends(unsubscribe(4, topicName));
    await must(client).receive(unsuback(4));
    await when(client).sends({ type: 'pingreq' });
    await must(client).receive(pingresp());
    await when(client).disconnects();
  },
});

export const bytesInOrder = ([1_000, 4_093, 65_537] as const).map((segmentBytes) =>
  scenario(`stream-in-segments-of-${segmentBytes}`, {
    title: `A payload of 256 KiB that is sent in segments of ${segmentBytes} bytes comes back unchanged`,
    cites: { v3: ['MQTT-7.1.1-1'] },
    needs: ['qos 1'],
    async play({ given, when, must }) {
      given.payloadsOf(262_144);
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 1 });
      const publisher = await given.client({ name: 'publisher' });
      const payload = Uint8Array.from({ length: 262_144 }, (_, i) => (i * 13 + (i >> 8)) & 255);
      await when(publisher).sendsInSegments([publish({ topicName, payload, qos: 1, packetId: 1 })], segmentBytes);
      await must(publisher).receive(puback(1));
      await must(subscriber).receiveExactly([message(payload)], { until: sentinel(publisher) });
    },
  }),
);
