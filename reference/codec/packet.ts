// `Packet`: the 14 control packets of MQTT 3.1 and 3.1.1 as one discriminated union. Illegal packets can't be written.
import type { Qos } from '../message.ts';

/** Protocol levels of section 3.1.2.2: 3 is MQTT 3.1 (`MQIsdp`), 4 is MQTT 3.1.1 (`MQTT`). */
export type ProtocolLevel = 3 | 4;

export interface Will {
  readonly topicName: string;
  readonly message: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** CONNECT: section 3.1. `keepAlive` in seconds, 0 to 65,535. */
export type Connect = {
  readonly type: 'connect';
  readonly protocolLevel: ProtocolLevel;
  readonly cleanSession: boolean;
  readonly keepAlive: number;
  readonly clientId: string;
  readonly will?: Will;
} & (
  | { readonly userName?: undefined; readonly password?: undefined }
  | { readonly userName: string; readonly password?: Uint8Array }
);

/** Table 3.1. */
export type ConnackReturnCode = 0 | 1 | 2 | 3 | 4 | 5;

/** CONNACK: section 3.2. A refusal never has Session Present (MQTT-3.2.2-4). */
export type Connack = { readonly type: 'connack' } & (
  | { readonly returnCode: 0; readonly sessionPresent: boolean }
  | { readonly returnCode: 1 | 2 | 3 | 4 | 5; readonly sessionPresent: false }
);

/** PUBLISH: section 3.3. With QoS 0 there is no packet id and DUP is false. */
export type Publish = {
  readonly type: 'publish';
  readonly retain: boolean;
  readonly topicName: string;
  readonly payload: Uint8Array;
} & (
  | { readonly qos: 0; readonly dup: false; readonly packetId?: undefined }
  | { readonly qos: 1 | 2; readonly dup: boolean; readonly packetId: number }
);

/** PUBACK: section 3.4. */
export interface Puback {
  readonly type: 'puback';
  readonly packetId: number;
}
/** PUBREC: section 3.5. */
export interface Pubrec {
  readonly type: 'pubrec';
  readonly packetId: number;
}
/** PUBREL: section 3.6. `dup` is a flag of MQTT 3.1 alone; at level 4 always false (MQTT-3.6.1-1). */
export interface Pubrel {
  readonly type: 'pubrel';
  readonly packetId: number;
  readonly dup?: boolean;
}
/** PUBCOMP: section 3.7. */
export interface Pubcomp {
  readonly type: 'pubcomp';
  readonly packetId: number;
}

export interface Subscription {
  readonly topicFilter: string;
  readonly qos: Qos;
}

/** SUBSCRIBE: section 3.8; at least one subscription (MQTT-3.8.3-3). `dup` as in PUBREL. */
export interface Subscribe {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly subscriptions: readonly [Subscription, ...Subscription[]];
  readonly dup?: boolean;
}

/** Section 3.9.3: the granted QoS, or 0x80 for failure. */
export type SubackReturnCode = 0 | 1 | 2 | 0x80;

/** SUBACK: section 3.9. */
export interface Suback {
  readonly type: 'suback';
  readonly packetId: number;
  readonly returnCodes: readonly SubackReturnCode[];
}

/** UNSUBSCRIBE: section 3.10; at least one filter (MQTT-3.10.3-2). `dup` as in PUBREL. */
export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly topicFilters: readonly [string, ...string[]];
  readonly dup?: boolean;
}
/** UNSUBACK: section 3.11. */
export interface Unsuback {
  readonly type: 'unsuback';
  readonly packetId: number;
}
/** PINGREQ: section 3.12. */
export interface Pingreq {
  readonly type: 'pingreq';
}
/** PINGRESP: section 3.13. */
export interface Pingresp {
  readonly type: 'pingresp';
}
/** DISCONNECT: section 3.14. */
export interface Disconnect {
  readonly type: 'disconnect';
}

export type Packet =
  | Connect
  | Connack
  | Publish
  | Puback
  | Pubrec
  | Pubrel
  | Pubcomp
  | Subscribe
  | Suback
  | Unsubscribe
  | Unsuback
  | Pingreq
  | Pingresp
  | Disconnect;

export type PacketType = Packet['type'];
