// The catalogue of statements. In: the tables beside this file. Out: every statement by its id. Knows nothing of scenarios.

import { statements311 } from './mqtt-3.1.1.ts';
import { unnumbered311 } from './mqtt-3.1.1-unnumbered.ts';
import { differences31 } from './mqtt-3.1.ts';
import type { Actor, Keyword, Observable } from './statement.ts';

export type NumberedId = (typeof statements311)[number]['id'];
export type UnnumberedId = (typeof unnumbered311)[number]['id'];
/** A statement of MQTT 3.1.1. */
export type StatementId = NumberedId | UnnumberedId;
/** A point of the MQTT 3.1 text. */
export type Difference31Id = (typeof differences31)[number]['id'];
export type AnyStatementId = StatementId | Difference31Id;

/** A statement as reports show it. */
export interface Statement {
  readonly id: AnyStatementId;
  readonly standard: '3.1.1' | '3.1';
  readonly section: string;
  readonly title: string;
  readonly level: Keyword;
  readonly actor: Actor;
  readonly observable: Observable;
  readonly requirement: string;
  readonly note?: string;
}

export const catalogue: readonly Statement[] = [
  ...[...statements311, ...unnumbered311].map((row): Statement => {
    const { id, section, title, level, actor, observable, requirement } = row;
    return {
      id,
      standard: '3.1.1',
      section,
      title,
      level,
      actor,
      observable,
      requirement,
      ...('note' in row ? { note: row.note } : {}),
    };
  }),
  ...differences31.map(
    (row): Statement => ({
      id: row.id,
      standard: '3.1',
      section: row.section,
      title: row.title,
      level: row.level,
      actor: 'server',
      observable: 'wire',
      requirement: row.mqtt31,
      note: row.demand,
    }),
  ),
];

const byId = new Map<string, Statement>(catalogue.map((statement) => [statement.id, statement]));

/** The statement with this id; throws for an id that the catalogue lacks (ids are typed, so only data from outside can do that). */
export function statement(id: string): Statement {
  const found = byId.get(id);
  if (found === undefined) throw new RangeError(`the catalogue has no statement ${id}`);
  return found;
}
