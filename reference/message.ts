// The nouns that all rooms share. Versions end at the connection: nothing here knows a packet.

/** Quality of Service, section 4.3. */
export type Qos = 0 | 1 | 2;

/** Packet Identifier, 1 to 65,535 (section 2.3.1). */
export type PacketId = number;

/** An Application Message on its way: what a publisher sent, without anything of the packet that carried it. */
export interface Message {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}
