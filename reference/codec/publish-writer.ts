// PUBLISH straight into the output of a connection, for whoever sends many (section 3.3). In: the Topic Name encoded before, the payload
// as it is. Out: bytes.
import type { PacketId, Qos } from '../message.ts';
import { largestBlockBytes } from './bytes/block-pool.ts';
import { leastSliceBytes, loopedBytes, type Output } from './output.ts';

export interface PublishFlags {
  readonly qos: Qos;
  readonly dup: boolean;
  readonly retain: boolean;
}

/** The first byte of the fixed header. */
export const publishByte = ({ qos, dup, retain }: PublishFlags): number =>
  0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);

const largestBody = 268_435_455;

/**
 * Appends a PUBLISH. `topic` is the Topic Name with its length in front; `packetId` is 0 at QoS 0. A large payload is not copied: it
 * stays as it is until the output has left. Throws RangeError for a packet that is too long for the wire (section 2.2.3).
 */
export function writePublish(
  output: Output,
  firstByte: number,
  topic: Uint8Array,
  packetId: PacketId,
  payload: Uint8Array,
): void {
  const body = topic.length + (packetId === 0 ? 0 : 2) + payload.length;
  if (body > largestBody)
    throw new RangeError(`a Remaining Length of ${body}: 268,435,455 is the most (section 2.2.3)`);
  const isSliced = payload.length >= leastSliceBytes;
  const headBytes = body < 128 ? 2 : body < 16_384 ? 3 : body < 2_097_152 ? 4 : 5;
  const copiedBytes = headBytes + body - (isSliced ? payload.length : 0);
  // A long Topic Name and a payload beside it are more than a block holds.
  const own = copiedBytes > largestBlockBytes ? new Uint8Array(copiedBytes) : undefined;
  let at = own === undefined ? output.reserve(copiedBytes) : 0;
  const block = own ?? output.block;
  block[at++] = firstByte;
  for (let rest = body; ; rest >>>= 7) {
    if (rest < 128) {
      block[at++] = rest;
      break;
    }
    block[at++] = (rest & 127) | 128;
  }
  at = copied(block, at, topic);
  if (packetId !== 0) {
    block[at++] = packetId >> 8;
    block[at++] = packetId & 255;
  }
  if (!isSliced) copied(block, at, payload);
  if (own !== undefined) output.append(own);
  if (isSliced) output.append(payload);
}

function copied(into: Uint8Array, at: number, bytes: Uint8Array): number {
  const { length } = bytes;
  if (length > loopedBytes) into.set(bytes, at);
  else for (let i = 0; i < length; i++) into[at + i] = bytes[i] as number;
  return at + length;
}
