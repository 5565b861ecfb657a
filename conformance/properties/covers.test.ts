import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from '../../reference/topics/covers.ts';
import { numRuns } from './runs.ts';

const mostLevels = 3;
const filter = fc
  .tuple(fc.array(fc.constantFrom('', 'a', 'b', '$', '+'), { maxLength: mostLevels }), fc.boolean())
  .map(([levels, hash]) => [...levels, ...(hash ? ['#'] : [])].join('/'))
  .filter((text) => text !== '');

/** All Topic Names of up to so many levels; `x` stands for every level that no filter names. */
function namesUpTo(levels: number): readonly string[] {
  const words = ['', 'a', 'b', '$', 'x'];
  let names = words;
  const all = [...words];
  for (let i = 1; i < levels; i++) {
    names = names.flatMap((name) => words.map((word) => `${name}/${word}`));
    all.push(...names);
  }
  return all.filter((name) => name !== '');
}

const names = namesUpTo(mostLevels + 2);

/** Section 4.7 as a regular expression. */
function expressionOf(topicFilter: string): RegExp {
  const levels = topicFilter.split('/').map((level) => (level === '+' ? '[^/]*' : level.replace('$', '\\$')));
  const body = levels.join('/').replace(/\/#$/, '(/.*)?').replace(/^#$/, '.*');
  return new RegExp(`^${/^[+#]/.test(topicFilter) ? '(?!\\$)' : ''}${body}$`);
}

test('a filter covers another if it matches whatever the other one matches, and only then', () => {
  fc.assert(
    fc.property(filter, filter, (wide, narrow) => {
      const [inWide, inNarrow] = [expressionOf(wide), expressionOf(narrow)];
      const expected = names.every((name) => !inNarrow.test(name) || inWide.test(name));
      expect(covers(wide, narrow), `${wide} over ${narrow}`).toBe(expected);
    }),
    { numRuns },
  );
});
