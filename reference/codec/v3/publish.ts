// PUBLISH: section 3.3. Whether the Topic Name is one (no wildcard, not empty) is for reference/topics to say.
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import type { Publish } from '../packet.ts';

export function decodePublish(reader: Reader, firstByte: number, strictFlags: boolean): Publish {
  const qos = (firstByte >> 1) & 3;
  const dup = (firstByte & 8) !== 0;
  const retain = (firstByte & 1) !== 0;
  if (qos === 3) throw malformed('MQTT-3.3.1-4', 0, 'a QoS of 0, 1 or 2', '3');
  if (qos === 0 && dup && strictFlags) throw malformed('MQTT-3.3.1-2', 0, 'DUP 0 with QoS 0', 'DUP 1');
  const topicName = reader.utf8String('Topic Name', 'MQTT-3.3.2-1');
  if (qos === 0) return { type: 'publish', dup: false, qos: 0, retain, topicName, payload: reader.rest('Payload') };
  const packetId = reader.packetId();
  return { type: 'publish', dup, qos: qos as 1 | 2, retain, topicName, packetId, payload: reader.rest('Payload') };
}

export function encodePublish(writer: Writer, packet: Publish): void {
  const { topicName, payload, qos } = packet;
  const expected = 2 + topicName.length + (qos === 0 ? 0 : 2) + payload.length;
  const mark = writer.begin(0x30 | (packet.dup ? 8 : 0) | (qos << 1) | (packet.retain ? 1 : 0), expected);
  writer.utf8String(topicName);
  if (packet.qos !== 0) writer.uint16(packet.packetId);
  writer.raw(payload);
  writer.end(mark);
}
