// What ends a wait for messages that must not come.
import type { Qos } from '../../../reference/message.ts';
import type { Client } from './client.ts';

export type Barrier =
  | { readonly kind: 'sentinel'; readonly publisher: Client; readonly topicName?: string; readonly qos?: Qos }
  | { readonly kind: 'ping' };

/**
 * A last message of the same publisher, by default on the same topic at the same QoS as its last PUBLISH: the only order that
 * the standard promises (MQTT-4.6.0-6). On another topic its acknowledgement and a PING on the subscriber are awaited too.
 */
export const sentinel = (publisher: Client, where: { topicName?: string; qos?: Qos } = {}): Barrier => ({
  kind: 'sentinel',
  publisher,
  ...where,
});

/** PINGREQ and PINGRESP: the target has read all that was sent before on this connection. */
export const ping = (): Barrier => ({ kind: 'ping' });
