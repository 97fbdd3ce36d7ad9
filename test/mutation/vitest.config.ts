import { defineConfig } from 'vitest/config';

/** The tests that the mutation tester runs for each mutant of lib/close, lib/position and lib/link. */
export default defineConfig({
  test: {
    include: [
      'test/lib/close/**/*.test.ts',
      'test/lib/position/**/*.test.ts',
      'test/lib/link/**/*.test.ts',
      'test/lib/sweep/**/*.test.ts',
      'test/lib/sync/**/*.test.ts',
      'test/lib/admin/**/*.test.ts',
      'test/mutation/**/*.test.ts',
    ],
    testTimeout: 20_000,
  },
});
