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
  'test/lib/store/network.test.ts',
];
/**
 * The store's contract takes a minute with each client on each emulator. The SDK runs it on dynalite, as the local stack
 * does, and lean-sdk on DynamoDB Local, which is closer to AWS; EMULATORS=all runs all four pairs.
 */
const [sdkStore, leanStore] = ['test/lib/store/dynalite.test.ts', 'test/lib/store/dynamodb-local.test.ts'];
const hasAllPairs = process.env.EMULATORS === 'all';

/** Each takes minutes of a processor, and little of it changes from day to day: LONG=all runs them too. */
const longRuns =
  process.env.LONG === 'all' ? [] : ['test/bench/main.test.ts', 'test/console/screens.test.ts'];

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
      {
        extends: true,
        test: {
          name: 'ripcord',
          include: ['test/**/*.test.ts'],
          exclude: [...(hasAllPairs ? [] : [leanStore]), ...longRuns],
        },
      },
      {
        extends: true,
        plugins: [leanSdk],
        test: { name: 'lean-sdk', include: [...awsTests, leanStore, ...(hasAllPairs ? [sdkStore] : [])] },
      },
    ],
    // A crash of a native module in one thread would end all tests.
    pool: 'forks',
    // The smallest CI machine has two processors, and half of the tests mostly wait.
    maxWorkers: 4,
    // Files share a process: starting one and loading all modules for each file took a tenth of all time. A file
    // restores what it changes of the process (environment variables, clock), and `vi.mock` is not used.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Bundling, CDK and the longest properties need seconds, and three times as many on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
});
