// What a configuration may look like, as data: checked, and shown as a table. In: values of JSON or YAML. Out: values of ours, or problems.

export interface Problem {
  /** Such as `listeners[1].port`; empty: the whole. */
  readonly key: string;
  readonly text: string;
}

export interface Shape<T> {
  /** In words, for errors and documentation: `a port from 0 to 65535`. */
  readonly expected: string;
  /** The value; where it is none, problems are told, and what is returned is of no use. */
  readonly read: (value: unknown, key: string, problem: (problem: Problem) => void) => T | undefined;
  /** Keys below, for documentation. */
  readonly rows?: (key: string) => readonly Row[];
}

/** A line of the documentation. */
export interface Row {
  readonly key: string;
  readonly expected: string;
  readonly does: string;
  readonly byDefault: string;
}

export interface Field<T> {
  readonly shape: Shape<T>;
  /** What it is for, in words. */
  readonly does: string;
  /** What holds where it is left out, in words; `needed`: it may not be. */
  readonly byDefault: string;
}

/** Something of a few words, and nothing else. */
function simple<T>(expected: string, is: (value: unknown) => value is T): Shape<T> {
  return {
    expected,
    read: (value, key, problem) => {
      if (is(value)) return value;
      problem({ key, text: `expected ${expected}, got ${inWords(value)}` });
      return undefined;
    },
  };
}

export const text = (expected = 'a text'): Shape<string> =>
  simple(expected, (value): value is string => typeof value === 'string' && value !== '');

export const truth: Shape<boolean> = simple('true or false', (value) => typeof value === 'boolean');

export const whole = (what: string, from: number, to: number): Shape<number> =>
  simple(
    `${what} from ${from} to ${to}`,
    (value): value is number => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  );

export const port = whole('a port', 0, 65_535);

export const oneOf = <const T extends string>(...words: readonly T[]): Shape<T> =>
  simple(listed(words), (value): value is T => words.includes(value as T));

export function listOf<T>(item: Shape<T>, what: string): Shape<readonly T[]> {
  return {
    expected: `a list of ${what}`,
    read: (value, key, problem) => {
      if (Array.isArray(value))
        return value.map((one: unknown, i) => item.read(one, `${key}[${i}]`, problem)) as readonly T[];
      problem({ key, text: `expected a list of ${what}, got ${inWords(value)}` });
      return undefined;
    },
    rows: (key) => item.rows?.(`${key}[]`) ?? [],
  };
}

/** One word, or anything of another shape that is no text. */
export function wordOr<const W extends string, T>(words: readonly W[], other: Shape<T>): Shape<W | T> {
  const expected = `${listed(words)}, or ${other.expected}`;
  const word = simple(expected, (value): value is W => words.includes(value as W));
  return {
    expected,
    read: (value, key, problem) =>
      typeof value === 'object' && value !== null ? other.read(value, key, problem) : word.read(value, key, problem),
  };
}

/** An object with these keys alone; all of them are documented, since the type says so. */
export function record<T extends object>(
  fields: { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> },
): Shape<T> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  return {
    expected: 'an object',
    read: (value, key, problem) => {
      if (!isObject(value)) {
        problem({ key, text: `expected an object with ${listed(Object.keys(fields))}, got ${inWords(value)}` });
        return undefined;
      }
      for (const name of Object.keys(value))
        if (!Object.hasOwn(fields, name))
          problem({ key: below(key, name), text: `there is no such key: expected ${listed(Object.keys(fields))}` });
      return Object.fromEntries(entries.flatMap((entry) => readField(entry, { value, key, problem }))) as T;
    },
    rows: (key) =>
      entries.flatMap(([name, { shape, does, byDefault }]) => [
        { key: below(key, name), expected: shape.expected, does, byDefault },
        ...(shape.rows?.(below(key, name)) ?? []),
      ]),
  };
}

interface Reading {
  readonly value: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly problem: (problem: Problem) => void;
}

function readField(
  [name, { shape, byDefault }]: readonly [string, Field<unknown>],
  { value, key, problem }: Reading,
): readonly (readonly [string, unknown])[] {
  if (!Object.hasOwn(value, name) && byDefault !== 'needed') return [];
  return [[name, shape.read(value[name], below(key, name), problem)]];
}

/** A shape with more demands on what was read without problems; a problem's key is below the value's own. */
export function demanding<T>(shape: Shape<T>, problems: (value: T) => readonly Problem[]): Shape<T> {
  return {
    ...shape,
    read: (value, key, problem) => {
      let isSound = true;
      const read = shape.read(value, key, (one) => {
        isSound = false;
        problem(one);
      });
      if (!isSound || read === undefined) return undefined;
      for (const one of problems(read)) problem({ key: below(key, one.key), text: one.text });
      return read;
    },
  };
}

const below = (key: string, name: string): string => (key === '' || name === '' ? `${key}${name}` : `${key}.${name}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}
