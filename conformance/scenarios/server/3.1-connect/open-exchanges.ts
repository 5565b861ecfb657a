// Exchanges that a client leaves open, by what it owes then: section 4.3.
import { message, publish, pubrec, pubrel, unsuback, unsubscribe } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ClientText } from '../../../wire/play/given.ts';
import type { Stage } from '../../../wire/play/stage.ts';

/** Each begins an exchange with a client that acknowledges by hand. */
export const leftOpen: Readonly<Record<string, (stage: Stage, client: Client) => Promise<unknown>>> = {
  'a QoS 2 PUBLISH without its PUBREL': async ({ given, when }, client) => {
    await when(client).sends(publish({ topicName: given.topicName(), qos: 2, packetId: 9 }));
    await given.arrival(client, pubrec(9));
  },
  'a QoS 1 delivery without its PUBACK': (stage, client) => owes(stage, client, 1),
  'a QoS 2 delivery without its PUBREC': (stage, client) => owes(stage, client, 2),
  'a QoS 2 delivery without its PUBCOMP': async (stage, client) => {
    const packetId = await owes(stage, client, 2);
    await stage.when(client).sends(pubrec(packetId));
    await stage.given.arrival(client, pubrel(packetId));
  },
};

async function owes({ given, when }: Stage, client: Client, qos: 1 | 2): Promise<number> {
  const topicName = given.topicName();
  await given.subscription(client, topicName, qos);
  await when(client).publishes({ topicName, payload: 'owed', qos });
  const { packetId = 0 } = await given.arrival(client, message('owed'));
  return packetId;
}

/** Fields that have nothing to do with what a CONNECT is judged by. */
export const besideTheRest = ({ given }: Stage): ClientText =>
  given.capabilities.refusedWills === 'none'
    ? { keepAlive: 600, will: { topicName: given.topicName('will'), message: 'gone', qos: 0 } }
    : { keepAlive: 600 };

/** Packet Identifier of the QoS 2 PUBLISH whose PUBREL is still to come. */
export const leftOpenId = 900;

/** Has done all that a client may do, and has left open what it can; it acknowledges by hand. */
export async function doesEverything(stage: Stage, client: Client): Promise<void> {
  const { given, when } = stage;
  const [own, ended] = [given.topicName('own'), given.topicName('ended')];
  client.acknowledging = 'by hand';
  await client.pings();
  for (const topicName of [own, ended, given.topicName('third')])
    await given.subscription(client, topicName, given.assuredQos);
  const packetId = client.nextPacketId();
  await when(client).sends(unsubscribe(packetId, ended));
  await given.arrival(client, unsuback(packetId));
  if (given.capabilities.maximumQos === 2) {
    await when(client).sends(publish({ topicName: given.topicName(), qos: 2, packetId: leftOpenId }));
    await given.arrival(client, pubrec(leftOpenId));
  }
  if (given.assuredQos === 1) await owes(stage, client, 1);
}
