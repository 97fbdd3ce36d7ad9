import yargs from 'yargs';
import { highestPort } from '../loopback/listen.ts';

export interface Options {
  port: number;
  data: string;
  demo: boolean;
}

/** The port at which the command line expects the local stack. */
export const defaultPort = 8787;

/** The options of `npm start` and of `ripcord start`. */
export const localOptions = {
  port: {
    type: 'number',
    default: defaultPort,
    describe: 'Port of links, console and invoke API; 0 takes any free port',
  },
  data: {
    type: 'string',
    default: '.ripcord/',
    describe: 'Folder for the table and the accounts',
  },
  demo: {
    type: 'boolean',
    default: true,
    describe: 'Run a simulated exchange with four positions; --no-demo turns it off',
  },
} as const;

/** @returns what is wrong with the options, and what is expected. */
export function findProblem({ port, data }: Pick<Options, 'port' | 'data'>): string | undefined {
  if (!Number.isInteger(port) || port < 0 || port > highestPort)
    return `--port: expected a whole number from 0 to ${highestPort}, such as 8787`;
  if (typeof data !== 'string' || data === '') return '--data: expected a folder, such as .ripcord/';
  return undefined;
}

/** Parses the command line. For --help and for invalid options, it prints a text and exits. */
export async function parseOptions(given: readonly string[]): Promise<Options> {
  const { port, data, demo } = await yargs(given)
    .scriptName('npm start --')
    .usage('$0 [options]\n\nRuns Ripcord on this machine: links, invoke API, table and schedule.')
    .options(localOptions)
    .check((options) => {
      const problem = findProblem(options);
      if (problem === undefined) return true;
      throw new Error(problem);
    })
    .strict()
    .locale('en')
    .showHelpOnFail(false, 'Run npm start -- --help for all options.')
    .version(false)
    .parseAsync();
  return { port, data, demo };
}
