import { defineConfig } from 'vitest/config';

/** Everything that tries to bring the broker down; two things at the same time, for some of them wait. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['scripts/robustness/*.robustness.test.ts'],
    testTimeout: 7_200_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
