import { defineConfig } from 'vitest/config';

/** The same properties with 1,000,000 cases each; MQTTSPEC_PROPERTY_RUNS chooses another number. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['conformance/properties/*.test.ts'],
    exclude: ['**/*.tshark.test.ts'],
    env: { MQTTSPEC_PROPERTY_RUNS: process.env['MQTTSPEC_PROPERTY_RUNS'] ?? '1000000' },
    testTimeout: 7_200_000,
  },
});
