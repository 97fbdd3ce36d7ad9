import type { Argv } from 'yargs';
import type { CommandInput, CommandResult, HitView } from '../lib/admin/contract/commands.ts';
import { adminFunction } from './admin-function.ts';
import { instant } from './format.ts';
import { check } from './option-names.ts';
import { type SharedArguments, text, wholeNumber } from './options.ts';
import { summaryOf } from './summaries.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';

export const historyOptions = {
  position: text('Only hits on this position, pos_…', {}),
  link: text('Only hits on this link, lnk_…', {}),
  limit: text('How many at most, up to 500 [default: 100]', {}),
} as const;

const columns: Column<HitView>[] = [
  { head: 'TIME (UTC)', text: ({ at }) => instant(at) },
  { head: 'LINK', text: ({ linkId }) => linkId ?? '' },
  { head: 'BY', text: ({ method, actor }) => method ?? actor },
  { head: 'DECISION', text: ({ decision }) => decision },
  { head: 'STATUS', text: ({ status }) => String(status), right: true },
  { head: 'OUTCOME', text: ({ outcome }) => outcome ?? '' },
  { head: 'RESEND', text: ({ resend }) => (resend === 0 ? '' : String(resend)), right: true, spare: 1 },
  { head: 'WHY', text: ({ why }) => why, spare: 2 },
];

function describeHits(
  { hits }: CommandResult<'history.list'>,
  { positionId, linkId }: CommandInput<'history.list'>,
): string {
  const owner = [linkId, positionId].filter((id) => id !== undefined).join(' of ');
  const none = `no hits${owner === '' ? '' : ` of ${owner}`} in the last 90 days`;
  return hits.length === 0 ? none : drawTable(columns, hits);
}

export function historyCommand(yargs: Argv<SharedArguments>) {
  return yargs
    .options(historyOptions)
    .example('$0 history', 'the last hundred hits')
    .example('$0 history --position pos_4k1z09qj3m2x --limit 20', "one position's")
    .example('$0 history --link lnk_8w2c5t7y1n0b4d6f --json', 'with every request to the exchange');
}

export async function showHistory(
  args: SharedArguments & Record<keyof typeof historyOptions, string | undefined>,
): Promise<void> {
  const fields = { positionId: args.position, linkId: args.link, limit: wholeNumber(args.limit) };
  const input = check('history.list', fields, { positionId: '--position', linkId: '--link' });
  const result = await adminFunction(args).call('history.list', input);
  printResult(args.json, result, () => describeHits(result, input));
}

export const historySummary = summaryOf('history.list');
