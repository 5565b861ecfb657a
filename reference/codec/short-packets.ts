// Packets of two and four bytes, as they usually come: acknowledgements (3.4 to 3.7, 3.11), PINGREQ, PINGRESP, DISCONNECT.
// In: a whole frame. Out: its packet, or undefined where anything is unusual: the strict decoder says what it is.
import type { Disconnect, Pingreq, Pingresp, Puback, Pubcomp, Pubrec, Pubrel, Unsuback } from './packet.ts';

export type ShortPacket = Puback | Pubrec | Pubrel | Pubcomp | Unsuback | Pingreq | Pingresp | Disconnect;

/** A frame that lies between `start` and `end`. */
export function readShortPacket(bytes: Uint8Array, start: number, end: number): ShortPacket | undefined {
  if (end - start === 4 && bytes[start + 1] === 2) {
    const packetId = ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number);
    switch (bytes[start]) {
      case 0x40:
        return { type: 'puback', packetId };
      case 0x50:
        return { type: 'pubrec', packetId };
      case 0x62:
        return { type: 'pubrel', packetId };
      case 0x70:
        return { type: 'pubcomp', packetId };
      case 0xb0:
        return { type: 'unsuback', packetId };
    }
  } else if (end - start === 2) {
    switch (bytes[start]) {
      case 0xc0:
        return { type: 'pingreq' };
      case 0xd0:
        return { type: 'pingresp' };
      case 0xe0:
        return { type: 'disconnect' };
    }
  }
  return undefined;
}
