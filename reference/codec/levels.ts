// Protocol levels: name, number, and what differs, as data.
import type { ProtocolLevel } from './packet.ts';

export interface LevelRow {
  readonly protocolName: string;
  readonly standard: '3.1' | '3.1.1';
  /** Reserved flags are checked (2.2.2-2); MQTT 3.1 has DUP in PUBREL, SUBSCRIBE and UNSUBSCRIBE, and calls the others unused. */
  readonly strictFlags: boolean;
  /** A flag whose field is missing makes CONNECT malformed; at level 3 Remaining Length wins. */
  readonly flaggedFieldsDemanded: boolean;
}

export const levels = {
  3: { protocolName: 'MQIsdp', standard: '3.1', strictFlags: false, flaggedFieldsDemanded: false },
  4: { protocolName: 'MQTT', standard: '3.1.1', strictFlags: true, flaggedFieldsDemanded: true },
} as const satisfies Readonly<Record<ProtocolLevel, LevelRow>>;

/** A CONNECT of a protocol that is not served: no malformed packet, and answered by its own rule (MQTT-3.1.2-1, MQTT-3.1.2-2). */
export class UnsupportedProtocol extends Error {
  readonly protocolName: string;
  readonly protocolLevel: number;

  constructor(protocolName: string, protocolLevel: number) {
    super(`unsupported protocol ${JSON.stringify(protocolName)}, level ${protocolLevel}`);
    this.name = 'UnsupportedProtocol';
    this.protocolName = protocolName;
    this.protocolLevel = protocolLevel;
  }
}
