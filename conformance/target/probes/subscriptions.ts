// What a target grants and delivers: QoS, wildcards, `$`-topics, and how promptly a subscription is in effect.
import type { Qos } from '../../../reference/message.ts';
import { anyMessage, message, publish } from '../../wire/packets.ts';
import { type Probing, printable } from '../probing.ts';

export async function maximumQos(probing: Probing): Promise<Qos> {
  const { client } = await probing.client();
  return (await probing.subscribe(client, probing.names.topicName('qos'), 2)) ?? 0;
}

/** A grant is enough: a grant that delivers nothing is a violation (MQTT-3.8.3-2). */
export async function grantsWildcards(probing: Probing): Promise<boolean> {
  const { client } = await probing.client();
  return (await probing.subscribe(client, `${probing.names.topicName('wildcards')}/+`)) !== undefined;
}

export async function delivers(probing: Probing, topicName: string): Promise<boolean> {
  const { client } = await probing.client();
  if ((await probing.subscribe(client, topicName)) === undefined) return false;
  // The client's own message on another topic comes behind it, or nearly so.
  const control = probing.names.topicName('control');
  await probing.subscribe(client, control);
  client.connection.send(publish({ topicName, payload: 'probe' }), publish({ topicName: control, payload: 'control' }));
  await client.awaits(message('control'), probing.replyMs / 2);
  return (await client.awaits(message('probe'), probing.replyMs / 10)) !== undefined;
}

export async function sysTopics(probing: Probing): Promise<{ sysTopics: boolean; version?: string }> {
  const { client } = await probing.client();
  await probing.subscribe(client, '$SYS/broker/version');
  await probing.subscribe(client, '$SYS/#');
  await client.pings();
  const isVersion = anyMessage({ topicName: '$SYS/broker/version' });
  const version = (await client.awaits(isVersion, probing.replyMs / 15))?.packet;
  const sysTopics = version !== undefined || client.connection.pending.some(({ packet }) => packet.type === 'publish');
  client.connection.cut('FIN');
  if (version?.type !== 'publish') return { sysTopics };
  return { sysTopics, version: printable(version.payload) };
}

/** Whether different topics keep their order, and whether a subscription is in effect when its SUBACK comes. */
export async function order(probing: Probing): Promise<{ reordersTopics: boolean; lateSubscriptions: boolean }> {
  const { client: subscriber } = await probing.client();
  const { client: publisher } = await probing.client();
  const topicNames = Array.from({ length: 20 }, (_, i) => probing.names.topicName(`order${i}`));
  for (const topicName of topicNames) {
    if ((await probing.subscribe(subscriber, topicName)) === undefined)
      return { reordersTopics: true, lateSubscriptions: true };
    publisher.connection.send(publish({ topicName, payload: 'early' }));
    await publisher.pings();
  }
  const came = async (): Promise<number> => {
    const all = (): number => subscriber.connection.pending.filter(({ packet }) => packet.type === 'publish').length;
    await subscriber.connection.waitFor(() => (all() >= topicNames.length ? true : undefined), probing.replyMs / 2);
    return all();
  };
  const late = (await came()) < topicNames.length;
  subscriber.connection.pending = [];
  for (let round = 0; round < 5; round++) {
    publisher.connection.send(...topicNames.map((topicName) => publish({ topicName, payload: 'order' })));
  }
  await came();
  await subscriber.pings();
  const order = subscriber.connection.pending.flatMap(({ packet }) =>
    packet.type === 'publish' ? [packet.topicName] : [],
  );
  const reordered = order.some((topicName, i) => topicName !== topicNames[i % topicNames.length]);
  return { reordersTopics: reordered, lateSubscriptions: late };
}
