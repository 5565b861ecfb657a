import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from '../../topics/matches.ts';
import { expand, templateProblem } from './placeholders.ts';

describe('placeholders', () => {
  test.each([
    ['a/%u/%c/#', 'a/user/client/#'],
    ['a/x-%u', 'a/x-user'],
    ['100%%/%u', '100%/user'],
    ['%%u', '%u'],
    ['plain/+', 'plain/+'],
  ])('%s becomes %s', (template, filter) => {
    expect(expand(template, { userName: 'user', clientId: 'client' })).toBe(filter);
  });

  test.each(['+', '#', 'a/b', '/', 'a+', '', '$SYS'])('a user by the name of "%s" gets nothing by %u', (userName) => {
    expect(expand('%u/#', { userName, clientId: 'c' })).toBeUndefined();
  });

  test('an anonymous client gets nothing by %u', () => {
    expect(expand('home/%u', { userName: undefined, clientId: 'c' })).toBeUndefined();
  });

  test('names are put in once: those that look like placeholders stay as they are', () => {
    expect(expand('a/%u', { userName: '%c', clientId: 'victim' })).toBe('a/%c');
    expect(expand('a/%u', { userName: '$&', clientId: 'c' })).toBe('a/$&');
  });

  test('whatever a client calls itself, it gets topics with its own name alone', () => {
    const hostile = fc.string({ unit: fc.constantFrom('+', '#', '/', '$', '%', 'u', 'c', 'a', '\0'), maxLength: 6 });
    fc.assert(
      fc.property(hostile, hostile, (userName, clientId) => {
        const filter = expand('home/%u/+/%c', { userName, clientId });
        if (filter === undefined) return;
        expect(matches(filter, `home/${userName}/x/${clientId}`)).toBe(true);
        expect(filter.split('/')).toEqual(['home', userName, '+', clientId]);
        expect(matches(filter, 'home/other/x/other')).toBe(false);
      }),
    );
  });
});

test.each([
  ['a/%x', 'expected %u, %c or %%, got %x'],
  ['a/%', 'expected %u, %c or %%, got %'],
  ['a/%u-%c', 'expected one placeholder in a level at most, got %u-%c'],
  ['a/#/b', 'expected "#" alone in the last level, got "a/#/b"'],
])('%s: %s', (template, problem) => {
  expect(templateProblem(template)).toBe(problem);
});

test.each(['#', 'a/%u/%c', '%%/%%%u'])('%s is right', (template) => {
  expect(templateProblem(template)).toBeUndefined();
});
