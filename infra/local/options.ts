import yargs from 'yargs';
import { highestPort } from '../loopback/listen.ts';

export interface Options {
  port: number;
  data: string;
  demo: boolean;
}

/** The port at which the command line expects the local stack. */
export const defaultPort = 8787;

/** Parses the command line. For --help and for invalid options, it prints a text and exits. */
export async function parseOptions(given: readonly string[]): Promise<Options> {
  const { port, data, demo } = await yargs(given)
    .scriptName('npm start --')
    .usage('$0 [options]\n\nRuns Ripcord on this machine: links, invoke API, table and schedule.')
    .option('port', {
      type: 'number',
      default: defaultPort,
      describe: 'Port of links, console and invoke API; 0 takes any free port',
    })
    .option('data', {
      type: 'string',
      default: '.ripcord/',
      describe: 'Folder for the table and the accounts',
    })
    .option('demo', {
      type: 'boolean',
      default: true,
      describe: 'Run a simulated exchange with four positions; --no-demo turns it off',
    })
    .check(({ port }) => {
      if (Number.isInteger(port) && port >= 0 && port <= highestPort) return true;
      throw new Error(`--port: expected a whole number from 0 to ${highestPort}, such as 8787`);
    })
    .check(({ data }) => {
      if (typeof data === 'string' && data !== '') return true;
      throw new Error('--data: expected a folder, such as .ripcord/');
    })
    .strict()
    .locale('en')
    .showHelpOnFail(false, 'Run npm start -- --help for all options.')
    .version(false)
    .parseAsync();
  return { port, data, demo };
}
