// Each statement that binds a client is cited where the reference client implements it, and nothing is cited that does not exist.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from './catalogue.ts';

const reference = join(import.meta.dirname, '../../reference');
/** What makes up the client: its own room, and the rooms that it stands on. */
const rooms = ['client', 'codec', 'topics', 'session', 'transport'];

const sources = rooms.flatMap((room) =>
  readdirSync(join(reference, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .map((file) => ({ file: `${room}/${file}`, text: readFileSync(join(reference, room, file), 'utf8') })),
);

const cited = (id: string): boolean => sources.some(({ text }) => new RegExp(`${id}(?![\\w-])`).test(text));

/** Statements that a program can't keep for its user. */
const forTheApplication: ReadonlySet<string> = new Set(['SHOULD-NOT-1.5.3-a']);

const demanded = catalogue.filter(
  ({ id, actor, level, standard }) =>
    standard === '3.1.1' && actor !== 'server' && level !== 'MAY' && !forTheApplication.has(id),
);

describe('the reference client', () => {
  test.each(demanded.map(({ id }) => id))('cites %s where it keeps it', (id) => {
    expect(cited(id)).toBe(true);
  });

  test.each(sources.map(({ file, text }) => [file, text] as const))(
    '%s cites nothing that does not exist',
    (_, text) => {
      const known = new Set<string>(catalogue.map(({ id }) => id));
      const ids = text.match(/\b(MQTT-\d+\.\d+(\.\d+)*-\d+|(SHOULD|SHOULD-NOT|MAY)-\d+(\.\d+)*-[a-z])\b/g) ?? [];
      expect(ids.filter((id) => !known.has(id))).toEqual([]);
    },
  );
});
