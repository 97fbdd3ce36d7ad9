import { createConsole } from '../console/server/console.ts';
import { exitWithNpm } from '../infra/local/exit-with-npm.ts';
import { parseOptions } from '../infra/local/options.ts';
import { startLocalStack } from '../infra/local/stack.ts';
import { welcomeLines } from '../infra/local/welcome.ts';
import { StartFailure } from '../infra/loopback/start-failure.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Whoever has read the output may be gone before the end, which is no reason to end otherwise.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main(): Promise<void> {
  const options = await parseOptions(process.argv.slice(2));
  const starting = startLocalStack({ ...options, console: createConsole, log: say });

  // A signal that comes during the start waits for it: what is half open can't be closed well. npm and the
  // terminal both send it, so the second one means nothing new.
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void starting
      .then((stack) => {
        say('stopping: what is running may finish');
        return stack.stop();
      })
      .then(() => say('stopped'))
      .then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  exitWithNpm(end);

  const stack = await starting;
  if (ending) return;
  say(`ready ${stack.url}`);
  say(`Open ${stack.consoleAddress()}`);
  const introduction = await welcomeLines(stack, options.data);
  if (!ending) for (const line of introduction) say(line);
}

/** One sentence for what the person can mend, everything for what only we can. */
function fail(thrown: unknown): never {
  if (thrown instanceof StartFailure) complain(thrown.message);
  else complain(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exit(1);
}

await main().catch(fail);
