// SUBSCRIBE: section 3.8. Whether a Topic Filter is one (wildcards, not empty) is for reference/topics to say.
import type { Qos } from '../../message.ts';
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import type { Subscribe, Subscription } from '../packet.ts';

export function decodeSubscribe(reader: Reader, dup: boolean): Subscribe {
  const packetId = reader.packetId();
  if (reader.atEnd) throw malformed('MQTT-3.8.3-3', reader.offset, 'a Topic Filter', 'the end of the packet');
  const subscriptions: [Subscription, ...Subscription[]] = [decodeSubscription(reader)];
  while (!reader.atEnd) subscriptions.push(decodeSubscription(reader));
  return dup ? { type: 'subscribe', packetId, subscriptions, dup } : { type: 'subscribe', packetId, subscriptions };
}

function decodeSubscription(reader: Reader): Subscription {
  const topicFilter = reader.rareString('Topic Filter', 'MQTT-3.8.3-3');
  const at = reader.offset;
  const qos = reader.uint8('Requested QoS', 'MQTT-3.8.3-3');
  if (qos > 2) throw malformed('MQTT-3.8.3-4', at, 'a Requested QoS of 0, 1 or 2', `0x${qos.toString(16)}`);
  return { topicFilter, qos: qos as Qos };
}

/** `dup` is a flag of MQTT 3.1. */
export function encodeSubscribe(writer: Writer, { packetId, subscriptions }: Subscribe, dup: 0 | 8): void {
  const mark = writer.begin(0x82 | dup);
  writer.uint16(packetId);
  for (const { topicFilter, qos } of subscriptions) {
    writer.utf8String(topicFilter);
    writer.uint8(qos);
  }
  writer.end(mark);
}
