// What a faulty client is declared by.
import type { StatementId } from '../../spec/catalogue.ts';
import type { Bend } from '../../wire/serve/peer.ts';

export interface ClientFault {
  readonly name: string;
  readonly title: string;
  /** A detection has to blame one of them. */
  readonly violates: readonly [StatementId, ...StatementId[]];
  /** Ids of scenarios that are played; by default those that cite one of the statements. */
  readonly play?: readonly string[];
  readonly bend: () => Bend;
}
