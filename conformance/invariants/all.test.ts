import { expect, test } from 'vitest';
import { invariants } from './all.ts';

test.each(invariants)(
  '$id: its rule is told of what the tester sends exactly where it says so',
  ({ watch, listensTo }) => {
    expect(watch().sent !== undefined).toBe(listensTo !== undefined);
  },
);
