// What happened on the wire of one scenario, as data: made by the driver, read by reports.

/** Milliseconds since the run began, on the monotonic clock. */
export type AtMs = number;

export type TraceEntry =
  | { readonly kind: 'opened'; readonly at: AtMs; readonly connection: string; readonly to: string }
  | {
      readonly kind: 'sent' | 'received';
      readonly at: AtMs;
      readonly connection: string;
      /** Number of bytes on the wire. */
      readonly length: number;
      /** The bytes in hex, cut after `maxTraceBytes`, passwords masked. */
      readonly hex: string;
      /** The packet in words: `PUBLISH "a/b" QoS 1 id 7, 4 bytes`; for bytes that are no packet, what they are meant to be. */
      readonly summary: string;
      /** Decoded fields with their offsets, as far as the bytes could be read. */
      readonly fields?: readonly TraceField[];
      /** What the observer found wrong with a received packet. */
      readonly findings?: readonly string[];
    }
  | {
      readonly kind: 'ended';
      readonly at: AtMs;
      readonly connection: string;
      readonly by: 'target' | 'tester';
      readonly how: 'FIN' | 'RST';
    }
  /** A remark of the scenario: a step, a barrier that was reached, a check and its result. */
  | {
      readonly kind: 'note';
      readonly at: AtMs;
      readonly connection?: string;
      readonly text: string;
      readonly verdict?: 'pass' | 'fail' | 'warn' | 'observed' | 'inconclusive';
    };

export interface TraceField {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly value: string;
  readonly problem?: string;
}

export type Trace = readonly TraceEntry[];

/** Longer packets are shown cut. */
export const maxTraceBytes = 2_048;
