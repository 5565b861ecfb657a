// The scene of the sweeps: a client with a will is cut in the middle of a packet, once behind every byte of it.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Packet } from '../../../../reference/codec/packet.ts';
import type { Qos } from '../../../../reference/message.ts';
import { message } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';

/** One client of a sweep: it is cut behind `at` bytes. */
export interface Victim {
  readonly at: number;
  readonly clientId: string;
  readonly willTopicName: string;
  /** A topic of its own. */
  readonly topicName: string;
  client: Client;
}

export interface Sweep {
  readonly victims: readonly Victim[];
  /** Gets the wills, and with `topics` what is published on the victims' topics. */
  readonly watcher: Client;
}

export interface SweepText {
  /** The packet in question; the length must be the same for all victims. */
  readonly packetOf: (topicName: string) => Packet;
  /** QoS at which the watcher gets the victims' topics; left out, it does not subscribe to them. */
  readonly watchTopics?: Qos;
  /** What a victim does before it is cut. */
  readonly prepare?: (victim: Victim) => Promise<void>;
}

/** Connects a victim a byte, sends each the beginning of the packet, cuts it, and demands its will (MQTT-3.1.2-8). */
export async function cutAtEveryByte(stage: Stage, { packetOf, watchTopics, prepare }: SweepText): Promise<Sweep> {
  const { given, when, must } = stage;
  const base = given.topicName('cut');
  const { length } = encode(packetOf(`${base}/m000`));
  const qos = given.assuredQos;
  const watcher = await given.subscriber(`${base}/will/+`, { name: 'watcher', qos });
  if (watchTopics !== undefined) await given.subscription(watcher, `${base}/+`, watchTopics);
  const victims = await Promise.all(
    Array.from({ length: length - 1 }, async (_, i): Promise<Victim> => {
      const at = i + 1;
      const clientId = given.clientId();
      const willTopicName = `${base}/will/${at}`;
      const topicName = `${base}/m${String(at).padStart(3, '0')}`;
      const will = { topicName: willTopicName, message: 'will', qos };
      const client = await given.client({
        name: `cut at ${at}`,
        clientId,
        cleanSession: false,
        will,
        acknowledging: 'by hand',
      });
      return { at, clientId, willTopicName, topicName, client };
    }),
  );
  if (prepare !== undefined) await Promise.all(victims.map(prepare));
  for (const { client, at, topicName } of victims) {
    const bytes = encode(packetOf(topicName), client.connection.level);
    await when(client).sendsBytes(bytes.subarray(0, at), `the first ${at} of ${length} bytes`);
    await when(client).cuts();
  }
  for (const { willTopicName } of victims) {
    await must(watcher, 'MQTT-3.1.2-8').receive(message('will', { topicName: willTopicName }), given.unhurriedMs);
  }
  return { victims, watcher };
}

/** Every victim comes back, and its session is still there (MQTT-3.1.2-4). */
export async function allComeBack(
  { given, must }: Stage,
  { victims }: Sweep,
  { subscribed = false }: { subscribed?: boolean } = {},
): Promise<void> {
  await Promise.all(
    victims.map(async (victim) => {
      const client = await given.connection(`back after ${victim.at}`);
      client.acknowledging = 'by hand';
      client.connection.send(given.connect({ clientId: victim.clientId, cleanSession: false }));
      const connack = await must(client, 'MQTT-3.1.2-4').receive({ type: 'connack', returnCode: 0 });
      // Whether a session without subscriptions is called present is judged elsewhere.
      if (subscribed && given.toldOfSession().sessionPresent === true) {
        must(client, 'MQTT-3.1.2-4').satisfy(connack?.sessionPresent === true, {
          expected: 'the session of a client that was cut is resumed',
          got: 'Session Present 0',
        });
      }
      victim.client = client;
    }),
  );
}
