import type { Argv } from 'yargs';
import { startConsole } from '../console/server/server.ts';
import type { AdminAnswer, CommandName } from '../lib/admin/contract/commands.ts';
import { type AdminFunction, adminFunction } from './admin-function.ts';
import { CliError } from './cli-error.ts';
import { type SharedArguments, text, wholeNumber } from './options.ts';
import { printResult, say } from './terminal.ts';

export const consoleSummary = 'Open a web page on this machine: positions, links, history, the kill switch';
export const consoleOptions = { port: text('Port of the page [default: any free one]', {}) } as const;

export function consoleCommand(yargs: Argv<SharedArguments>) {
  return yargs
    .options(consoleOptions)
    .example('$0 console', 'with your own AWS credentials; only this machine can open it')
    .example('$0 console --port 9000', 'always at the same place');
}

const highestPort = 65_535;

/** The page sends commands as JSON: the admin function itself checks them. */
function relayTo(admin: AdminFunction) {
  return async (command: CommandName, input: object): Promise<AdminAnswer> => {
    try {
      return { ok: true, result: await admin.call(command, input as never) };
    } catch (thrown) {
      if (!(thrown instanceof CliError)) throw thrown;
      const { code, message, issues } = thrown;
      return { ok: false, error: { code, message, issues } };
    }
  };
}

/** Ends at Ctrl+C. */
export async function showConsole(args: SharedArguments & { port: string | undefined }): Promise<void> {
  const admin = adminFunction(args);
  const port = wholeNumber(args.port) ?? 0;
  if (typeof port === 'string' || port > highestPort)
    throw new CliError('invalid-input', `--port: expected a whole number up to ${highestPort}, such as 9000`);
  // Whatever is wrong with credentials or stack is better said here than in every corner of the page.
  await admin.call('accounts.list', {});
  const server = await startConsole({ port, relay: relayTo(admin), log: say }).catch((thrown: unknown) => {
    if (thrown instanceof Error && thrown.name === 'StartFailure')
      throw new CliError('invalid-input', thrown.message);
    throw thrown;
  });
  printResult(args.json, { address: server.address }, () => `Open ${server.address}`);
  say('The address lets one browser in. Ctrl+C ends the console.');
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
  await ended.promise;
  await server.stop();
}
