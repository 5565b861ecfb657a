// Tables 2.1 and 2.2: control packet types, their flags (MQTT-2.2.2-1), and who may send them.
import type { PacketType } from './packet.ts';

export type Sender = 'client' | 'server' | 'both';

export interface PacketTypeRow {
  readonly number: number;
  /** The reserved flags; undefined for PUBLISH, whose flags have meanings. */
  readonly flags: number | undefined;
  readonly sentBy: Sender;
  /** The statement that demands the flags. */
  readonly statement: string;
}

export const packetTypes = {
  connect: { number: 1, flags: 0b0000, sentBy: 'client', statement: 'MQTT-2.2.2-2' },
  connack: { number: 2, flags: 0b0000, sentBy: 'server', statement: 'MQTT-2.2.2-2' },
  publish: { number: 3, flags: undefined, sentBy: 'both', statement: 'MQTT-3.3.1-4' },
  puback: { number: 4, flags: 0b0000, sentBy: 'both', statement: 'MQTT-2.2.2-2' },
  pubrec: { number: 5, flags: 0b0000, sentBy: 'both', statement: 'MQTT-2.2.2-2' },
  pubrel: { number: 6, flags: 0b0010, sentBy: 'both', statement: 'MQTT-3.6.1-1' },
  pubcomp: { number: 7, flags: 0b0000, sentBy: 'both', statement: 'MQTT-2.2.2-2' },
  subscribe: { number: 8, flags: 0b0010, sentBy: 'client', statement: 'MQTT-3.8.1-1' },
  suback: { number: 9, flags: 0b0000, sentBy: 'server', statement: 'MQTT-2.2.2-2' },
  unsubscribe: { number: 10, flags: 0b0010, sentBy: 'client', statement: 'MQTT-3.10.1-1' },
  unsuback: { number: 11, flags: 0b0000, sentBy: 'server', statement: 'MQTT-2.2.2-2' },
  pingreq: { number: 12, flags: 0b0000, sentBy: 'client', statement: 'MQTT-2.2.2-2' },
  pingresp: { number: 13, flags: 0b0000, sentBy: 'server', statement: 'MQTT-2.2.2-2' },
  disconnect: { number: 14, flags: 0b0000, sentBy: 'client', statement: 'MQTT-3.14.1-1' },
} as const satisfies Readonly<Record<PacketType, PacketTypeRow>>;

/** Name of a packet type by its number; undefined for the reserved numbers 0 and 15. */
export const packetTypeOf: readonly (PacketType | undefined)[] = Array.from({ length: 16 }, (_, number) =>
  (Object.keys(packetTypes) as PacketType[]).find((type) => packetTypes[type].number === number),
);

/** A bit for each type number that one side may send. */
const sentByBits = (side: 'client' | 'server'): number =>
  Object.values(packetTypes).reduce(
    (bits, { number, sentBy }) => (sentBy === 'both' || sentBy === side ? bits | (1 << number) : bits),
    0,
  );
const clientBits = sentByBits('client');
const serverBits = sentByBits('server');

/** Whether a packet of this number may come from there (Table 2.1); from anybody, if it isn't said who sends. */
export function mayBeSentBy(side: 'client' | 'server' | undefined, number: number): boolean {
  if (side === undefined) return true;
  return (((side === 'client' ? clientBits : serverBits) >> number) & 1) === 1;
}
