// The set of outcomes that an expectation accepts, each with its verdict.
import type { StatementId } from '../../spec/catalogue.ts';
import { describePacket } from '../describe.ts';
import { connack, type Expected, suback } from '../packets.ts';
import type { Given } from './given.ts';

export type ReactionKind = 'closed' | 'answered' | 'answered then closed' | 'ignored' | 'waits';
export type ReactionVerdict = 'pass' | 'warn' | 'observed' | 'fail';

/** One way in which the target may react. */
export interface Reaction {
  readonly kind: ReactionKind;
  readonly expected?: Expected;
  readonly verdict: ReactionVerdict;
  readonly because?: string;
  /** Where it fails: what it violates, if that is not what the check is about. */
  readonly violates?: readonly StatementId[];
  /** The same reaction with another verdict: `closed().as('warn', 'section 3.1.4 asks for an answer')`. */
  as(verdict: ReactionVerdict, because: string, violates?: readonly StatementId[]): Reaction;
}

/** An answer; `thenClosed` if the connection has to end behind it. */
export interface Answer extends Reaction {
  thenClosed(): Reaction;
}

function reaction(
  kind: ReactionKind,
  details: Partial<Pick<Reaction, 'expected' | 'verdict' | 'because' | 'violates'>> = {},
): Reaction {
  const { expected, verdict = 'pass', because, violates } = details;
  return {
    kind,
    verdict,
    ...(expected === undefined ? {} : { expected }),
    ...(because === undefined ? {} : { because }),
    ...(violates === undefined ? {} : { violates }),
    as: (other, reason, broken) =>
      reaction(kind, {
        ...details,
        verdict: other,
        because: reason,
        ...(broken === undefined ? {} : { violates: broken }),
      }),
  };
}

/** The connection is ended, by FIN or RST, without any answer. */
export const closed = (): Reaction => reaction('closed');
/** The packet is answered, and the connection stays open. */
export const answered = (expected: Expected): Answer => ({
  ...reaction('answered', { expected }),
  thenClosed: () => reaction('answered then closed', { expected }),
});
/** Nothing happens, and the connection goes on to be served: PINGREQ is answered. */
export const ignored = (): Reaction => reaction('ignored');
/** Neither an answer nor an end, nor is PINGREQ answered: the target waits for more bytes. */
export const waits = (): Reaction => reaction('waits');

/**
 * What is accepted where a packet ends before its fields do: the end of the connection, or, with a remark, a parser that waits
 * for the bytes that the fields announce.
 */
export const cutShort = (given: Pick<Given, 'disputed'>): readonly Reaction[] => [
  closed(),
  waits().as(...given.disputed('cut-short', { wait: 'warn', close: 'fail' } as const)),
];

/** A CONNACK that refuses a malformed CONNECT, ahead of the close: against the letter of MQTT-3.1.4-1, and of no other statement. */
export function refusal(given: Pick<Given, 'disputed'>, returnCode: number): Reaction {
  const [verdict, because] = given.disputed('connect-refusal', { silence: 'fail', remark: 'warn' } as const);
  return answered(connack({ returnCode })).thenClosed().as(verdict, because, ['MQTT-3.1.4-1']);
}

/** What is accepted of a CONNECT that is malformed: its end without a CONNACK, or one that refuses, as that is read. */
export const closedOrRefused = (given: Pick<Given, 'disputed'>): readonly Reaction[] => [
  closed(),
  ...[1, 2, 3, 4, 5].map((returnCode) => refusal(given, returnCode)),
];

/** SUBACK 0x80 for a filter with a misplaced wildcard, in place of the end of the connection. */
export const refusedFilter = (given: Pick<Given, 'disputed'>, packetId: number, codes: readonly number[]): Reaction =>
  answered(suback(packetId, codes)).as(
    ...given.disputed('misplaced-wildcard', { refusal: 'pass', close: 'fail' } as const),
  );

/** A reaction in words. */
export function describeReaction({ kind, expected }: Reaction): string {
  switch (kind) {
    case 'closed':
      return 'the connection is closed without an answer';
    case 'answered':
      return expected === undefined ? 'an answer' : describePacket(expected);
    case 'answered then closed':
      return `${expected === undefined ? 'an answer' : describePacket(expected)}, then the connection is closed`;
    case 'ignored':
      return 'the packet is ignored and the connection stays open';
    case 'waits':
      return 'the target waits for more bytes';
  }
}
