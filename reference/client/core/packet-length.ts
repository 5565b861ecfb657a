// What fits into one packet (section 2.2.3). In: what is to be sent, before anything of it is kept. Out: a RangeError for what is too long.
import { Buffer } from 'node:buffer';
import { largestPacketBytes } from '../../codec/partial-frame.ts';
import { topicBytes } from './known-topics.ts';

/** Behind the longest fixed header. */
const largestRemainingLength = largestPacketBytes - 5;
const packetIdBytes = 2;
const lengthBytes = 2;
const qosBytes = 1;

/** A PUBLISH, with room for a Packet Identifier above QoS 0. Throws TypeError for what is no Topic Name, RangeError for what is too long. */
export function checkPublishLength(topicName: string, { length }: Uint8Array, qos: number): void {
  const remainingLength = topicBytes(topicName).length + (qos === 0 ? 0 : packetIdBytes) + length;
  if (remainingLength > largestRemainingLength)
    throw tooLong(`the message for ${topicName}`, remainingLength, 'its payload in several messages');
}

/** A SUBSCRIBE or UNSUBSCRIBE. Throws RangeError. */
export function checkRequestLength(packet: 'SUBSCRIBE' | 'UNSUBSCRIBE', topicFilters: readonly string[]): void {
  const each = lengthBytes + (packet === 'SUBSCRIBE' ? qosBytes : 0);
  let remainingLength = packetIdBytes;
  for (const topicFilter of topicFilters) remainingLength += each + Buffer.byteLength(topicFilter);
  if (remainingLength > largestRemainingLength)
    throw tooLong(`${packet} of ${topicFilters.length} Topic Filters`, remainingLength, 'them in several calls');
}

const tooLong = (what: string, remainingLength: number, instead: string): RangeError =>
  new RangeError(
    `${what}: a Remaining Length of ${remainingLength}, and ${largestRemainingLength} is the most (section 2.2.3): send ${instead}`,
  );
