// What must hold for every packet of a run. In: what passes on each connection. Out: one result an invariant. Knows no socket.
import type { Packet } from '../../reference/codec/packet.ts';
import type { AnyStatementId, StatementId } from '../spec/catalogue.ts';
import type { Observed, ObservedType } from '../wire/observer.ts';

/** One packet of the target against which an invariant is held. */
export interface Sighting {
  readonly packet: Observed;
  readonly bytes: Uint8Array;
  readonly findings: readonly { readonly statements: readonly AnyStatementId[]; readonly text: string }[];
}

/** Kinds of what the tester sends; `raw`: bytes that may be anything. */
export type SentType = Packet['type'] | 'raw';

/** Watches one connection. Each call tells what is wrong, in words, or nothing. */
export interface ConversationRule {
  /** The tester sent bytes; `packet` is missing where they were raw. */
  sent?(packet: Packet | undefined, bytes: Uint8Array): void;
  received(sighting: Sighting): RuleVerdict;
}

/** What a rule says of one packet. */
export interface RuleVerdict {
  /** The packet is one that could have broken the rule. */
  readonly applies: boolean;
  /** What is wrong with it, in words. */
  readonly problem?: string;
}

export const silent: RuleVerdict = { applies: false };
export const kept: RuleVerdict = { applies: true };
export const broken = (problem: string): RuleVerdict => ({ applies: true, problem });

export interface Invariant {
  readonly id: string;
  readonly title: string;
  /** Folder of the section in which reports list it. */
  readonly section: string;
  readonly cites: readonly StatementId[];
  /** The target's packets that its rule has to see, where not all; what the observer finds wrong in any packet it sees too. */
  readonly hears?: readonly ObservedType[];
  /** The tester's packets of which its rule has to be told; left out where it needs none. */
  readonly listensTo?: readonly SentType[];
  /** A new rule for a new connection. */
  readonly watch: () => ConversationRule;
}

/** An invariant of single packets: what the observer finds wrong under one of the cited statements. */
export function packetInvariant(
  invariant: Omit<Invariant, 'watch'> & {
    /** Which of the packets that it hears could have broken it, where not all. */
    readonly applies?: (packet: Observed) => boolean;
  },
): Invariant {
  const { applies, ...rest } = invariant;
  const { hears } = rest;
  const cited: ReadonlySet<string> = new Set(rest.cites);
  const isConcerned = (packet: Observed): boolean =>
    (hears === undefined || hears.includes(packet.type)) && (applies === undefined || applies(packet));
  const rule: ConversationRule = {
    received: ({ packet, findings }) => {
      const found = findings.find(({ statements }) => statements.some((id) => cited.has(id)));
      if (found !== undefined) return broken(found.text);
      return isConcerned(packet) ? kept : silent;
    },
  };
  return { ...rest, watch: () => rule };
}
