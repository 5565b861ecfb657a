import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['reference/**/*.test.ts', 'conformance/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: [
      '**/*.brokers.test.ts',
      '**/*.servers.test.ts',
      '**/*.browser.test.ts',
      '**/*.robustness.test.ts',
      '**/*.tshark.test.ts',
      '**/node_modules/**',
    ],
    testTimeout: 60_000,
  },
});
