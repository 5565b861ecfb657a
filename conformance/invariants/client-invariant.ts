// What must hold for every packet of a client. In: what passes on a connection. Out: what is wrong, in words. Knows no socket.
import type { StatementId } from '../spec/catalogue.ts';
import type { ObservedClientPacket, ObservedFromClient } from '../wire/client-observer.ts';
import type { Observed } from '../wire/observer.ts';
import { broken, type RuleVerdict } from './invariant.ts';

/** A packet of a client, and when it came: milliseconds of any clock that does not go back. */
export interface ClientSighting extends ObservedClientPacket {
  readonly atMs: number;
}

/** What a rule says of one packet of a client. */
export interface ClientVerdict extends RuleVerdict {
  /** What the problem breaks; all that the invariant cites, if it is left out. */
  readonly statements?: readonly StatementId[];
}

/** Watches one connection from the broker's side. */
export interface ClientRule {
  /** The broker sent a packet. */
  received?(packet: Observed): void;
  /** The client sent one. */
  sent(sighting: ClientSighting): ClientVerdict;
}

export interface ClientInvariant {
  readonly id: string;
  readonly title: string;
  /** Folder of the section in which reports list it. */
  readonly section: string;
  readonly cites: readonly StatementId[];
  /** A new rule for a new connection. */
  readonly watch: () => ClientRule;
}

/** An invariant of single packets: what the observer finds wrong under one of the cited statements. */
export function clientPacketInvariant(
  invariant: Omit<ClientInvariant, 'watch'> & { readonly applies: (packet: ObservedFromClient) => boolean },
): ClientInvariant {
  const { applies, ...rest } = invariant;
  const rule: ClientRule = {
    sent: ({ packet, findings }) => {
      const found = findings.find(({ statements }) => rest.cites.some((id) => statements.includes(id)));
      if (found === undefined) return { applies: applies(packet) };
      return { ...broken(found.text), statements: rest.cites.filter((id) => found.statements.includes(id)) };
    },
  };
  return { ...rest, watch: () => rule };
}
