import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The tests start hundreds of processes, and compiling modules takes half of each start. Node keeps them here.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

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
