import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two cores are used as two: most tests wait for programs that they start.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    root: new URL('../../..', import.meta.url).pathname,
    include: ['**/*.tshark.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
  },
});
