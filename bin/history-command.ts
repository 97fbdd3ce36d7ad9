import type { Argv } from 'yargs';
import { toHitColumns } from '../console/export/hit-columns.ts';
import {
  type CommandInput,
  type CommandResult,
  commands,
  type HitView,
} from '../lib/admin/contract/commands.ts';
import { describeWhy } from '../lib/link/refusal.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { parseInput } from './command-input.ts';
import { csvOption, printCsv, requireOneFormat } from './csv-output.ts';
import { formatSecond } from './format.ts';
import { parseWholeNumber, type SharedArguments, textOption } from './options.ts';
import { type Column, drawTable } from './table.ts';
import { printResult } from './terminal.ts';
import { listStored } from './trade-list.ts';

export const historySummary = commands['history.list'].summary;
export const historyOptions = {
  position: textOption('Only hits of this position, pos_…, which may be forgotten', {}),
  link: textOption('Only hits of this link, lnk_…', {}),
  limit: textOption('Maximum number of hits, up to 500 [default: 100; with --csv: all]', {}),
  ...csvOption,
} as const;

const columns: Column<HitView>[] = [
  { head: 'TIME (UTC)', text: ({ at }) => formatSecond(at) },
  { head: 'LINK', text: ({ linkId }) => linkId ?? '' },
  { head: 'BY', text: ({ method, actor }) => method ?? actor },
  { head: 'DECISION', text: ({ decision }) => decision },
  { head: 'STATUS', text: ({ status }) => String(status), right: true },
  { head: 'OUTCOME', text: ({ outcome }) => outcome ?? '' },
  { head: 'RESEND', text: ({ resend }) => (resend === 0 ? '' : String(resend)), right: true, dropRank: 1 },
  { head: 'WHY', text: describeWhy, dropRank: 2 },
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
    .example('$0 history --link lnk_8w2c5t7y1n0b4d6f --json', 'with every request to the exchange')
    .example('$0 history --csv > history.csv', 'all hits of the last 90 days as a table for a spreadsheet');
}

/** Later than every hit. */
const end = '9999-12-31T00:00:00Z';

/** @returns all hits, page by page, or as many as the input asks for. */
async function listHits(admin: AdminClient, input: CommandInput<'history.list'>): Promise<HitView[]> {
  const listed: HitView[] = [];
  let before: string | undefined = end;
  while (before !== undefined && listed.length < (input.limit ?? Number.POSITIVE_INFINITY)) {
    const page: CommandResult<'history.list'> = await admin.call('history.list', {
      ...input,
      before,
      limit: 500,
    });
    listed.push(...page.hits);
    before = page.next;
  }
  return listed.slice(0, input.limit);
}

async function printCsvOfHits(admin: AdminClient, input: CommandInput<'history.list'>): Promise<void> {
  const [hits, positions, { links }] = await Promise.all([
    listHits(admin, input),
    listStored(admin),
    admin.call('links.list', {}),
  ]);
  printCsv(toHitColumns({ positions, links }), hits);
}

type HistoryArguments = SharedArguments &
  Record<'position' | 'link' | 'limit', string | undefined> & { csv: boolean };

export async function runHistory(args: HistoryArguments): Promise<void> {
  requireOneFormat(args);
  const fields = { positionId: args.position, linkId: args.link, limit: parseWholeNumber(args.limit) };
  const names = { positionId: '--position', linkId: '--link' };
  const input = parseInput('history.list', fields, { names });
  const admin = createAdminClient(args);
  if (args.csv) {
    await printCsvOfHits(admin, input);
    return;
  }
  const result = await admin.call('history.list', input);
  printResult(args, result, () => describeHits(result, input));
}
