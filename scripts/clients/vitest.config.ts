import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['scripts/clients/*.clients.test.ts'], testTimeout: 180_000, fileParallelism: false },
});
