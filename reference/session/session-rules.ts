// What the standard decides about a session's messages: small functions, replaced one by one where a faulty broker is wanted.
import type { Message, PacketId, Qos } from '../message.ts';
import type { ReadonlyInFlight } from './in-flight-messages.ts';

/** A message that was sent and is not acknowledged for good. */
export interface InFlight {
  readonly packetId: PacketId;
  readonly message: Message;
  readonly qos: 1 | 2;
  /** `awaiting-pubcomp` once PUBREC has come: from then on PUBREL stands for the message. */
  readonly state: 'awaiting-ack' | 'awaiting-pubcomp';
  /** Where the session's journal has it; 0: nowhere. */
  readonly place: number;
}

export interface SessionRules {
  /** MQTT-2.3.1-2, MQTT-2.3.1-4: an identifier that nothing in flight uses. */
  nextPacketId(last: PacketId, inUse: (packetId: PacketId) => boolean): PacketId;
  /** MQTT-4.3.2-1, MQTT-4.3.3-1: DUP of a first sending. */
  dupOfFirst(incomingDup: boolean): boolean;
  /** MQTT-3.3.1-1: DUP of a resend. */
  dupOfResend(): boolean;
  /** MQTT-4.4.0-1: what is sent again when the session is resumed, in the order of first sending (MQTT-4.6.0-1). */
  resends(inFlight: readonly InFlight[]): readonly InFlight[];
  /** MQTT-2.3.1-4: the identifier of a resend. */
  idOfResend(packetId: PacketId): PacketId;
  /** MQTT-2.3.1-6: the identifier of the message that an acknowledgement is for. */
  meant(packetId: PacketId, inFlight: ReadonlyInFlight | undefined): PacketId;
  /** Whether a PUBACK, PUBREC or PUBCOMP answers what is in flight. */
  acknowledges(ack: 'puback' | 'pubrec' | 'pubcomp', entry: InFlight | undefined): boolean;
  /** MQTT-4.3.3-1: PUBREC is answered by PUBREL, also a repeated one. */
  answersPubrec(entry: InFlight | undefined): boolean;
  /** MQTT-4.3.3-2: whether a QoS 2 PUBLISH is a new message. */
  isNewMessage(known: boolean, dup: boolean): boolean;
  /** MQTT-4.3.3-2: whether the identifier is free for a new message. */
  forgetsOn(packet: 'pubrel'): boolean;
  /** MQTT-4.6.0-6: where a queued message goes. */
  queuePosition(queued: number, qos: Qos): number;
  /** Of what is queued, what the next free place in the window gets. */
  nextQueued(queued: number): number;
}

export const defaultSessionRules: SessionRules = {
  nextPacketId: (last, inUse) => {
    let packetId = last;
    do
      packetId = (packetId % 65_535) + 1; // 0 is no identifier (MQTT-2.3.1-1)
    while (inUse(packetId));
    return packetId;
  },
  dupOfFirst: () => false,
  dupOfResend: () => true,
  resends: (inFlight) => inFlight,
  idOfResend: (packetId) => packetId,
  meant: (packetId) => packetId,
  acknowledges: (ack, entry) => {
    if (entry === undefined) return false;
    if (ack === 'pubcomp') return entry.state === 'awaiting-pubcomp';
    return entry.state === 'awaiting-ack' && entry.qos === (ack === 'puback' ? 1 : 2);
  },
  answersPubrec: (entry) => entry === undefined || entry.qos === 2,
  isNewMessage: (known) => !known,
  forgetsOn: () => true,
  queuePosition: (queued) => queued,
  nextQueued: () => 0,
};
