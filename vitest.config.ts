import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A crash of a native module in one thread would end all tests.
    pool: 'forks',
    // The smallest CI machine has two processors, and half of the tests mostly wait.
    maxWorkers: 4,
    // Bundling, CDK and dynalite need seconds on a cold machine.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
