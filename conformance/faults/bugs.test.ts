// The known bugs: each conversation of fixtures/bugs is what a faulty broker answers, and what the reference broker does not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseFixture } from '../replay/parse-fixture.ts';
import { faultNamed } from './all.ts';
import { capturedAnswers, playFixture } from './play-fixture.ts';

const folder = new URL('../../fixtures/bugs/', import.meta.url);
const bugs = readdirSync(folder)
  .sort()
  .map((file) => ({
    file,
    fixture: parseFixture(readFileSync(new URL(file, folder), 'utf8'), `fixtures/bugs/${file}`),
  }));

describe('fixtures/bugs', () => {
  test('has each of the sixteen classes', () => {
    const classes = new Set(bugs.map(({ file }) => Number(file.slice(0, 2))));
    expect([...classes]).toEqual(Array.from({ length: 16 }, (_, place) => place + 1));
  });

  test.each(bugs)('$file: $fixture.head.title', ({ fixture }) => {
    const [name = ''] = fixture.head.fault ?? [];
    const fault = faultNamed(name);
    expect(fault, `there is a faulty broker "${name}"`).toBeDefined();
    expect(fault?.violates).toEqual(fixture.head.violates);
    expect(playFixture(fixture, fault)).toEqual(capturedAnswers(fixture));
    expect(playFixture(fixture)).not.toEqual(capturedAnswers(fixture));
  });
});
