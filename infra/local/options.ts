import yargs from 'yargs';
import { highestPort } from '../loopback/listen.ts';

export interface Options {
  port: number;
  data: string;
  demo: boolean;
}

/** Where the command line looks for the local stack. */
export const defaultPort = 8787;

/** Reads the command line. Prints help, or what is wrong with the line, and then ends the process. */
export async function parseOptions(given: readonly string[]): Promise<Options> {
  const { port, data, demo } = await yargs(given)
    .scriptName('npm start --')
    .usage('$0 [options]\n\nRuns Ripcord on this machine: links, admin API, table and schedule.')
    .option('port', {
      type: 'number',
      default: defaultPort,
      describe: 'Port of links and admin API; 0 takes any free one',
    })
    .option('data', {
      type: 'string',
      default: '.ripcord/',
      describe: 'Folder that keeps table and accounts',
    })
    .option('demo', {
      type: 'boolean',
      default: true,
      describe: 'A simulated exchange with three positions; --no-demo leaves it out',
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
    .showHelpOnFail(false, 'Run npm start -- --help to see what there is.')
    .version(false)
    .parseAsync();
  return { port, data, demo };
}
