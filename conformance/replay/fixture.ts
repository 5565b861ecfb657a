// A captured conversation as data: who said what, when, on which connection. Read and written as text (see fixtures/README.md).

/** Keys that the head of a fixture may have; each may stand several times. */
export const headKeys = [
  /** A sentence: what the conversation shows. The only one that every fixture has. */
  'title',
  /** Program and version of the client side. */
  'client',
  /** Program and version of the broker side. */
  'broker',
  /** What wrote the file, with its version. */
  'recorder',
  /** The command that captures it again. */
  'capture',
  'note',
  /** Statements that it violates. */
  'violates',
  /** Address of a public discussion. */
  'thread',
  /** The faulty broker that shows it. */
  'fault',
] as const;

export type HeadKey = (typeof headKeys)[number];
export type FixtureHead = { readonly title: string } & {
  readonly [K in Exclude<HeadKey, 'title'>]?: readonly string[];
};

export interface FixtureMoment {
  /** Name of the connection within the file: no blanks. */
  readonly connection: string;
  /** Who acts: `client` is `>` in the text, `server` is `<`. */
  readonly by: 'client' | 'server';
  /** Milliseconds since the conversation began. */
  readonly atMs: number;
  readonly comment?: string;
  /** Line of the file, from 1; missing where the fixture was not read from one. */
  readonly line?: number;
}

export type FixtureEvent = FixtureMoment &
  (
    | { readonly kind: 'open' }
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    /** How a side ended its direction of the connection. */
    | { readonly kind: 'fin' | 'rst' }
  );

export interface Fixture {
  readonly head: FixtureHead;
  /** In the order of the file, which is that of time. */
  readonly events: readonly FixtureEvent[];
}

/** Connections in the order in which they appear. */
export const connectionsOf = ({ events }: Fixture): string[] => [
  ...new Set(events.map(({ connection }) => connection)),
];
