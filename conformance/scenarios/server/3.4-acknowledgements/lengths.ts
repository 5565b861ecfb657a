// Acknowledgements of another length than 2: sections 3.4 to 3.7.
import { message, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import { closed, cutShort } from '../../../wire/play/reaction.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

type Scene = (stage: Stage) => Promise<{ client: Client; packetId: number }>;

const delivered =
  (qos: 1 | 2): Scene =>
  async ({ given, when }) => {
    const topicName = given.topicName();
    const client = await given.subscriber(topicName, { qos, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos });
    const { packetId = 0 } = await given.arrival(client, message('owed', { qos }));
    return { client, packetId };
  };

const released: Scene = async (stage) => {
  const { client, packetId } = await delivered(2)(stage);
  await stage.when(client).sends(pubrec(packetId));
  await stage.given.arrival(client, pubrel(packetId));
  return { client, packetId };
};

const received: Scene = async ({ given, when }) => {
  const client = await given.client();
  await when(client).sends(publish({ topicName: given.topicName(), qos: 2, packetId: 7 }));
  await given.arrival(client, pubrec(7));
  return { client, packetId: 7 };
};

const packets: readonly (readonly [id: string, firstByte: number, scene: Scene, need: 'qos 1' | 'qos 2'])[] = [
  ['puback', 0x40, delivered(1), 'qos 1'],
  ['pubrec', 0x50, delivered(2), 'qos 2'],
  ['pubrel', 0x62, received, 'qos 2'],
  ['pubcomp', 0x70, released, 'qos 2'],
];

const bodies = [
  ['no-body', () => []],
  ['half-an-identifier', () => 0],
  ['a-byte-too-many', (packetId: number) => [raw.uint16(packetId), 0]],
] as const;

export const wrongLengths = packets.flatMap(([id, firstByte, scene, need]) =>
  bodies.map(([wrong, body]) =>
    scenario(`${id}-with-${wrong}`, {
      title: `${id.toUpperCase()} with ${wrong.replaceAll('-', ' ')} closes the connection`,
      cites: { v3: ['MQTT-4.8.0-1'] },
      needs: [need],
      async play(stage) {
        // Two bytes more is what an acknowledgement of MQTT 5 may have.
        await stage.given.each(wrong === 'a-byte-too-many' ? [[], [0]] : [[]], async (more) => {
          const { client, packetId } = await scene(stage);
          await stage.when(client).sendsBytes(raw.packet(firstByte, body(packetId), ...more), `${id} with ${wrong}`);
          await stage.must(client).reactByOneOf(wrong === 'a-byte-too-many' ? [closed()] : cutShort(stage.given));
        });
      },
    }),
  ),
);
