// Decisions of sections 3.3 and 4.3: what becomes of a PUBLISH.
import type { Message, PacketId, Qos } from '../../../message.ts';

/** Why a message is delivered: to a subscription that was there, or because one was made. */
export type DeliveryCause = 'live' | 'new subscription';

/** A subscription that matches a message. */
export interface Match {
  /** Left out where nothing depends on it. */
  readonly topicFilter?: string;
  readonly granted: Qos;
}

export interface PublishRules {
  /** MQTT-3.3.2-2, MQTT-4.7.3-1: a topic that is no Topic Name. */
  reactionToTopicName(topicName: string): 'close' | 'acknowledge' | 'accept';
  /** Section 4.7.2: clients do not exchange messages on `$`-topics. */
  distributes(topicName: string): boolean;
  /** MQTT-3.3.5-2: a PUBLISH that its client may not publish; `acknowledge` passes it on to nobody. */
  reactionToForbidden(): 'acknowledge' | 'close' | 'accept' | 'ignore';
  /** MQTT-3.3.4-1, Table 3.4. */
  answerTo(qos: Qos): 'nothing' | 'puback' | 'pubrec';
  /** MQTT-4.3.2-2: every QoS 1 PUBLISH is a new message, whatever its identifier and DUP say. */
  isNewQos1(session: object, packetId: PacketId, dup: boolean): boolean;
  /** MQTT-3.3.1-5, MQTT-3.3.1-7, MQTT-3.3.1-11, MQTT-3.3.1-12: what becomes of the retained message of the topic. */
  retainedAfter(message: Message, before: Message | undefined): Message | undefined;
  /** MQTT-3.3.1-8, MQTT-3.3.1-9: RETAIN of a delivery. */
  retainOf(cause: DeliveryCause, message: Message): boolean;
  /** MQTT-3.8.4-6. */
  qosOf(published: Qos, granted: Qos): Qos;
  /** MQTT-3.3.5-1: overlapping filters deliver at the highest granted QoS; one copy. */
  matchesServed(matches: readonly Match[]): readonly Match[];
  /** MQTT-3.1.2-5: kept for a client that is away. */
  queuesWhileAway(qos: Qos): boolean;
  /** MQTT-4.7.3-4, MQTT-3.3.2-3: names are delivered as they are. */
  topicNameOf(topicName: string): string;
  /** MQTT-4.5.0-1: an empty message is one too (MQTT-3.3.1-10). */
  delivers(message: Message, cause: DeliveryCause): boolean;
  /** Payloads are bytes. */
  payloadOf(payload: Uint8Array): Uint8Array;
}

export const publishRules: PublishRules = {
  reactionToTopicName: () => 'close',
  distributes: (topicName) => !topicName.startsWith('$'),
  reactionToForbidden: () => 'acknowledge',
  answerTo: (qos) => (qos === 0 ? 'nothing' : qos === 1 ? 'puback' : 'pubrec'),
  isNewQos1: () => true,
  retainedAfter: (message, before) => {
    if (!message.retain) return before;
    return message.payload.length === 0 ? undefined : message;
  },
  retainOf: (cause) => cause === 'new subscription',
  qosOf: (published, granted) => Math.min(published, granted) as Qos,
  matchesServed: (matches) => {
    let highest = matches[0];
    for (const match of matches) if (highest !== undefined && match.granted > highest.granted) highest = match;
    return highest === undefined ? [] : [highest];
  },
  queuesWhileAway: (qos) => qos > 0,
  topicNameOf: (topicName) => topicName,
  delivers: () => true,
  payloadOf: (payload) => payload,
};
