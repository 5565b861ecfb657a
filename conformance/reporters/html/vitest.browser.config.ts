// The pages in a real browser: `npm run test:browser`. Needs Chromium, see scripts/browser/install.sh.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['conformance/reporters/**/*.browser.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
