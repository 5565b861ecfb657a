import { expect, test } from 'vitest';
import { RouteCache } from './route-cache.ts';

/** A cache whose search writes down what it was asked for. */
function recorded(maxTopics?: number) {
  const searched: string[] = [];
  const cache = new RouteCache<string>({
    find: (topicName) => {
      searched.push(topicName);
      return `route of ${topicName}`;
    },
    ...(maxTopics === undefined ? {} : { maxTopics }),
  });
  const asked = (...names: string[]): string[] => {
    searched.length = 0;
    for (const name of names) expect(cache.of(name)).toBe(`route of ${name}`);
    return [...searched];
  };
  return { cache, asked };
}

test('a name is searched for once', () => {
  const { asked } = recorded();
  expect(asked('a/b', 'a/b', 'a/c')).toEqual(['a/b', 'a/c']);
});

test('a changed filter makes the names that it matches searched for again, and no others', () => {
  const { cache, asked } = recorded();
  const names = ['a', 'a/b', 'a/b/c', 'b', '$SYS/a'];
  asked(...names);
  expect(asked(...names)).toEqual([]);
  for (const [filter, matched] of [
    ['a/b', ['a/b']],
    ['a/+', ['a/b']],
    ['a/#', ['a', 'a/b', 'a/b/c']],
    ['+', ['a', 'b']],
    ['#', ['a', 'a/b', 'a/b/c', 'b']],
    ['$SYS/#', ['$SYS/a']],
    ['c', []],
  ] as const) {
    cache.changed(filter);
    expect(asked(...names)).toEqual(matched);
  }
});

test('no more names are kept than allowed; those that are asked for stay', () => {
  const { cache, asked } = recorded(10);
  asked('wanted');
  for (let i = 0; i < 100; i++) asked('wanted', `other/${i}`);
  expect(cache.size).toBe(10);
  expect(asked('wanted', 'other/99', 'other/5')).toEqual(['other/5']);
  cache.changed('other/+');
  expect(asked('wanted', 'other/99')).toEqual(['other/99']);
});
