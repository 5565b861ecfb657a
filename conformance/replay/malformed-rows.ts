// Text → byte sequences that a peer must not take. In: a file of fixtures/malformed and its name. Out: rows, or an error that names
// file and line. Knows no file system.
import { FixtureError, parseHex } from './parse-fixture.ts';

const places = {
  'sent by': ['client', 'server'],
  /** What went before on the connection. */
  after: ['nothing', 'connect', 'connect 3.1'],
  /** `malformed` is for the codec to refuse, `unsupported` for its other error; `forbidden` is well-formed, and refused by a rule. */
  kind: ['malformed', 'unsupported', 'forbidden'],
} as const;

/** One way to react: what is answered, if anything, and whether the connection is closed. */
export interface DemandedReaction {
  readonly answer?: { readonly type: 'connack' | 'suback'; readonly code: number };
  readonly closes: boolean;
}

export interface MalformedRow {
  readonly file: string;
  readonly line: number;
  readonly sentBy: (typeof places)['sent by'][number];
  readonly after: (typeof places)['after'][number];
  readonly kind: (typeof places)['kind'][number];
  /** The reactions that the standard allows. */
  readonly demands: readonly DemandedReaction[];
  /** Statements that the bytes violate, or the section where the standard gives no number; the first is the one to blame. */
  readonly statements: readonly string[];
  readonly bytes: Uint8Array;
  readonly why: string;
}

/** First line of every file. */
export const malformedMark = 'mqttspec malformed 1';

type Head = Pick<MalformedRow, 'sentBy' | 'after' | 'kind' | 'demands'>;
const keys = ['section', 'sent by', 'after', 'demands', 'kind'] as const;
const statementList = /^(?:MQTT(?:31)?-[\w.-]+|\d+(?:\.\d+)+)(?:,(?:MQTT(?:31)?-[\w.-]+|\d+(?:\.\d+)+))*$/;

/** Reads the rows of a file. Throws FixtureError. */
export function parseMalformedRows(text: string, file: string): readonly MalformedRow[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== malformedMark) throw new FixtureError(file, 1, `expected "${malformedMark}", got "${lines[0]}"`);
  const rows: MalformedRow[] = [];
  const heads = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '' || line.startsWith('#')) continue;
    const [, key, value] = /^([a-z ]+): *(.+?) *$/.exec(line) ?? [];
    const place = { file, line: at + 1 };
    if (key === undefined || value === undefined)
      rows.push({ ...place, ...headOf(heads, place), ...fieldsOf(line, place) });
    else if (keys.some((one) => one === key)) heads.set(key, value);
    else throw new FixtureError(file, at + 1, `expected one of ${keys.join(', ')} and a colon, got "${key}"`);
  }
  return rows;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function fieldsOf(line: string, place: Place): Pick<MalformedRow, 'statements' | 'bytes' | 'why'> {
  const [, statements = '', hex = '', why = ''] = /^(\S+)\s+([^#]*)#\s*(.+)$/.exec(line) ?? [];
  if (!statementList.test(statements) || hex.trim() === '') {
    const wanted =
      'statements (with commas, no blanks), hex, # and why ("MQTT-2.2.2-2  41 02 0001  # PUBACK with flags")';
    throw new FixtureError(place.file, place.line, `expected ${wanted}, got "${line.slice(0, 40)}"`);
  }
  return { statements: statements.split(','), bytes: parseHex(hex, place), why: why.trim() };
}

function headOf(heads: ReadonlyMap<string, string>, place: Place): Head {
  return {
    sentBy: oneOf('sent by', heads, place),
    after: oneOf('after', heads, place),
    kind: oneOf('kind', heads, place),
    demands: demandsOf(heads.get('demands') ?? '', place),
  };
}

function oneOf<K extends keyof typeof places>(key: K, heads: ReadonlyMap<string, string>, place: Place) {
  const value = heads.get(key);
  const known: readonly (typeof places)[K][number][] = places[key];
  const found = known.find((one) => one === value);
  if (found === undefined)
    throw new FixtureError(
      place.file,
      place.line,
      `"${key}" above is ${value ?? 'missing'}: expected ${known.join(', ')}`,
    );
  return found;
}

/** `close`, `CONNACK 1, close`, `SUBACK 0x80`, and alternatives with `or`. */
function demandsOf(text: string, { file, line }: Place): readonly DemandedReaction[] {
  return text.split(' or ').map((one) => {
    const [, packet, code, end] = /^(?:(CONNACK|SUBACK) (\w+))?(?:, )?(close)?$/.exec(one) ?? [];
    if (packet === undefined && end === undefined)
      throw new FixtureError(
        file,
        line,
        `"demands" above is "${text}": expected "close", "CONNACK 1, close" or "SUBACK 0x80"`,
      );
    const type = packet === 'CONNACK' ? 'connack' : 'suback';
    return { closes: end !== undefined, ...(packet === undefined ? {} : { answer: { type, code: Number(code) } }) };
  });
}
