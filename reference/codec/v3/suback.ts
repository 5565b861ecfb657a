// SUBACK: section 3.9.
import { malformed, type Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import type { Suback, SubackReturnCode } from '../packet.ts';

export function decodeSuback(reader: Reader): Suback {
  const packetId = reader.packetId();
  if (reader.atEnd) throw malformed('MQTT-3.8.4-5', reader.offset, 'a return code', 'the end of the packet');
  const returnCodes: SubackReturnCode[] = [];
  while (!reader.atEnd) returnCodes.push(decodeReturnCode(reader));
  return { type: 'suback', packetId, returnCodes };
}

function decodeReturnCode(reader: Reader): SubackReturnCode {
  const at = reader.offset;
  const code = reader.uint8('Return Code', 'MQTT-3.9.3-2');
  if (code === 0 || code === 1 || code === 2 || code === 0x80) return code;
  throw malformed('MQTT-3.9.3-2', at, 'a return code of 0x00, 0x01, 0x02 or 0x80', `0x${code.toString(16)}`);
}

export function encodeSuback(writer: Writer, { packetId, returnCodes }: Suback): void {
  const mark = writer.begin(0x90);
  writer.uint16(packetId);
  for (const code of returnCodes) writer.uint8(code);
  writer.end(mark);
}
