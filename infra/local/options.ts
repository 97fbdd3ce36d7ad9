import yargs from 'yargs';

export interface Options {
  port: number;
  data: string;
  demo: boolean;
}

const highestPort = 65_535;

/** Reads the command line. Prints help, or what is wrong with it, and ends the process where that is asked for. */
export const parseOptions = async (given: readonly string[]): Promise<Options> => {
  const { port, data, demo } = await yargs(given)
    .scriptName('npm start --')
    .usage('$0 [options]\n\nRuns Ripcord on this machine: links, admin API, table and schedule.')
    .option('port', { type: 'number', default: 8787, describe: 'Port of links and admin API; 0 takes any free one' })
    .option('data', { type: 'string', default: '.ripcord/', describe: 'Folder that keeps table and accounts' })
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
      if (data !== '') return true;
      throw new Error('--data: expected a folder, such as .ripcord/');
    })
    .strict()
    .version(false)
    .parseAsync();
  return { port, data, demo };
};
