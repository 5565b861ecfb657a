// Decisions of sections 3.1 and 3.2: CONNECT and CONNACK.

import type { UnsupportedProtocol } from '../../../codec/levels.ts';
import type { MalformedPacket } from '../../../codec/malformed.ts';
import type { Connect, PacketType } from '../../../codec/packet.ts';
import type { AuthenticationRefusal } from '../access.ts';
import type { Session } from '../session.ts';

/** How a connection came to its end, as the will sees it. */
export type EndReason =
  | 'disconnect'
  | 'peer closed'
  | 'keep-alive expired'
  | 'malformed packet'
  | 'protocol violation'
  | 'takes nothing'
  | 'taken over'
  | 'broker stopped'
  | 'not authorized';

export type Refusal = 1 | 2 | 3 | 4 | 5 | 'silence';

export interface ConnectRules {
  /** MQTT-4.8.0-1, MQTT-3.1.4-1: what becomes of bytes that are no packet. */
  reactionToMalformed(error: MalformedPacket): 'close' | 'ignore';
  /** MQTT-3.1.2-1: silence for a name of another protocol; MQTT-3.1.2-2: 0x01 for another level of MQTT. */
  reactionToProtocol(protocol: UnsupportedProtocol): Refusal;
  /** MQTT-3.1.0-1. */
  reactionToEarlyPacket(type: PacketType): 'close' | 'ignore' | 'serve';
  /** MQTT-3.1.0-2. */
  reactionToSecondConnect(): 'close' | 'ignore' | 'connack';
  /** MQTT-3.1.3-8, MQTT-3.1.3-9; at level 3 an id of 1 to 23 characters is demanded. Undefined: accepted. */
  refusesClientId(connect: Connect): Refusal | undefined;
  /** MQTT-4.7.1-1, MQTT-4.7.3-1: a will topic that is no Topic Name. */
  reactionToWillTopic(): 'close' | 'accept';
  /** Section 3.1.4: the return code of a client that is not let in. */
  refusalOf(outcome: AuthenticationRefusal): Refusal;
  /** MQTT-3.1.4-2: a CONNECT that is refused takes no session over. */
  evictsBeforeChecking(): boolean;
  /** MQTT-3.2.2-5. */
  closesAfterRefusal(): boolean;
  /** MQTT-3.1.4-5. */
  servesBehindRefusal(): boolean;
  /** MQTT-3.2.2-4. */
  sessionPresentOfRefusal(hasSession: boolean): boolean;
  /** MQTT-3.1.2-4, MQTT-3.1.2-6. */
  resumesSession(connect: Connect): boolean;
  /** MQTT-3.2.2-1, MQTT-3.2.2-2, MQTT-3.2.2-3. */
  sessionPresent(connect: Connect, stored: Session | undefined): boolean;
  /** MQTT-4.1.0-1: what a session forgets when it is resumed; nothing. */
  forgetsWhenResumed(session: Session, how: { readonly takenOver: boolean }): void;
  /** MQTT-4.1.0-1: whether a session that is resumed has its subscriptions. */
  keepsSubscriptions(how: { readonly takenOver: boolean }): boolean;
  /** MQTT-3.1.2-6: whether a session ends with its connection. */
  endsWithConnection(connect: Connect, reason: EndReason): boolean;
  /** MQTT-3.1.3-2: what sessions are known by. */
  sessionKey(clientId: string): string;
  /** MQTT-3.1.3-6. */
  assignedClientId(unique: string): string;
  /** MQTT-3.1.4-2. */
  evictsOlder(): boolean;
  /** MQTT-3.1.2-24, in milliseconds. */
  keepAliveAllowanceMs(keepAlive: number): number;
  /** Section 3.1.2.10: any packet of the client counts. */
  resetsKeepAlive(type: PacketType): boolean;
  /** What the broker sends does not count. */
  sendingResetsKeepAlive(): boolean;
  /** MQTT-3.2.0-1: whether queued messages wait for CONNACK. */
  connackComesFirst(): boolean;
  /** Retained messages are sent for a SUBSCRIBE alone. */
  sendsRetainedUponConnect(): boolean;
}

/** Table 3.1. */
const refusals = {
  'identifier rejected': 2,
  unavailable: 3,
  'bad user name or password': 4,
  'not authorized': 5,
} as const;

export const connectRules: ConnectRules = {
  reactionToMalformed: () => 'close',
  reactionToProtocol: ({ protocolName }) => (protocolName === 'MQTT' || protocolName === 'MQIsdp' ? 1 : 'silence'),
  reactionToEarlyPacket: () => 'close',
  reactionToSecondConnect: () => 'close',
  refusesClientId: ({ clientId, cleanSession, protocolLevel }) => {
    // Characters, not UTF-16 units.
    if (protocolLevel === 3) return clientId === '' || [...clientId].length > 23 ? 2 : undefined;
    return clientId === '' && !cleanSession ? 2 : undefined;
  },
  reactionToWillTopic: () => 'close',
  refusalOf: (outcome) => refusals[outcome],
  evictsBeforeChecking: () => false,
  closesAfterRefusal: () => true,
  servesBehindRefusal: () => false,
  sessionPresentOfRefusal: () => false,
  resumesSession: ({ cleanSession }) => !cleanSession,
  sessionPresent: ({ cleanSession, protocolLevel }, stored) =>
    stored !== undefined && !cleanSession && protocolLevel === 4,
  forgetsWhenResumed: () => {},
  keepsSubscriptions: () => true,
  endsWithConnection: ({ cleanSession }) => cleanSession,
  sessionKey: (clientId) => clientId,
  assignedClientId: (unique) => `auto-${unique}`,
  evictsOlder: () => true,
  keepAliveAllowanceMs: (keepAlive) => (keepAlive === 0 ? Number.POSITIVE_INFINITY : keepAlive * 1_500),
  resetsKeepAlive: () => true,
  sendingResetsKeepAlive: () => false,
  connackComesFirst: () => true,
  sendsRetainedUponConnect: () => false,
};
