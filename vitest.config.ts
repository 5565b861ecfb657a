import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Examples import the package by its name.
  resolve: {
    alias: {
      'mqttspec/broker': new URL('reference/broker/index.ts', import.meta.url).pathname,
      'mqttspec/conformance': new URL('conformance/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    // Two cores are used as two: most tests wait for programs that they start.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['reference/**/*.test.ts', 'conformance/**/*.test.ts', 'scripts/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: [
      '**/*.brokers.test.ts',
      '**/*.clients.test.ts',
      '**/*.servers.test.ts',
      '**/*.browser.test.ts',
      '**/*.robustness.test.ts',
      '**/*.tshark.test.ts',
      '**/node_modules/**',
    ],
    testTimeout: 240_000,
  },
});
