import { describe, expect, test } from 'vitest';
import type { Intention } from '../core/access.ts';
import { authorizeBy, type PermissionRule } from './permissions.ts';

const rules: readonly PermissionRule[] = [
  { users: ['alice'], publish: ['a/+'], subscribe: ['a/#'] },
  { users: 'known', publish: ['home/%u/#'], subscribe: ['home/%u/+'] },
  { users: 'anonymous', subscribe: ['public/#'] },
  { publish: ['all/%c'] },
];

const asks = (kind: Intention['kind'], topic: string, userName?: string, clientId = 'c'): Intention => ({
  kind,
  topic,
  userName,
  clientId,
});

describe('permissions', () => {
  const authorize = authorizeBy(rules);

  test.each([
    asks('publish', 'a/b', 'alice'),
    asks('subscribe', 'a/+/x', 'alice'),
    asks('receive', 'a/x/y', 'alice'),
    asks('publish', 'home/bob/x/y', 'bob'),
    asks('subscribe', 'home/bob/+', 'bob'),
    asks('subscribe', 'public/+'),
    asks('publish', 'all/c'),
  ])('allow $userName to $kind $topic', (intention) => {
    expect(authorize(intention)).toBe(true);
  });

  test.each([
    asks('publish', 'a/b/c', 'alice'),
    asks('publish', 'a/b', 'bob'),
    asks('publish', 'a/b'),
    asks('subscribe', '#', 'alice'),
    asks('subscribe', '+/x', 'alice'),
    asks('subscribe', 'home/bob/#', 'bob'),
    asks('subscribe', 'home/+/x', 'bob'),
    asks('publish', 'home/alice/x', 'bob'),
    asks('publish', 'home/+/x', '+'),
    asks('subscribe', 'home/+/+', '+'),
    asks('receive', 'home/alice/x', 'bob'),
    asks('subscribe', 'public/x', 'bob'),
    asks('publish', 'all/d'),
    asks('subscribe', 'all/c'),
  ])('refuse $userName to $kind $topic', (intention) => {
    expect(authorize(intention)).toBe(false);
  });

  test('remember no client as another one', () => {
    expect(authorize(asks('publish', 'all/x', undefined, 'x'))).toBe(true);
    expect(authorize(asks('publish', 'all/x', undefined, 'y'))).toBe(false);
    expect(authorize(asks('publish', 'home/x/1', 'x', 'y'))).toBe(true);
    expect(authorize(asks('publish', 'home/x/1', 'y', 'x'))).toBe(false);
  });

  test('may grant wide subscriptions, and filter what they deliver', () => {
    const filtering = authorizeBy(rules, { wideSubscriptions: 'filter' });
    expect(filtering(asks('subscribe', '#', 'alice'))).toBe(true);
    expect(filtering(asks('receive', 'a/x', 'alice'))).toBe(true);
    expect(filtering(asks('receive', 'b', 'alice'))).toBe(false);
    expect(authorizeBy([{ publish: ['#'] }], { wideSubscriptions: 'filter' })(asks('subscribe', '#'))).toBe(false);
  });
});
