import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from '../../reference/topics/matches.ts';
import { RetainedTree } from '../../reference/topics/retained-tree.ts';
import { RouteCache } from '../../reference/topics/route-cache.ts';
import { SubscriptionTree } from '../../reference/topics/subscription-tree.ts';
import { isTopicFilter, isTopicName } from '../../reference/topics/validate.ts';
import { numRuns } from './runs.ts';

const level = fc.constantFrom('', 'a', 'b', 'A', '$', '$SYS', 'ab', ' ');
const topicName = fc
  .array(level, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');
const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 5 }), fc.boolean())
  .map(([levels, hash]) => [...levels, ...(hash ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

/** Section 4.7 word by word: `#` stands for the parent and any number of levels, `+` for one, `$` is not for wildcards. */
function oracle(filter: string, name: string): boolean {
  const [wanted, levels] = [filter.split('/'), name.split('/')];
  if (name.startsWith('$') && ['#', '+'].includes(wanted[0] ?? '')) return false;
  const goes = (at: number): boolean => {
    if (wanted[at] === '#') return true;
    if (at === wanted.length) return at === levels.length;
    if (at === levels.length) return wanted[at] === '#' && at === wanted.length - 1;
    return (wanted[at] === '+' || wanted[at] === levels[at]) && goes(at + 1);
  };
  return goes(0);
}

describe('topics', () => {
  test('a filter matches as the standard says', () => {
    fc.assert(
      fc.property(topicFilter, topicName, (filter, name) => {
        expect(isTopicFilter(filter)).toBe(true);
        expect(isTopicName(name)).toBe(true);
        expect(matches(filter, name)).toBe(oracle(filter, name));
      }),
      { numRuns },
    );
  });

  test('the subscription tree finds what matches, under any additions and removals', () => {
    const step = fc.record({ add: fc.boolean(), filter: topicFilter, key: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(topicName, { minLength: 1, maxLength: 4 }),
        (steps, names) => {
          const tree = new SubscriptionTree<number, string>();
          const held = new Map<string, readonly [string, number]>();
          for (const { add, filter, key } of steps) {
            if (add) tree.add(filter, key, `${key} ${filter}`);
            else expect(tree.remove(filter, key)).toBe(held.has(`${key} ${filter}`));
            if (add) held.set(`${key} ${filter}`, [filter, key]);
            else held.delete(`${key} ${filter}`);
          }
          expect(tree.size).toBe(held.size);
          for (const name of names) {
            const found: string[] = [];
            tree.match(name, (value) => found.push(value));
            expect(found.sort()).toEqual(
              [...held]
                .filter(([, [filter]]) => oracle(filter, name))
                .map(([id]) => id)
                .sort(),
            );
          }
        },
      ),
      { numRuns },
    );
  });

  test('filters that share what they hold keep what each of them has, from strings and from bytes', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add bytes', 'remove'),
      filter: topicFilter,
      key: fc.constantFrom('k', 'l', 'm'),
      value: fc.constantFrom('v', 'v', 'v', 'w'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(3), (steps, before) => {
        const tree = new SubscriptionTree<string, string>();
        const held = new Map<string, { filter: string; key: string; value: string; place: number }>();
        for (const { what, filter, key, value } of steps) {
          const id = `${key} ${filter}`;
          if (what === 'remove') {
            expect(tree.remove(filter, key)).toBe(held.delete(id));
            continue;
          }
          const bytes = new TextEncoder().encode(`${'+/#'.slice(0, before)}${filter}/#+`);
          const place =
            what === 'add'
              ? tree.add(filter, key, value)
              : tree.addBytes(bytes, before, before + filter.length, key, value);
          held.set(id, { filter, key, value, place });
        }
        expect(tree.size).toBe(held.size);
        for (const { filter, key, value, place } of held.values()) {
          expect([tree.placeOf(filter), tree.filterAt(place), tree.valueAt(place, key)]).toEqual([
            place,
            filter,
            value,
          ]);
        }
        for (const { filter, key } of held.values()) expect(tree.remove(filter, key)).toBe(true);
        expect(tree.size).toBe(0);
      }),
      { numRuns },
    );
  });

  test('the route cache never tells of what has changed, and the tree finds what matches, over long histories', () => {
    const step = fc.record({ add: fc.boolean(), filter: topicFilter, key: fc.nat(3), name: topicName });
    const history = fc.record({ steps: fc.array(step, { maxLength: 60 }), maxTopics: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(history, ({ steps, maxTopics }) => {
        const tree = new SubscriptionTree<number, string>();
        const held = new Map<string, string>();
        const routes = new RouteCache({
          maxTopics,
          find: (name) => {
            const found: string[] = [];
            tree.match(name, (value) => void found.push(value));
            return found.sort().join();
          },
        });
        return steps.every(({ add, filter, key, name }) => {
          const id = `${key} ${filter}`;
          if (add) {
            tree.add(filter, key, id);
            held.set(id, filter);
          } else {
            tree.remove(filter, key);
            held.delete(id);
          }
          routes.changed(filter);
          const expected = [...held].filter(([, one]) => oracle(one, name)).map(([one]) => one);
          return routes.of(name) === expected.sort().join() && tree.size === held.size && routes.size <= maxTopics;
        });
      }),
      { numRuns },
    );
  });

  test('the retained tree finds what matches, under any changes', () => {
    const step = fc.record({ set: fc.boolean(), name: topicName });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(topicFilter, { minLength: 1, maxLength: 4 }),
        (steps, filters) => {
          const tree = new RetainedTree<string>();
          const held = new Set<string>();
          for (const { set, name } of steps) {
            if (set) tree.set(name, name);
            else expect(tree.delete(name)).toBe(held.has(name));
            if (set) held.add(name);
            else held.delete(name);
          }
          expect(tree.size).toBe(held.size);
          for (const filter of filters) {
            const found: string[] = [];
            tree.match(filter, (value) => found.push(value));
            expect(found.sort()).toEqual([...held].filter((name) => oracle(filter, name)).sort());
          }
        },
      ),
      { numRuns },
    );
  });

  test('a filter of 65,000 levels costs neither the stack nor the time', () => {
    const deep = '/'.repeat(65_000);
    const tree = new SubscriptionTree<number, string>();
    tree.add(deep, 1, 'deep');
    tree.add('+/#', 1, 'all');
    const found: string[] = [];
    tree.match(deep, (value) => found.push(value));
    expect(found.sort()).toEqual(['all', 'deep']);
    expect(tree.remove(deep, 1)).toBe(true);
    const retained = new RetainedTree<string>();
    retained.set(deep, 'deep');
    retained.match('#', (value) => found.push(value));
    expect(found).toHaveLength(3);
    expect(matches(deep, deep)).toBe(true);
  });
});

describe('validity', () => {
  test.each(['', 'a+', '+a', 'a/+b', '#/a', 'a#', 'a/#/b', '##', '++', 'a\0b', 'x'.repeat(65_536)])(
    '"%s" is no Topic Filter',
    (filter) => {
      expect(isTopicFilter(filter)).toBe(false);
    },
  );
  test.each(['#', '+', '/', '/#', '+/+', 'a/+/b/#', ' ', '$SYS/#', 'é'])('"%s" is a Topic Filter', (filter) => {
    expect(isTopicFilter(filter)).toBe(true);
  });
  test.each(['', '#', '+', 'a/+', 'a#', 'a\0'])('"%s" is no Topic Name', (name) => {
    expect(isTopicName(name)).toBe(false);
  });
});
