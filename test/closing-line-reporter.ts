import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line for machines: `12 passed, 0 failed`, and `, 1 skipped` where some were. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file or a suite that can't be set up fails without a test that does.
    const broken = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const failed =
      count('failed') + broken.filter((part) => part.errors().length > 0).length + unhandledErrors.length;
    const skipped = count('skipped');
    const line = `${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    process.stdout.write(`\n${line}\n`);
  }
}
