// CONNACK: section 3.2.
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import type { Connack, ConnackReturnCode } from '../packet.ts';

export function decodeConnack(reader: Reader, strictFlags: boolean): Connack {
  const flagsAt = reader.offset;
  const flags = reader.uint8('Connect Acknowledge Flags', 'MQTT-3.2.2-1');
  const code = reader.uint8('Connect Return code', 'MQTT-3.2.2-6');
  reader.finish('MQTT-3.2.2-6');
  // Table 3.1; at level 3 the first byte is not used.
  if (strictFlags && flags > 1) throw malformed('3.2.2.1', flagsAt, 'bits 7 to 1 to be 0', `0x${flags.toString(16)}`);
  if (code > 5) throw malformed('MQTT-3.2.2-6', flagsAt + 1, 'a return code from 0 to 5', String(code));
  const returnCode = code as ConnackReturnCode;
  if (returnCode === 0) return { type: 'connack', returnCode, sessionPresent: strictFlags && (flags & 1) === 1 };
  if (strictFlags && flags === 1) throw malformed('MQTT-3.2.2-4', flagsAt, 'Session Present 0 in a refusal', '1');
  return { type: 'connack', returnCode, sessionPresent: false };
}

export function encodeConnack(writer: Writer, { sessionPresent, returnCode }: Connack): void {
  const mark = writer.begin(0x20);
  writer.uint8(sessionPresent ? 1 : 0);
  writer.uint8(returnCode);
  writer.end(mark);
}
