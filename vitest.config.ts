import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// The tests start hundreds of processes, and compiling modules takes half of each start. Node keeps them here.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A crash of a native module in one thread would end all tests.
    pool: 'forks',
    // The smallest CI machine has two processors, and half of the tests mostly wait.
    maxWorkers: 4,
    // Files share a process: starting one and loading all modules for each file took a tenth of all time. A file
    // restores what it changes of the process (environment variables, clock), and `vi.mock` is not used.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Bundling, CDK and dynalite need seconds on a cold machine.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
