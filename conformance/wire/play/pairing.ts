// Holds messages that came against those that were expected.
import type { Observed } from '../observer.ts';
import { type ExpectedMessage, meets, message } from '../packets.ts';

export type ObservedMessage = Extract<Observed, { type: 'publish' }>;

/** Pairs each expected message with one that came. */
export function assign(
  came: readonly ObservedMessage[],
  expected: readonly ExpectedMessage[],
): { missing: ExpectedMessage[]; surplus: ObservedMessage[] } {
  const surplus = [...came];
  const missing = expected.filter((one) => {
    const at = surplus.findIndex((packet) => meets(packet, one));
    if (at >= 0) surplus.splice(at, 1);
    return at < 0;
  });
  return { missing, surplus };
}

/** Whether the first arrivals of the expected messages come in the order of the list. */
export function ascending(came: readonly ObservedMessage[], expected: readonly ExpectedMessage[]): boolean {
  const firsts = expected.map((one) => came.findIndex((packet) => meets(packet, one)));
  return firsts.every((at, i) => i === 0 || at > (firsts[i - 1] ?? -1));
}

/** The same message under an identifier of its own. */
export const isCopy = (packet: ObservedMessage, { topicName, payload, packetId }: ObservedMessage): boolean =>
  packet.packetId !== packetId && meets(packet, message(payload, { topicName, qos: 1 }));
