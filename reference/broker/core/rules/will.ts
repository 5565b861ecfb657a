// Decisions of section 3.1.2.5: the will.
import type { Will } from '../../../codec/packet.ts';
import type { Message } from '../../../message.ts';
import type { EndReason } from './connect.ts';

export interface WillRules {
  /** MQTT-3.1.2-8, MQTT-3.1.2-10, MQTT-3.14.4-3: due at every end but DISCONNECT. */
  isDue(reason: EndReason): boolean;
  /** MQTT-3.1.2-12: a connection has the will of its own CONNECT, or none. */
  willOf(own: Will | undefined, ofConnectionBefore: Will | undefined): Will | undefined;
  /** MQTT-3.1.2-16, MQTT-3.1.2-17: QoS and RETAIN are those of the CONNECT. */
  messageOf(will: Will): Message;
  /** MQTT-3.1.2-10: published once. */
  timesPublished(): number;
  /** Section 3.1.2.5: published without delay, in milliseconds. */
  delayMs(): number;
  /** MQTT-3.1.2-8: not while its client is connected. */
  isDueWhileConnected(): boolean;
  /** MQTT-3.1.2-8: a CONNECT that is refused leaves no will. */
  isDueAfterRefusal(): boolean;
}

export const willRules: WillRules = {
  isDue: (reason) => reason !== 'disconnect',
  willOf: (own) => own,
  messageOf: ({ topicName, message, qos, retain }) => ({ topicName, payload: message, qos, retain }),
  timesPublished: () => 1,
  delayMs: () => 0,
  isDueWhileConnected: () => false,
  isDueAfterRefusal: () => false,
};
