import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { invariants } from '../invariants/all.ts';
import { serverScenarios } from '../scenarios/all.ts';
import { catalogue } from './catalogue.ts';
import { reasonUnjudged } from './unjudged.ts';

const cited = new Set<string>([
  ...serverScenarios.flatMap(({ scenario: { cites } }) => [...cites.v3, ...(cites.v31 ?? [])]),
  ...invariants.flatMap(({ cites }) => cites),
]);

describe('the catalogue', () => {
  test('has every number once', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  });

  test.each(catalogue.map((one) => [one.id, one] as const))(
    '%s has a scenario, or a reason why it has none',
    (id, one) => {
      const reason = reasonUnjudged(one);
      expect(cited.has(id) || reason !== undefined, 'neither a scenario nor a reason').toBe(true);
    },
  );
});

describe('the scenarios', () => {
  test('have ids that are unique, also among the invariants', () => {
    const ids = [...serverScenarios.map(({ scenario }) => scenario.id), ...invariants.map(({ id }) => id)];
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9.]+)*$/.test(id))).toEqual([]);
  });

  test('have titles that are unique', () => {
    const titles = serverScenarios.map(({ scenario }) => scenario.title);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });

  test('are all listed in all.ts', async () => {
    const folder = join(import.meta.dirname, '../scenarios/server');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!\.test)\.ts$/.test(file),
    );
    const listed = new Set<unknown>(serverScenarios.map(({ scenario }) => scenario));
    for (const file of files) {
      const module = (await import(join(folder, file))) as Record<string, unknown>;
      const exported = Object.values(module).flat().filter(isScenario);
      expect(
        exported.filter((one) => !listed.has(one)),
        file,
      ).toEqual([]);
    }
  });
});

const isScenario = (value: unknown): boolean => typeof value === 'object' && value !== null && 'play' in value;
