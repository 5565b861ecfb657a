// What a wrong order violates: sections 4.6 and 4.4.
import type { StatementId } from '../../../spec/catalogue.ts';
import { meets, message } from '../../../wire/packets.ts';
import type { ObservedMessage } from '../../../wire/play/pairing.ts';

/** What is sent again has an order of its own (MQTT-4.6.0-1); between that and first deliveries it is the topic's. */
export function blameForOrder(came: readonly ObservedMessage[], resent: readonly string[]): readonly StatementId[] {
  const firsts = resent.map((payload) => came.findIndex((packet) => meets(packet, message(payload))));
  const kept = firsts.every((at, i) => i === 0 || at > (firsts[i - 1] ?? -1));
  return kept ? ['MQTT-4.6.0-6'] : ['MQTT-4.6.0-1'];
}
