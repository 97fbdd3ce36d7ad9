import { styleText } from 'node:util';
import type { Argv } from 'yargs';
import { type CommandResult, commands } from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import type { Target } from './command-hint.ts';
import { defaultPrefix, type SharedArguments } from './options.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';
import { missingCommand } from './usage-errors.ts';

/** The verbs with their options. */
export const notifyVerbs = { test: { options: {} } } as const;

type Report = CommandResult<'notify.test'>['reports'][number];

const columns: Column<Report>[] = [
  { head: 'CHANNEL', text: ({ channel }) => channel },
  {
    head: 'RESULT',
    text: ({ result }) => result,
    paint: (text, { result }) => styleText(result === 'sent' ? 'green' : 'red', text),
  },
  { head: 'WHY', text: ({ why }) => why ?? '' },
];

function describeReports(reports: Report[], { prefix = defaultPrefix }: Target): string {
  if (reports.length > 0) return drawTable(columns, reports);
  return (
    'No channels are configured. List them as JSON, [{"kind":"slack","url":"https://…"}], in the SSM parameter ' +
    `/${prefix}/notify, or in notify.json in the local stack's data folder.`
  );
}

async function testChannels(args: SharedArguments): Promise<void> {
  const result = await createAdminClient(args).call('notify.test', {});
  printResult(args, result, () => describeReports(result.reports, args));
  const missed = result.reports.filter((report) => report.result !== 'sent');
  if (missed.length > 0)
    throw new CliError(
      'not-sent',
      `Delivery is not confirmed: ${missed.map(({ channel }) => channel).join(', ')}.`,
    );
}

export function notifyCommands(yargs: Argv<SharedArguments>) {
  return yargs
    .command(
      'test',
      commands['notify.test'].summary,
      (y) => y.example('$0 notify test', 'whether notices reach you'),
      (args) => testChannels(args),
    )
    .demandCommand(1, missingCommand);
}
