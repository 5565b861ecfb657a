// The same conversation in segments of one byte, of three, and all in one: the transport is a stream.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Packet } from '../../../../reference/codec/packet.ts';
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
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const one = 'one'.padEnd(130, '.');

export const segments = [1, 2, 3, 7, 65_536].map((segmentBytes) =>
  scenario(`conversation-in-segments-of-${segmentBytes}`, {
    title: `A conversation that comes in segments of ${segmentBytes === 65_536 ? 'many packets' : `${segmentBytes} bytes`} is served like any other`,
    cites: { v3: ['MQTT-7.1.1-1', 'MAY-3.1.4-e'] },
    needs: ['qos 2'],
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 2 });
      const client = await given.connection();
      client.acknowledging = 'by hand';
      const packets: readonly Packet[] = [
        given.connect(),
        subscribe(1, { topicFilter: `${topicName}/own`, qos: 0 }),
        publish({ topicName, payload: 'zero' }),
        // Its Remaining Length takes two bytes.
        publish({ topicName, payload: one, qos: 1, packetId: 2 }),
        publish({ topicName, payload: 'two', qos: 2, packetId: 3 }),
        { type: 'pingreq' },
        pubrel(3),
        unsubscribe(4, `${topicName}/own`),
        { type: 'pingreq' },
      ];
      await when(client).sendsInSegments(packets, segmentBytes);
      await must(client).receive(connack({ returnCode: 0 }));
      for (const answer of [suback(1), puback(2), pubrec(3), pubcomp(3), unsuback(4), pingresp(), pingresp()]) {
        await must(client).receive(answer);
      }
      const expected = [message(one, { qos: 1 }), message('two', { qos: 2 })];
      await must(watcher).receiveExactly(expected, {
        until: sentinel(client, { topicName, qos: 1 }),
        besides: [message('zero', { qos: 0 })],
      });
    },
  }),
);

export const manyInOneSegment = scenario('five-hundred-packets-at-once', {
  title: 'Of five hundred packets that come in one go the last ones are served too',
  cites: { v3: ['MQTT-7.1.1-1', 'MQTT-3.3.4-1', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
    const client = await given.client();
    // Who takes a while over each packet shows by these that it goes on.
    const parts = Array.from({ length: 20 }, (_, i) => ({ packetId: i + 1, payload: `part ${i + 1}` }));
    const small = Array.from({ length: 24 }, () => publish({ topicName: `${topicName}/small` }));
    const packets = parts.flatMap((part) => [...small, publish({ topicName, ...part, qos: 1 })]);
    await when(client).sendsInSegments(packets, 65_536);
    for (const { packetId } of parts) await must(client, 'MQTT-7.1.1-1', 'MQTT-3.3.4-1').receive(puback(packetId));
    for (const { payload } of parts) await must(watcher, 'MQTT-7.1.1-1', 'MQTT-4.5.0-1').receive(message(payload));
  },
});

/** Remaining Lengths of two and of three bytes, cut at each of them. */
const cutLengths = [130, 17_000].flatMap((payloadBytes) =>
  [1, 2, 3, 4].map((firstBytes) => ({ payloadBytes, firstBytes })),
);

export const cutInItsLength = scenario('packet-cut-in-its-remaining-length', {
  title: 'A packet is read whole although its first bytes, up to each of its Remaining Length, come by themselves',
  cites: { v3: ['MQTT-7.1.1-1', 'MQTT-3.3.4-1', 'MQTT-3.12.4-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    given.payloadsOf(17_000);
    const topicName = given.topicName();
    await given.each(cutLengths, async ({ payloadBytes, firstBytes }) => {
      const client = await given.client();
      const bytes = encode(publish({ topicName, payload: 'x'.repeat(payloadBytes), qos: 1, packetId: 7 }));
      const first = raw.bytes(raw.hex('C0 00'), bytes.subarray(0, firstBytes));
      await when(client).sendsBytes(first, `PINGREQ and the first ${firstBytes} bytes of a PUBLISH`);
      // PINGRESP: what came with the PINGREQ was read.
      await must(client, 'MQTT-3.12.4-1').receive(pingresp());
      await when(client).sendsBytes(bytes.subarray(firstBytes), 'the rest of the PUBLISH');
      await must(client, 'MQTT-7.1.1-1', 'MQTT-3.3.4-1').receive(puback(7));
    });
  },
});
