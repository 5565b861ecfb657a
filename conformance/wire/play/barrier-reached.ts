// Reaches a barrier: sends the sentinel or the PINGREQ, and waits for what proves that nothing else is on its way.
import type { Qos } from '../../../reference/message.ts';
import { message, type Payload, publish, pubrel } from '../packets.ts';
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

interface ToPublish {
  readonly topicName: string;
  readonly qos: Qos;
  readonly payload: Payload;
  readonly retain?: boolean;
}

/** Publishes and completes the handshake of the QoS. False if the target did not take part. */
export async function publishes(publisher: Client, message: ToPublish): Promise<boolean> {
  return (await handshake(publisher, message)) === 'complete';
}

/**
 * Publishes and takes the steps of the handshake. `owing`: the answer that the target keeps back although it serves this connection and
 * others; `broken off`: nothing is sure.
 */
export async function handshake(
  publisher: Client,
  { topicName, qos, payload, retain = false }: ToPublish,
): Promise<'complete' | 'broken off' | { readonly owing: 'puback' | 'pubrec' | 'pubcomp' }> {
  if (!publisher.connection.isOpen) return 'broken off';
  if (qos === 0) {
    publisher.connection.send(publish({ topicName, payload, retain }));
    return 'complete';
  }
  const packetId = publisher.nextPacketId();
  publisher.connection.send(publish({ topicName, payload, qos, packetId, retain }));
  for (const type of qos === 1 ? (['puback'] as const) : (['pubrec', 'pubcomp'] as const)) {
    if (type === 'pubcomp') publisher.connection.send(pubrel(packetId));
    const answer = await publisher.getsOwed({ type, packetId });
    if (answer === 'kept back') return { owing: type };
    if (answer === undefined) return 'broken off';
  }
  return 'complete';
}
