// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: sections 3.4 to 3.7 and 3.11. All are a Packet Identifier.
import type { Reader } from '../bytes/reader.ts';

/** The identifier behind the fixed header. */
export function decodeAcknowledgement(reader: Reader, statement: string): number {
  const packetId = reader.uint16('Packet Identifier', statement);
  reader.finish(statement);
  return packetId;
}
