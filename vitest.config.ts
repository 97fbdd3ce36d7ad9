import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { findReplacement } from './infra/bundle/lean-sdk/replace-sdk.ts';
import { LongestFirst } from './test/longest-first.ts';

// The tests start hundreds of processes, and compiling modules takes half of each start. Node keeps them here.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

/** The tests of what talks to AWS on the trigger's path: they run with the SDK, and with what the trigger's bundle has instead. */
const awsTests = [
  'test/lib/aws-client.test.ts',
  'test/lib/account/ssm-accounts.test.ts',
  'test/lib/store/{dynalite,dynamodb-local,network}.test.ts',
];

/** Puts lean-sdk in the SDK's place, for lib and not for the tests' own clients. */
const leanSdk = {
  name: 'lean-sdk',
  enforce: 'pre' as const,
  resolveId: (imported: string, importer = '') =>
    importer.startsWith(join(import.meta.dirname, 'lib/')) ? findReplacement(imported) : undefined,
};

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'ripcord', include: ['test/**/*.test.ts'] } },
      { extends: true, plugins: [leanSdk], test: { name: 'lean-sdk', include: awsTests } },
    ],
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
