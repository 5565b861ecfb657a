// The parts that the core is put together from. A faulty broker replaces one of them.
import { decode } from '../../codec/decode.ts';
import { Framer } from '../../codec/framer.ts';
import type { Packet, ProtocolLevel } from '../../codec/packet.ts';
import type { Message } from '../../message.ts';
import { RetainedTree } from '../../topics/retained-tree.ts';
import { SubscriptionTree } from '../../topics/subscription-tree.ts';
import type { Match } from './rules/publish.ts';
import type { Session } from './session.ts';

/** Who has subscribed to what: all subscriptions of all sessions. A key is unique for a session and a filter. */
export interface Subscriptions {
  readonly size: number;
  add(topicFilter: string, key: Session, value: SessionMatch): void;
  remove(topicFilter: string, key: Session): boolean;
  match(topicName: string, visit: (value: SessionMatch, key: Session) => void): void;
}

export interface SessionMatch extends Match {
  readonly session: Session;
}

export interface Retained {
  readonly size: number;
  set(topicName: string, message: Message): void;
  delete(topicName: string): boolean;
  match(topicFilter: string, visit: (message: Message) => void): void;
}

export interface Parts {
  /** One whole frame → packet; throws MalformedPacket or UnsupportedProtocol. */
  readonly decode: (frame: Uint8Array, level: ProtocolLevel) => Packet;
  /** One whose limit can be set is given the smaller one of clients that are not let in. */
  readonly framer: (maxPacketBytes: number) => Pick<Framer, 'push'> & Partial<Pick<Framer, 'maxPacketBytes'>>;
  /** With a number that nobody outside knows. */
  readonly subscriptions: (hashKey: number) => Subscriptions;
  readonly retained: () => Retained;
  /** What is written in place of a packet; left out, the packet itself. Bytes go out as they are. */
  readonly outgoing?: (packet: Packet) => readonly (Packet | Uint8Array)[];
}

export const defaultParts: Parts = {
  decode: (frame, level) => decode(frame, { level, sentBy: 'client' }),
  framer: (maxPacketBytes) => new Framer({ maxPacketBytes }),
  subscriptions: (hashKey) => new SubscriptionTree<Session, SessionMatch>({ hashKey }),
  retained: () => new RetainedTree<Message>(),
};
