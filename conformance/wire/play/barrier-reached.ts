// Reaches a barrier: sends the sentinel or the PINGREQ, and waits for what proves that nothing else is on its way.
import { message, publish, pubrel } from '../packets.ts';
import type { Barrier } from './barrier.ts';
import type { Client } from './client.ts';
import type { Recorder } from './recorder.ts';

let sentinels = 0;
/** At QoS 0 a sentinel may be lost as any message. */
const mostTries = 3;

/** Sentinels are nobody's message, also where they come twice or to somebody else. */
export const isSentinel = (payload: Uint8Array): boolean =>
  payload.length < 24 && /^sentinel \d+$/.test(new TextDecoder().decode(payload));

/** Whether the barrier was reached in time. */
export async function reachBarrier(barrier: Barrier, subscriber: Client, recorder: Recorder): Promise<boolean> {
  if (barrier.kind === 'ping') {
    const answered = await subscriber.pings();
    recorder.note(answered ? 'barrier reached: PINGRESP' : 'barrier not reached: no PINGRESP', subscriber);
    return answered;
  }
  const { publisher, topicName = publisher.lastPublish?.topicName, qos = publisher.lastPublish?.qos ?? 0 } = barrier;
  if (topicName === undefined) throw new TypeError('a sentinel needs a topic: its publisher has not published yet');
  const otherTopic = topicName !== publisher.lastPublish?.topicName || qos !== publisher.lastPublish?.qos;
  const mayBeLost = qos === 0 || [...subscriber.granted.values()].includes(0);
  const most = mayBeLost ? mostTries : 1;
  let payload = '';
  let came = false;
  let accepted = true;
  for (let tries = 0; accepted && !came && tries < most; tries++) {
    payload = `sentinel ${++sentinels}`;
    accepted = await publishes(publisher, { topicName, qos, payload });
    const sentinel = message(payload);
    const found = await subscriber.inFlow(() => subscriber.take(sentinel) ?? endOf(subscriber));
    came = found !== undefined && found !== 'ended';
    if (!subscriber.connection.isOpen) break;
  }
  const settled = accepted && came && (!otherTopic || (await subscriber.pings()));
  if (settled && otherTopic) await recorder.quietPeriod();
  recorder.note(settled ? `barrier reached: ${payload}` : `barrier not reached: ${payload}`, subscriber);
  return settled;
}

const endOf = ({ connection }: Client) => (connection.isOpen ? undefined : ('ended' as const));

/** Publishes and completes the handshake of the QoS. False if the target did not take part. */
export async function publishes(
  publisher: Client,
  {
    topicName,
    qos,
    payload,
    retain = false,
  }: { topicName: string; qos: 0 | 1 | 2; payload: string | Uint8Array; retain?: boolean },
): Promise<boolean> {
  if (!publisher.connection.isOpen) return false;
  if (qos === 0) {
    publisher.connection.send(publish({ topicName, payload, retain }));
    return true;
  }
  const packetId = publisher.nextPacketId();
  publisher.connection.send(publish({ topicName, payload, qos, packetId, retain }));
  if (qos === 1) return (await publisher.gets({ type: 'puback', packetId })) !== undefined;
  if ((await publisher.gets({ type: 'pubrec', packetId })) === undefined) return false;
  publisher.connection.send(pubrel(packetId));
  return (await publisher.gets({ type: 'pubcomp', packetId })) !== undefined;
}
