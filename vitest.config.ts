import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Threads share what Node has loaded of itself; two are what the smallest CI machine has processors for.
    pool: 'threads',
    maxWorkers: 2,
    // Bundling, CDK and dynalite take seconds on a cold machine.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
