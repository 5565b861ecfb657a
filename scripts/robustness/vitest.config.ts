import { defineConfig } from 'vitest/config';

/** Everything that tries to bring the broker down; one thing after the other. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['scripts/robustness/*.robustness.test.ts'],
    testTimeout: 7_200_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
