import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('../../..', import.meta.url).pathname,
    include: ['**/*.tshark.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
  },
});
