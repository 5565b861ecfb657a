// Acknowledgements that are none: sections 3.4 to 3.7. Whether the target ignores them or ends the connection is its own affair;
// what they must not do is to acknowledge.
import type { Packet } from '../../../../reference/codec/packet.ts';
import { message, puback, pubcomp, pubrec, pubrel } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

/** An identifier that the target does not have in flight. */
const foreign = (packetId: number): number => ((packetId + 39_999) % 65_535) + 1;
const next = (packetId: number): number => (packetId % 65_535) + 1;
/** Mostly that of the message before, which is acknowledged already. */
const previous = (packetId: number): number => (packetId === 1 ? 65_535 : packetId - 1);

/** A subscriber with a stored session, to whom a message at the QoS is on its way. */
async function owing({ given, when }: Stage, qos: 1 | 2): Promise<{ client: Client; packetId: number }> {
  const topicName = given.topicName();
  const client = await given.subscriber(topicName, { cleanSession: false, qos, acknowledging: 'by hand' });
  const publisher = await given.client({ name: 'publisher' });
  await when(publisher).publishes({ topicName, payload: 'acknowledged', qos: 1 });
  const { packetId: acknowledged = 0 } = await given.arrival(client, message('acknowledged'));
  await when(client).sends(puback(acknowledged));
  await when(publisher).publishes({ topicName, payload: 'owed', qos });
  const { packetId = 0 } = await given.arrival(client, message('owed', { qos }));
  return { client, packetId };
}

type Row = readonly [id: string, ...wrong: readonly ((packetId: number) => Packet)[]];

const forQos1: readonly Row[] = [
  [
    'puback-of-a-foreign-identifier',
    ...[foreign, next, previous].map((of) => (packetId: number) => puback(of(packetId))),
  ],
  ['pubrec', pubrec],
  ['pubcomp', pubcomp],
];

export const notAcknowledgedQos1 = forQos1.map(([id, ...wrong]) =>
  scenario(`qos-1-not-acknowledged-by-${id}`, {
    title: `A QoS 1 message is not acknowledged by ${id.replaceAll('-', ' ')}: it comes again`,
    cites: { v3: ['MQTT-4.3.2-1', 'MQTT-4.4.0-1'] },
    needs: ['qos 1'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const { client, packetId } = await owing(stage, 1);
      await when(client).sends(...wrong.map((one) => one(packetId)));
      await client.pings();
      await when(client).cuts();
      const after = await given.resumed(client);
      // Whether it has its old identifier is judged elsewhere.
      await must(after).receive(message('owed', { qos: 1 }));
    },
  }),
);

const forQos2: readonly Row[] = [
  [
    'pubrec-of-a-foreign-identifier',
    ...[foreign, next, previous].map((of) => (packetId: number) => pubrec(of(packetId))),
  ],
  ['puback', puback],
  ['pubcomp', pubcomp],
];

export const notReceivedQos2 = forQos2.map(([id, ...wrong]) =>
  scenario(`qos-2-not-acknowledged-by-${id}`, {
    title: `A QoS 2 message is not acknowledged by ${id.replaceAll('-', ' ')}: it comes again`,
    cites: { v3: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const { client, packetId } = await owing(stage, 2);
      await when(client).sends(...wrong.map((one) => one(packetId)));
      await client.pings();
      await when(client).cuts();
      const after = await given.resumed(client);
      await must(after).receive(message('owed', { qos: 2 }));
    },
  }),
);

const forPubrel: readonly Row[] = [
  [
    'pubcomp-of-a-foreign-identifier',
    ...[foreign, next, previous].map((of) => (packetId: number) => pubcomp(of(packetId))),
  ],
  ['puback', puback],
];

export const notCompleted = forPubrel.map(([id, ...wrong]) =>
  scenario(`pubrel-not-acknowledged-by-${id}`, {
    title: `A PUBREL is not acknowledged by ${id.replaceAll('-', ' ')}: it comes again`,
    cites: { v3: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
    needs: ['qos 2'],
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const { client, packetId } = await owing(stage, 2);
      await when(client).sends(pubrec(packetId));
      await given.arrival(client, pubrel(packetId));
      await when(client).sends(...wrong.map((one) => one(packetId)));
      await client.pings();
      await when(client).cuts();
      const after = await given.resumed(client);
      await must(after).receive(pubrel(packetId));
    },
  }),
);
