// Where mqtt-packet 9 and our decoder disagree about one packet, and what the standard says of it. Anything else is a defect.
import type { PacketType } from '../../../reference/codec/packet.ts';

export interface Difference {
  readonly packets: readonly PacketType[];
  /** The statement under which our decoder refuses what mqtt-packet takes; or, in its words, why mqtt-packet refuses what ours takes. */
  readonly statement?: string;
  readonly theirReason?: RegExp;
  /** Bytes that show it. */
  readonly example: string;
  readonly because: string;
}

/** mqtt-packet takes it, the standard forbids it. */
const taken: readonly Difference[] = [
  {
    packets: ['connect', 'publish', 'subscribe', 'unsubscribe'],
    statement: 'MQTT-1.5.3-1',
    example: '30 03 0001 FE',
    because: 'mqtt-packet replaces ill-formed UTF-8 by U+FFFD; a receiver has to close the connection',
  },
  {
    packets: ['connect', 'publish', 'subscribe', 'unsubscribe'],
    statement: 'MQTT-1.5.3-2',
    example: '30 03 0001 00',
    because: 'mqtt-packet takes U+0000 in text; a receiver has to close the connection',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.2-14',
    example: '10 12 0004 4D515454 04 1E 0000 0001 61 0001 77 0000',
    because: 'mqtt-packet takes Will QoS 3',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.2-18',
    example: '10 10 0004 4D515454 04 02 0000 0001 61 0001 75',
    because: 'mqtt-packet does not look behind the client id where User Name Flag is 0',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.2-20',
    example: '10 13 0004 4D515454 04 82 0000 0001 61 0001 75 0001 70',
    because: 'mqtt-packet does not look behind the user name where Password Flag is 0',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.4-1',
    example: '10 14 0004 4D515454 04 C2 0000 0001 61 0001 75 0001 70 00',
    because: 'mqtt-packet takes bytes behind the last field',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.2-22',
    example: '10 10 0004 4D515454 04 42 0000 0001 61 0001 70',
    because: 'mqtt-packet takes a password without a user name',
  },
  {
    packets: ['connack'],
    statement: 'MQTT-3.2.2-1',
    example: '20 00',
    because: 'mqtt-packet takes a CONNACK without its two bytes',
  },
  {
    packets: ['connack'],
    statement: 'MQTT-3.2.2-4',
    example: '20 02 0101',
    because: 'mqtt-packet takes Session Present in a refusal',
  },
  {
    packets: ['connack'],
    statement: 'MQTT-3.2.2-6',
    example: '20 02 0006',
    because: 'mqtt-packet takes reserved return codes, a missing one, and bytes behind it',
  },
  {
    packets: ['publish', 'subscribe', 'suback', 'unsubscribe'],
    statement: 'MQTT-2.3.1-1',
    example: '32 05 0001 61 0000',
    because: 'mqtt-packet takes Packet Identifier 0, and reads one behind the end of a packet',
  },
  {
    packets: ['publish'],
    statement: 'MQTT-3.3.1-2',
    example: '38 03 0001 61',
    because: 'mqtt-packet takes DUP 1 with QoS 0',
  },
  {
    packets: ['puback', 'pubrec', 'pubrel', 'pubcomp'],
    statement: 'MQTT-2.3.1-6',
    example: '40 03 0001 00',
    because: 'mqtt-packet takes acknowledgements of any length',
  },
  {
    packets: ['subscribe'],
    statement: 'MQTT-3.8.3-3',
    example: '82 02 0001',
    because: 'mqtt-packet takes a SUBSCRIBE without a Topic Filter',
  },
  {
    packets: ['suback'],
    statement: 'MQTT-3.8.4-5',
    example: '90 02 0001',
    because: 'mqtt-packet takes a SUBACK without a return code',
  },
  {
    packets: ['unsubscribe'],
    statement: 'MQTT-3.10.3-2',
    example: 'A2 02 0001',
    because: 'mqtt-packet takes an UNSUBSCRIBE without a Topic Filter',
  },
  {
    packets: ['pingreq', 'pingresp', 'disconnect'],
    statement: 'MQTT-4.8.0-1',
    example: 'C0 01 00',
    because: 'mqtt-packet takes a body in packets that have none',
  },
  {
    packets: ['connect'],
    statement: 'MQTT-3.1.2-2',
    example: '10 0D 0004 4D515454 84 02 0000 0001 61',
    because: 'mqtt-packet takes level 5, the bridge mark 0x80, and names and levels that do not belong together',
  },
];

/** mqtt-packet holds MQTT 3.1 to the rules of 3.1.1. */
const refused: readonly Difference[] = [
  {
    packets: ['connect'],
    theirReason: /^Cannot parse (username|password)$/,
    example: '10 0F 0006 4D5149736470 03 82 0000 0001 61',
    because: 'MQTT 3.1: Remaining Length wins over the flags of user name and password',
  },
  {
    packets: ['connect'],
    theirReason: /^Connect flag bit 0 must be 0/,
    example: '10 0F 0006 4D5149736470 03 03 0000 0001 61',
    because: 'MQTT 3.1 does not use bit 0 of Connect Flags',
  },
  {
    packets: ['connect'],
    theirReason: /^Will (QoS|Retain Flag) must be set to zero/,
    example: '10 0F 0006 4D5149736470 03 0A 0000 0001 61',
    because: 'MQTT 3.1 says nothing of will flags without Will Flag',
  },
];

export const differences: readonly Difference[] = [...taken, ...refused];
