// What a session tells of its changes, for one that outlives its process. A session without a journal is forgotten with the process.
import type { Message, PacketId } from '../message.ts';

/** A message of the sender: where it stands in the order of sending, and how far it has come. */
export interface KeptMessage {
  /** Its number in the order in which the sender took it over. */
  readonly place: number;
  readonly message: Message;
  readonly qos: 1 | 2;
  /** 0 while it is queued. */
  readonly packetId: PacketId;
  /** PUBREC has come: PUBREL stands for the message. */
  readonly isReleased: boolean;
}

export interface SenderJournal {
  /** A message was taken over: queued (`packetId` 0), or in flight at once. Returns its place. */
  kept(message: Message, qos: 1 | 2, packetId: PacketId): number;
  /** A queued message is in flight now. */
  sent(place: number, packetId: PacketId): void;
  /** PUBREC has come. */
  released(place: number, packetId: PacketId): void;
  /** Nothing of it is needed any more. */
  done(place: number, message: Message): void;
}

export interface ReceiverJournal {
  /** A QoS 2 message was passed on; its identifier is known until PUBREL (MQTT-4.3.3-2). */
  known(packetId: PacketId): void;
  forgotten(packetId: PacketId): void;
}
