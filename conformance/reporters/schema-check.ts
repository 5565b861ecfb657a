// Holds a value against the part of JSON Schema (draft 2020-12) that our schema uses. For tests. Throws for a keyword that it doesn't know.

export interface Schema {
  readonly properties?: unknown;
  readonly [keyword: string]: unknown;
}

type Check = (argument: never, value: unknown, context: Context) => string[];

interface Context {
  readonly root: Schema;
  readonly schema: Schema;
  /** Where in the value. */
  readonly at: string;
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
};

const breachIf = (isBroken: boolean, at: string, what: string): string[] => (isBroken ? [`${at}: ${what}`] : []);

const keywords: Readonly<Record<string, Check>> = {
  type: (type: string | readonly string[], value, { at }) =>
    breachIf(![type].flat().some((name) => types[name]?.(value) === true), at, `is no ${String(type)}`),
  const: (constant: unknown, value, { at }) => breachIf(value !== constant, at, `is not ${String(constant)}`),
  enum: (list: readonly unknown[], value, { at }) =>
    breachIf(!list.includes(value), at, `is none of ${list.join(', ')}`),
  pattern: (pattern: string, value, { at }) =>
    breachIf(typeof value === 'string' && !new RegExp(pattern, 'u').test(value), at, `does not match ${pattern}`),
  minimum: (least: number, value, { at }) =>
    breachIf(typeof value === 'number' && value < least, at, `is below ${least}`),
  required: (names: readonly string[], value, { at }) =>
    names.flatMap((name) => breachIf(isObject(value) && !(name in value), at, `lacks ${name}`)),
  properties: (properties: Readonly<Record<string, Schema>>, value, { root, at }) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, schema]) =>
          name in value ? check(root, schema, { value: value[name], at: `${at}/${name}` }) : [],
        )
      : [],
  additionalProperties: (rest: boolean | Schema, value, { root, schema, at }) => {
    if (!isObject(value)) return [];
    const known = new Set(isObject(schema.properties) ? Object.keys(schema.properties) : []);
    const others = Object.entries(value).filter(([name]) => !known.has(name));
    return others.flatMap(([name, other]) =>
      isObject(rest) ? check(root, rest, { value: other, at: `${at}/${name}` }) : breachIf(!rest, at, `has ${name}`),
    );
  },
  items: (items: Schema, value, { root, at }) =>
    Array.isArray(value) ? value.flatMap((item, i) => check(root, items, { value: item, at: `${at}/${i}` })) : [],
  oneOf: (list: readonly Schema[], value, { root, at }) => {
    const matching = list.filter((schema) => check(root, schema, { value, at }).length === 0);
    return breachIf(matching.length !== 1, at, `keeps to ${matching.length} of the alternatives`);
  },
  $ref: (reference: string, value, { root, at }) => {
    const found = reference
      .slice('#/'.length)
      .split('/')
      .reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), root);
    if (!isObject(found)) throw new RangeError(`the schema has no ${reference}`);
    return check(root, found, { value, at });
  },
};

/** They say nothing about a value. */
const annotations = new Set(['$schema', '$id', '$defs', 'title', 'description']);

function check(
  root: Schema,
  schema: Schema,
  { value, at }: { readonly value: unknown; readonly at: string },
): string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const held = keywords[keyword];
    if (held === undefined) throw new RangeError(`unknown keyword ${keyword}`);
    return held(argument as never, value, { root, schema, at });
  });
}

/** What is wrong with a value, each with its place; empty if nothing is. */
export const breachesOf = (schema: Schema, value: unknown): string[] => check(schema, schema, { value, at: '' });
