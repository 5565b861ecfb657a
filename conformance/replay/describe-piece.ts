// One packet of a conversation as a report shows it: in words, with its fields, its password masked.
import { type InspectedField, inspect } from '../../reference/codec/inspect.ts';
import { describePacket } from '../wire/describe.ts';
import { withoutPassword } from './recording.ts';

export function describePiece(
  bytes: Uint8Array,
  sentBy: 'client' | 'server',
): { readonly summary: string; readonly fields: readonly InspectedField[]; readonly shown: Uint8Array } {
  const shown = sentBy === 'client' ? withoutPassword(bytes) : bytes;
  const { packet, fields, problem } = inspect(shown, { sentBy });
  return { summary: packet === undefined ? (problem ?? '') : describePacket(packet), fields, shown };
}
