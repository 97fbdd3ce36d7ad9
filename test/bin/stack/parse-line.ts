import yargs from 'yargs';
import { sharedOptions, splitContextOption } from '../../../bin/options.ts';
import {
  type DeployArguments,
  deployOptions,
  parseDeployArguments,
} from '../../../bin/stack/deploy-arguments.ts';

/** Parses the words after `ripcord deploy` as the command line does. */
export function parseWords(words: string[]): DeployArguments {
  const line = yargs(splitContextOption(words))
    .parserConfiguration({ 'parse-numbers': false })
    .options({ ...sharedOptions, ...deployOptions })
    .strict()
    .exitProcess(false);
  return parseDeployArguments(line.fail(rethrow).parseSync());
}

function rethrow(message: string | null, error: Error | undefined): never {
  throw error ?? new Error(message ?? 'no reason');
}
