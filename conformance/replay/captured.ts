// The captured conversations that come with the package. In: the folder `fixtures/captured`. Out: fixtures by name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fixture } from './fixture.ts';
import { parseFixture } from './parse-fixture.ts';

export interface Captured {
  /** `<implementation>/<what>`: the file's path without its ending. */
  readonly name: string;
  readonly fixture: Fixture;
}

/** Beside the sources, or beside `dist`. */
const folders = ['../../fixtures/captured', '../../../fixtures/captured'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** All captured conversations, by name. Throws FixtureError for one that cannot be read. */
export function capturedFixtures(): Captured[] {
  const folder = folders.find((path) => existsSync(path));
  if (folder === undefined)
    throw new Error(`the folder fixtures/captured is missing: expected at ${folders.join(' or ')}`);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.txt'.length),
      fixture: parseFixture(readFileSync(join(folder, file), 'utf8'), `fixtures/captured/${file}`),
    }));
}
