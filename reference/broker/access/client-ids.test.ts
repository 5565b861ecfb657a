import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClientIdRule, clientIdRuleProblem, mayUse } from './client-ids.ts';

describe('a client id that is bound', () => {
  const rules: readonly ClientIdRule[] = [
    { clientId: 'boiler', users: ['alice'] },
    { clientId: 'plc-*', users: ['bob', 'carol'] },
    { clientId: '%u:*' },
  ];

  test.each([
    ['boiler', 'alice'],
    ['plc-7', 'carol'],
    ['alice:1', 'alice'],
    ['a*b:1', 'a*b'],
    ['free', undefined],
    ['boiler2', 'bob'],
  ])('%s is for %s', (clientId, userName) => {
    expect(mayUse(rules, clientId, userName)).toBe(true);
  });

  test.each([
    ['boiler', 'bob'],
    ['boiler', undefined],
    ['plc-7', 'alice'],
    ['plc-', undefined],
    ['alice:1', 'bob'],
    ['alice:1', undefined],
    ['alice:1', '*'],
    [':1', ''],
  ])('%s is not for %s', (clientId, userName) => {
    expect(mayUse(rules, clientId, userName)).toBe(false);
  });

  test('may have to be the user name itself', () => {
    const own = [{ clientId: '%u' }];
    expect(mayUse(own, 'alice', 'alice')).toBe(true);
    expect(mayUse(own, 'alice2', 'alice')).toBe(false);
    expect(mayUse(own, '', undefined)).toBe(false);
  });

  test('may have a percent sign in it', () => {
    const rule = { clientId: '100%%u', users: ['alice'] };
    expect(mayUse([rule], '100%u', 'bob')).toBe(false);
    expect(mayUse([rule], '100bob', 'bob')).toBe(true);
  });

  test('is found by its pattern as by a regular expression', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const id = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, id, (clientId, text) => {
        const has = new RegExp(`^${clientId.replaceAll('*', '.*')}$`).test(text);
        expect(mayUse([{ clientId, users: ['u'] }], text, 'other')).toBe(!has);
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  [{ clientId: 'a-*' }, 'expected users, or %u in the client id'],
  [{ clientId: '%%u' }, 'expected users, or %u in the client id'],
  [{ clientId: '%c', users: ['a'] }, 'expected %u or %%, got %c'],
  [{ clientId: '%u' }, undefined],
  [{ clientId: '*', users: [] }, undefined],
])('%j: %s', (rule, problem) => {
  expect(clientIdRuleProblem(rule)).toBe(problem);
});
