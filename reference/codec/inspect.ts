// Bytes → named fields with offsets, also of packets that are malformed or cut short: for traces and reports. Never throws.
import type { ReadField } from './bytes/reader.ts';
import { type DecodeOptions, decode } from './decode.ts';
import { UnsupportedProtocol } from './levels.ts';
import { MalformedPacket } from './malformed.ts';
import type { Packet } from './packet.ts';

export interface InspectedField extends ReadField {
  /** What is wrong with it, in words. */
  readonly problem?: string;
}

export interface Inspection {
  /** The packet, if the bytes are one. */
  readonly packet?: Packet;
  readonly fields: readonly InspectedField[];
  readonly problem?: string;
}

/** Reads as many fields as there are. The value of a password is never shown. */
export function inspect(bytes: Uint8Array, options: Omit<DecodeOptions, 'log'> = {}): Inspection {
  const log: ReadField[] = [];
  try {
    return { packet: decode(bytes, { ...options, log }), fields: log };
  } catch (error) {
    if (error instanceof MalformedPacket) return { fields: markProblem(log, error), problem: error.message };
    if (error instanceof UnsupportedProtocol) return { fields: log, problem: error.message };
    throw error;
  }
}

function markProblem(
  log: readonly ReadField[],
  { offset, expected, actual }: MalformedPacket,
): readonly InspectedField[] {
  const problem = `expected ${expected}, got ${actual}`;
  const known = log.findLastIndex((field) => field.offset <= offset && offset < field.offset + field.length);
  if (known < 0) return [...log, { name: 'malformed', offset, length: 0, value: '', problem }];
  return log.map((field, i) => (i === known ? { ...field, problem } : field));
}
