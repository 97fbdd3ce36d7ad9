import { parseOptions } from '../infra/local/options.ts';
import { StartFailure } from '../infra/loopback/start-failure.ts';
import { runStack } from './run-stack.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a sentence for what the owner can fix, and a stack trace for an error in Ripcord. */
function fail(thrown: unknown): never {
  const text =
    thrown instanceof Error && !(thrown instanceof StartFailure)
      ? (thrown.stack ?? thrown.message)
      : toMessage(thrown);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function toMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function main(): Promise<void> {
  const options = await parseOptions(process.argv.slice(2));
  const onReady = ({ url }: { url: string }): void => print(`ready ${url}`);
  await runStack(options, { log: print, print, onReady });
}

await main().then(() => process.exit(0), fail);
