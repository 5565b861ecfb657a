// How a target deals with messages: kept, large, in flight, repeated; and how long its replies take.
import type { Qos } from '../../../reference/message.ts';
import { anyMessage, message, publish, pubrel, unsubscribe } from '../../wire/packets.ts';
import { publishes } from '../../wire/play/barrier-reached.ts';
import type { Client } from '../../wire/play/client.ts';
import { type Capabilities, packetSizes, severalInFlight } from '../capabilities.ts';
import type { Probing } from '../probing.ts';

/** Of so many, one in twenty is seen. */
const messagesForRepeats = 60;

/** `wildcard`: what stands in the filter in place of the last level. */
export async function retains(probing: Probing, maximumQos: Qos, wildcard?: '/+'): Promise<boolean> {
  const base = probing.names.topicName('retained');
  const topicName = wildcard === undefined ? base : `${base}/kept`;
  const { client } = await probing.client();
  const qos = maximumQos === 0 ? 0 : 1;
  if (!(await publishes(client, { topicName, qos, payload: 'kept', retain: true }))) return false;
  await client.pings();
  await probing.subscribe(client, wildcard === undefined ? base : `${base}${wildcard}`, qos);
  const kept = (await client.awaits(anyMessage({ topicName }), probing.replyMs / 2)) !== undefined;
  await publishes(client, { topicName, qos, payload: '', retain: true });
  return kept;
}

/** Of what a mistake with two bytes loses, the payload that it does not, and the first that it does. */
const twoBytes = { most: 65_535, tooMany: 65_536 } as const;

/**
 * How large a PUBLISH may be before the target ends the connection upon it, or takes it and delivers it to nobody, as it may for what it
 * does not authorize (section 3.3.5). Silence is no limit, nor is a loss that begins where a number outgrows two bytes.
 */
export async function largestPacket(probing: Probing, maximumQos: Qos): Promise<number> {
  const becomes = (payloadOf: PayloadSize): Promise<Fate> => fateOf(probing, payloadOf, maximumQos);
  let dropped = 0;
  for (const bytes of packetSizes) {
    const fate = await becomes((topicName) => bytes - headerBytes(bytes) - 2 - topicName.length);
    if (fate === 'dropped') dropped ||= bytes;
    if (fate !== 'taken') continue;
    const maySlip = dropped > twoBytes.most && bytes < twoBytes.most;
    const slips = maySlip && (await becomes(() => twoBytes.most)) === 'taken';
    return slips && (await becomes(() => twoBytes.tooMany)) === 'dropped' ? dropped : bytes;
  }
  return 0;
}

type PayloadSize = (topicName: string) => number;
type Fate = 'taken' | 'dropped' | 'ends the connection';

/** What becomes of a large PUBLISH. Dropped is what does not come, though what was published around it does, at any QoS. */
async function fateOf(probing: Probing, payloadOf: PayloadSize, maximumQos: Qos): Promise<Fate> {
  // What is answered behind megabytes says nothing about other replies.
  const { client } = await probing.client({ timed: false });
  const { connection } = client;
  const topicName = probing.names.topicName('size');
  await probing.subscribe(client, topicName, maximumQos);
  const large = new Uint8Array(payloadOf(topicName)).fill(0x78);
  let isDropped = true;
  for (const qos of ([0, 1, 2] as const).filter((level) => level <= maximumQos)) {
    const around = [`before, at ${qos}`, `behind, at ${qos}`] as const;
    for (const payload of [around[0], large, around[1]]) await publishes(client, { topicName, qos, payload });
    connection.send({ type: 'pingreq' });
    await connection.waitFor(() => (connection.isOpen ? client.take({ type: 'pingresp' }) : 'over'));
    const behind = await client.awaits(message(around[1]), probing.replyMs / 2);
    if (!connection.isOpen) break;
    const came = connection.pending.flatMap(({ packet }) => (packet.type === 'publish' ? [packet.payload.length] : []));
    isDropped = behind !== undefined && came.includes(around[0].length) && !came.includes(large.length);
    connection.pending = [];
    if (!isDropped) break;
  }
  const { isOpen } = connection;
  connection.cut('FIN');
  if (!isOpen) return 'ends the connection';
  return isDropped ? 'dropped' : 'taken';
}

/** Bytes of the fixed header of a packet of so many bytes. */
const headerBytes = (bytes: number): number => 1 + (bytes < 130 ? 1 : bytes < 16_387 ? 2 : bytes < 2_097_156 ? 3 : 4);

/** Kinds of replies that nothing else here asks for: they may take longer than others. */
export async function asksForEveryReply(probing: Probing, maximumQos: Qos): Promise<void> {
  const topicName = probing.names.topicName('replies');
  const { client } = await probing.client();
  const packetId = client.nextPacketId();
  client.connection.send(unsubscribe(packetId, topicName));
  if (maximumQos === 2) {
    const published = client.nextPacketId();
    client.connection.send(publish({ topicName, qos: 2, packetId: published, payload: 'replies' }));
    if ((await client.awaits({ type: 'pubrec', packetId: published })) !== undefined) {
      client.connection.send(pubrel(published));
      await client.awaits({ type: 'pubcomp', packetId: published });
    }
  }
  await client.awaits({ type: 'unsuback', packetId });
}

/** Whether of many messages at QoS 1 any comes twice to a client that acknowledges them. */
export async function repeatsNowAndThen(probing: Probing): Promise<boolean> {
  const topicName = probing.names.topicName('repeats');
  const { client } = await probing.client({ timed: false });
  await probing.subscribe(client, topicName, 1);
  const messages = Array.from({ length: messagesForRepeats }, (_, i) =>
    publish({ topicName, qos: 1, packetId: i + 2, payload: `repeats ${i}` }),
  );
  client.connection.send(...messages);
  const came = (): string[] => payloadsAtQos1(client);
  const different = (): number => new Set(came()).size;
  await client.connection.waitFor(() => (different() >= messages.length ? true : undefined), probing.replyMs / 2);
  return came().length > different();
}

/** How many messages come to a client that acknowledges none, and whether any comes again. */
export async function inFlight(probing: Probing): Promise<Pick<Capabilities, 'inFlight' | 'repeatsAtQos1'>> {
  const topicName = probing.names.topicName('flight');
  const { client: subscriber } = await probing.client();
  subscriber.acknowledging = 'by hand';
  const { client: publisher } = await probing.client();
  await probing.subscribe(subscriber, topicName, 1);
  for (let i = 0; i < severalInFlight; i++) await publishes(publisher, { topicName, qos: 1, payload: `flight ${i}` });
  const came = (): string[] => payloadsAtQos1(subscriber);
  const different = (): number => new Set(came()).size;
  await subscriber.connection.waitFor(() => (different() >= severalInFlight ? true : undefined), probing.replyMs / 4);
  return { inFlight: different(), repeatsAtQos1: came().length > different() };
}

/** What came above QoS 0, in words. */
const payloadsAtQos1 = ({ connection }: Client): string[] =>
  connection.pending.flatMap(({ packet }) =>
    packet.type === 'publish' && packet.qos > 0 ? [Buffer.from(packet.payload).toString('latin1')] : [],
  );
