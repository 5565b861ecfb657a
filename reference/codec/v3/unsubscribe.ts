// UNSUBSCRIBE: section 3.10.
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import type { Unsubscribe } from '../packet.ts';

export function decodeUnsubscribe(reader: Reader, dup: boolean): Unsubscribe {
  const packetId = reader.packetId();
  if (reader.atEnd) throw malformed('MQTT-3.10.3-2', reader.offset, 'a Topic Filter', 'the end of the packet');
  const topicFilters: [string, ...string[]] = [reader.utf8String('Topic Filter', 'MQTT-3.10.3-1')];
  while (!reader.atEnd) topicFilters.push(reader.utf8String('Topic Filter', 'MQTT-3.10.3-1'));
  return dup ? { type: 'unsubscribe', packetId, topicFilters, dup } : { type: 'unsubscribe', packetId, topicFilters };
}

/** `dup` is a flag of MQTT 3.1. */
export function encodeUnsubscribe(writer: Writer, { packetId, topicFilters }: Unsubscribe, dup: 0 | 8): void {
  const mark = writer.begin(0xa2 | dup);
  writer.uint16(packetId);
  for (const topicFilter of topicFilters) writer.utf8String(topicFilter);
  writer.end(mark);
}
