import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Threads share Node's own modules. The smallest CI machine has two processors.
    pool: 'threads',
    maxWorkers: 2,
    // Bundling, CDK and dynalite need seconds on a cold machine.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
