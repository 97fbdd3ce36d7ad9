import type { Argv, InferredOptionTypes } from 'yargs';
import { findProblem, localOptions } from '../infra/local/options.ts';
import { StartFailure } from '../infra/loopback/start-failure.ts';
import { CliError } from './cli-error.ts';
import type { SharedArguments } from './options.ts';
import { printRemark, printResult } from './terminal.ts';

export const startSummary = 'Runs all of Ripcord on this machine, with a simulated exchange';

export const startOptions = localOptions;

export function buildStart(yargs: Argv<SharedArguments>) {
  return yargs
    .options(startOptions)
    .example('$0 start', 'a demo: no exchange account, no key, no AWS account')
    .example('$0 start --no-demo', 'for the accounts that you add with --local');
}

type StartArguments = SharedArguments & InferredOptionTypes<typeof startOptions>;

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs until a signal, such as Ctrl+C. With --json, stdout gets the addresses and nothing else. */
export async function runStart({ port, data, demo, json }: StartArguments): Promise<void> {
  const problem = findProblem({ port, data });
  if (problem !== undefined) throw new CliError('invalid-input', problem);
  // The stack loads the functions and the simulated exchange, which no other command needs.
  const { runStack } = await import('./run-stack.ts');
  const line = json ? printRemark : printLine;
  await runStack(
    { port, data, demo },
    {
      log: line,
      print: line,
      onReady: ({ url, exchangeUrl }) => printResult({ json }, { url, exchangeUrl }, () => `ready ${url}`),
    },
  ).catch((thrown: unknown) => {
    throw thrown instanceof StartFailure ? new CliError('invalid-input', thrown.message) : thrown;
  });
  // Connections that are kept alive would hold the process for seconds.
  process.exit(0);
}
