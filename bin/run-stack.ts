import { createConsole } from '../console/server/console.ts';
import { exitWithNpm } from '../infra/local/exit-with-npm.ts';
import type { Options } from '../infra/local/options.ts';
import { type LocalStack, startLocalStack } from '../infra/local/stack.ts';
import { welcomeLines } from '../infra/local/welcome.ts';

export interface StackOutput {
  /** Receives the lines of the log. */
  log: (line: string) => void;
  /** Receives the lines that follow the ready line: where the console is, and what to try. */
  print: (line: string) => void;
  /** Called when the stack answers requests. */
  onReady: (stack: LocalStack) => void;
}

/** Runs the local stack until a signal, then lets running requests finish. Throws a StartFailure. */
export async function runStack(options: Options, { log, print, onReady }: StackOutput): Promise<void> {
  // The reader of the output may end first, which must not change how this process ends.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // A signal during the start waits for its end, because a half-open stack can't be stopped cleanly. npm and the
  // terminal both send the signal, so a second one is ignored.
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve());
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  exitWithNpm(() => ending.abort());

  const stack = await startLocalStack({ ...options, console: createConsole, log });
  if (!ending.signal.aborted) {
    onReady(stack);
    print(`Open ${stack.consoleAddress()}`);
    const welcome = await welcomeLines(stack, options.data);
    if (!ending.signal.aborted) for (const line of welcome) print(line);
  }
  await ended;
  log('stopping: waiting for running requests');
  await stack.stop();
  log('stopped');
}
