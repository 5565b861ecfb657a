import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['reference/client/**/*.servers.test.ts'],
    testTimeout: 400_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
