// What a row of the catalogue is.

export type Keyword = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';
export type Actor = 'server' | 'client' | 'both';
/** How a violation can be seen: see README of the catalogue in `docs`, or the report's legend. */
export type Observable = 'wire' | 'wire-client' | 'codec' | 'restart' | 'transport' | 'credentials' | 'none';

/** A statement of MQTT 3.1.1: numbered, or (ids such as `SHOULD-3.1.4-b`) one of ours. */
export interface StatementRow {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  readonly level: Keyword;
  readonly actor: Actor;
  readonly observable: Observable;
  readonly requirement: string;
  readonly probe: string;
  readonly note?: string;
}

/** A point in which MQTT 3.1 differs from 3.1.1. */
export interface DifferenceRow {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  readonly level: Keyword;
  readonly mqtt31: string;
  readonly mqtt311: string;
  readonly demand: string;
  readonly sources: string;
}
