import type { Argv } from 'yargs';
import {
  type CommandInput,
  type CommandResult,
  commands,
  type HitView,
} from '../lib/admin/contract/commands.ts';
import { createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import { formatSecond } from './format.ts';
import { parseWholeNumber, type SharedArguments, textOption } from './options.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';

export const historySummary = commands['history.list'].summary;
export const historyOptions = {
  position: textOption('Only hits of this position, pos_…, which may be forgotten', {}),
  link: textOption('Only hits of this link, lnk_…', {}),
  limit: textOption('Maximum number of hits, up to 500 [default: 100]', {}),
} as const;

const columns: Column<HitView>[] = [
  { head: 'TIME (UTC)', text: ({ at }) => formatSecond(at) },
  { head: 'LINK', text: ({ linkId }) => linkId ?? '' },
  { head: 'BY', text: ({ method, actor }) => method ?? actor },
  { head: 'DECISION', text: ({ decision }) => decision },
  { head: 'STATUS', text: ({ status }) => String(status), right: true },
  { head: 'OUTCOME', text: ({ outcome }) => outcome ?? '' },
  { head: 'RESEND', text: ({ resend }) => (resend === 0 ? '' : String(resend)), right: true, dropRank: 1 },
  { head: 'WHY', text: ({ why }) => why, dropRank: 2 },
];

function describeHits(
  { hits }: CommandResult<'history.list'>,
  { positionId, linkId }: CommandInput<'history.list'>,
): string {
  if (hits.length > 0) return drawTable(columns, hits);
  const owner = [linkId, positionId].filter((id) => id !== undefined).join(' of ');
  return `No hits${owner === '' ? '' : ` of ${owner}`} in the last 90 days.`;
}

export function buildHistory(yargs: Argv<SharedArguments>) {
  return yargs
    .options(historyOptions)
    .example('$0 history', 'the last 100 hits')
    .example('$0 history --position pos_4k1z09qj3m2x --limit 20', 'the last 20 hits of a position')
    .example('$0 history --link lnk_8w2c5t7y1n0b4d6f --json', 'with every request to the exchange');
}

export async function runHistory(
  args: SharedArguments & Record<keyof typeof historyOptions, string | undefined>,
): Promise<void> {
  const fields = { positionId: args.position, linkId: args.link, limit: parseWholeNumber(args.limit) };
  const names = { positionId: '--position', linkId: '--link' };
  const input = parseInput('history.list', fields, { names });
  const result = await createAdminClient(args).call('history.list', input);
  printResult(args, result, () => describeHits(result, input));
}
