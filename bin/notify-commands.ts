import { styleText } from 'node:util';
import type { Argv } from 'yargs';
import type { CommandResult } from '../lib/admin/contract/commands.ts';
import { adminFunction } from './admin-function.ts';
import { CliError } from './cli-error.ts';
import type { SharedArguments } from './options.ts';
import { summaryOf } from './summaries.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';

/** The verbs with their options. */
export const notifyVerbs = { test: {} } as const;

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

function describeReports(reports: Report[]): string {
  return reports.length === 0
    ? 'no channels yet: list them as JSON, [{"kind":"slack","url":"https://…"}], in the SSM parameter /ripcord/notify, or locally in notify.json of the data folder'
    : drawTable(columns, reports);
}

export function notifyCommands(yargs: Argv<SharedArguments>) {
  return yargs
    .command(
      'test',
      summaryOf('notify.test'),
      (y) => y.example('$0 notify test', 'can Ripcord reach you?'),
      async (args) => {
        const result = await adminFunction(args).call('notify.test', {});
        printResult(args.json, result, () => describeReports(result.reports));
        const missed = result.reports.filter((report) => report.result !== 'sent');
        if (missed.length > 0)
          throw new CliError(
            'not-sent',
            `Not known to have arrived: ${missed.map(({ channel }) => channel).join(', ')}.`,
          );
      },
    )
    .demandCommand(1, 'notify needs a word more: test.');
}
