// The pages in a real browser: `npm run test:browser`. Needs Chromium, see scripts/browser/install.sh.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two cores are used as two: most tests wait for programs that they start.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['conformance/reporters/**/*.browser.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
