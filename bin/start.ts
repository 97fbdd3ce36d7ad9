import { createConsole } from '../console/server/console.ts';
import { exitWithNpm } from '../infra/local/exit-with-npm.ts';
import { parseOptions } from '../infra/local/options.ts';
import { startLocalStack } from '../infra/local/stack.ts';
import { welcomeLines } from '../infra/local/welcome.ts';
import { StartFailure } from '../infra/loopback/start-failure.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

// The reader of the output may end first, which must not change how this process ends.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main(): Promise<void> {
  const options = await parseOptions(process.argv.slice(2));
  const starting = startLocalStack({ ...options, console: createConsole, log: print });

  // A signal during the start waits for its end, because a half-open stack can't be stopped cleanly. npm and the
  // terminal both send the signal, so a second one is ignored.
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void starting
      .then((stack) => {
        print('stopping: waiting for running requests');
        return stack.stop();
      })
      .then(() => print('stopped'))
      .then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  exitWithNpm(end);

  const stack = await starting;
  if (ending) return;
  print(`ready ${stack.url}`);
  print(`Open ${stack.consoleAddress()}`);
  const welcome = await welcomeLines(stack, options.data);
  if (!ending) for (const line of welcome) print(line);
}

/** Prints a sentence for what the owner can fix, and a stack trace for an error in Ripcord. */
function fail(thrown: unknown): never {
  if (thrown instanceof StartFailure) printError(thrown.message);
  else printError(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exit(1);
}

await main().catch(fail);
