import { expect, test } from 'vitest';
import { SubscriptionTree } from './subscription-tree.ts';

const matched = (tree: SubscriptionTree<string, string>, topicName: string): string[] => {
  const all: string[] = [];
  tree.match(topicName, (value, key) => all.push(`${key}=${value}`));
  return all.sort();
};

test('a filter holds a value for each key; the same key again replaces it', () => {
  const tree = new SubscriptionTree<string, string>();
  tree.add('a/b', 'one', '1');
  tree.add('a/b', 'one', '2');
  tree.add('a/b', 'two', '3');
  tree.add('a/b', 'two', '4');
  expect(matched(tree, 'a/b')).toEqual(['one=2', 'two=4']);
  expect(tree.size).toBe(2);
});

test('one of several keys, then the last one, can be removed', () => {
  const tree = new SubscriptionTree<string, string>();
  for (const key of ['one', 'two', 'three']) tree.add('a/+/#', key, key);
  expect(tree.remove('a/+/#', 'four')).toBe(false);
  expect(tree.remove('a/+', 'one')).toBe(false);
  expect(tree.remove('a/+/#', 'one')).toBe(true);
  expect(tree.remove('a/+/#', 'one')).toBe(false);
  expect(matched(tree, 'a/b')).toEqual(['three=three', 'two=two']);
  expect(tree.remove('a/+/#', 'three')).toBe(true);
  expect(matched(tree, 'a/b/c')).toEqual(['two=two']);
  expect(tree.remove('a/+/#', 'two')).toBe(true);
  expect(matched(tree, 'a/b')).toEqual([]);
  expect(tree.size).toBe(0);
});

test('levels may be empty, long, and of any characters', () => {
  const tree = new SubscriptionTree<string, string>();
  const long = 'x'.repeat(60_000);
  const filters = ['/', '//', 'a/', '/a', long, `${long}y`, 'é/ü/😀', 'abcdefghij', 'abcdefghijk', 'abcdefghijl'];
  for (const filter of filters) tree.add(filter, filter, 'v');
  for (const filter of filters) expect(matched(tree, filter)).toEqual([`${filter}=v`]);
  for (const filter of filters) expect(tree.remove(filter, filter)).toBe(true);
});

test('many levels come and go, and those that stay are found', () => {
  const tree = new SubscriptionTree<string, string>();
  const name = (i: number): string => `site-with-a-long-name-${i}/device-${i * 7}/${i % 13}`;
  for (let i = 0; i < 600; i++) tree.add(name(i), 'k', `${i}`);
  for (let round = 1; round <= 3; round++) {
    for (let i = 0; i < 600; i++) if (i % 10 !== 0) expect(tree.remove(name(i), 'k')).toBe(round === 1);
    for (let i = 0; i < 600; i++) expect(matched(tree, name(i))).toEqual(i % 10 === 0 ? [`k=${i}`] : []);
  }
  for (let i = 0; i < 600; i++) tree.add(name(i), 'k', `${i}`);
  for (let i = 0; i < 600; i++) expect(matched(tree, name(i))).toEqual([`k=${i}`]);
});

test('a visit may match again, and may change the tree: what had been found is visited', () => {
  const tree = new SubscriptionTree<string, string>();
  for (const filter of ['a', '+', '#']) tree.add(filter, filter, filter);
  const seen: string[] = [];
  tree.match('a', (value) => {
    seen.push(value);
    tree.match('b', (inner) => seen.push(`inner ${inner}`));
    for (const filter of ['a', '+', '#']) tree.remove(filter, filter);
    tree.add('a', 'new', 'new');
  });
  expect(seen.filter((one) => !one.startsWith('inner')).sort()).toEqual(['#', '+', 'a']);
  expect(seen.filter((one) => one.startsWith('inner')).sort()).toEqual(['inner #', 'inner +']);
  expect(matched(tree, 'a')).toEqual(['new=new']);
});

test('a visit that throws leaves nothing behind', () => {
  const tree = new SubscriptionTree<string, string>();
  tree.add('a', 'k', 'v');
  expect(() =>
    tree.match('a', () => {
      throw new Error('visited');
    }),
  ).toThrow('visited');
  expect(matched(tree, 'a')).toEqual(['k=v']);
});

test('filters of many "+" reach every node once, however they are combined', () => {
  const tree = new SubscriptionTree<string, string>();
  const depth = 10;
  for (let bits = 0; bits < 1 << depth; bits++) {
    const filter = Array.from({ length: depth }, (_, i) => ((bits >> i) & 1 ? '+' : 'a')).join('/');
    tree.add(filter, filter, 'v');
  }
  expect(matched(tree, Array.from({ length: depth }, () => 'a').join('/'))).toHaveLength(1 << depth);
  expect(matched(tree, Array.from({ length: depth }, () => 'b').join('/'))).toHaveLength(1);
});

test.each([0, 1, -1, 0x7fffffff, 123_456_789])('any key of the hash finds the same: %i', (hashKey) => {
  const tree = new SubscriptionTree<string, string>({ hashKey });
  for (let i = 0; i < 1_000; i++) tree.add(`a/${i}/b`, 'k', `${i}`);
  for (let i = 0; i < 1_000; i++) expect(matched(tree, `a/${i}/b`)).toEqual([`k=${i}`]);
});

test('a filter has a place as long as anybody has it, and the place tells the filter and what a key has there', () => {
  const tree = new SubscriptionTree<string, string>();
  const filters = [
    '#',
    '+',
    '/',
    'a',
    'a/#',
    'a/+',
    '+/+/b',
    '/+//#',
    'é/ü/😀',
    'abcdefghij',
    'abcdefghijk',
    'x'.repeat(300),
  ];
  const places = filters.map((filter) => tree.add(filter, filter, 'v'));
  expect(new Set(places).size).toBe(filters.length);
  expect(filters.map((filter) => tree.placeOf(filter))).toEqual(places);
  expect(places.map((place) => tree.filterAt(place))).toEqual(filters);
  expect(filters.map((filter) => tree.add(filter, 'other', 'w'))).toEqual(places);
  for (const place of places) expect(tree.valueAt(place, 'other')).toBe('w');
  for (const place of places) expect(tree.valueAt(place, 'nobody')).toBeUndefined();
  for (const [i, place] of places.entries()) expect(tree.removeAt(place, filters[i] as string)).toBe(true);
  expect(filters.map((filter) => tree.placeOf(filter))).toEqual(places);
  for (const place of places) expect(tree.removeAt(place, 'other')).toBe(true);
  expect(filters.map((filter) => tree.placeOf(filter))).toEqual(filters.map(() => 0));
  expect(tree.placeOf('a/b')).toBe(0);
});
