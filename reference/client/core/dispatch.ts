// Which part of a client a packet is for. In: packets behind CONNACK, but PUBLISH and PINGRESP. Out: calls, and word of what violates the
// protocol. Knows no connection.
import type { Packet, Publish } from '../../codec/packet.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { TopicInterest } from './topic-interest.ts';

/** Whom packets are for: each is made when it is first asked for. */
export interface Addressees {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly topics: TopicInterest;
}

/** A string says what about the packet violates the protocol. */
export function dispatch(packet: Exclude<Packet, Publish>, parts: Addressees): string | undefined {
  switch (packet.type) {
    case 'puback':
      parts.outbox.puback(packet.packetId);
      return undefined;
    case 'pubrec':
      parts.outbox.pubrec(packet.packetId);
      return undefined;
    case 'pubrel':
      parts.inbox.pubrel(packet.packetId);
      return undefined;
    case 'pubcomp':
      parts.outbox.pubcomp(packet.packetId);
      return undefined;
    case 'suback':
    case 'unsuback':
      return parts.topics.answered(packet);
    case 'connack':
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      // Table 2.1: a second CONNACK, or what only clients send.
      return `${packet.type.toUpperCase()} behind CONNACK`;
  }
}
