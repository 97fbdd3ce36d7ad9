import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { StartFailure } from '../infra/loopback/start-failure.ts';
import type { AdminAnswer, CommandName } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { parseWholeNumber, type SharedArguments, textOption } from './options.ts';
import { printRemark, printResult } from './terminal.ts';

/** The same port after each start, so that a page that is open finds its server again. */
const usualPort = 8788;

export const consoleSummary =
  'Serves the console on this machine: positions, links, history, the kill switch';
export const consoleOptions = {
  port: textOption(`Port of the console [default: ${usualPort}, or any free port]`, {}),
} as const;

export function buildConsole(yargs: Argv<SharedArguments>) {
  return yargs
    .options(consoleOptions)
    .example('$0 console', 'uses your AWS credentials; only this machine can open it')
    .example('$0 console --port 9000', 'always at the same address');
}

const highestPort = 65_535;

/** Passes the page's commands on as they are: the admin function parses them. */
function createRelay(admin: AdminClient) {
  return async (command: CommandName, input: object): Promise<AdminAnswer> => {
    try {
      return await admin.request(command, input as never);
    } catch (thrown) {
      if (!(thrown instanceof CliError)) throw thrown;
      const { code, message, issues } = thrown;
      return { ok: false, error: { code, message, issues } };
    }
  };
}

function parsePort(typed: string | undefined): number | undefined {
  const port = parseWholeNumber(typed);
  if (typeof port === 'string' || (port !== undefined && port > highestPort))
    throw new CliError('invalid-input', `--port: expected a whole number up to ${highestPort}, such as 9000`);
  return port;
}

/** Where the sessions of browsers are kept: hashes, which only their owner can read. */
function findSessionFile(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'ripcord', 'console-sessions.json');
}

async function start(admin: AdminClient, port: number | undefined) {
  // Loading the console's server takes a quarter of the start of every other command.
  const { startConsole } = await import('../console/server/server.ts');
  const options = { relay: createRelay(admin), log: printRemark, sessionFile: findSessionFile() };
  const isFailure = (thrown: unknown): thrown is StartFailure => thrown instanceof StartFailure;
  return await startConsole({ ...options, port: port ?? usualPort })
    .catch((thrown: unknown) => {
      if (port !== undefined || !isFailure(thrown)) throw thrown;
      return startConsole({ ...options, port: 0 });
    })
    .catch((thrown: unknown) => {
      throw isFailure(thrown) ? new CliError('invalid-input', thrown.message) : thrown;
    });
}

/** Runs until a signal, such as Ctrl+C. */
export async function runConsole(args: SharedArguments & { port: string | undefined }): Promise<void> {
  const admin = createAdminClient(args);
  const port = parsePort(args.port);
  // Wrong credentials or a wrong target end the command here, instead of failing on every part of the page.
  await admin.call('accounts.list', {});
  const server = await start(admin, port);
  printResult(args, { address: server.address }, () => `Open ${server.address}`);
  printRemark('The address works for one browser. Press Ctrl+C to stop the console.');
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
  await ended.promise;
  await server.stop();
}
