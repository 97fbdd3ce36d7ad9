import { tradeColumns } from '../console/export/trade-columns.ts';
import { describeEnd, sumTrades, type Trade, toTrades } from '../console/export/trades.ts';
import type { CommandInput, CommandResult, PositionView } from '../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { printCsv } from './csv-output.ts';
import { formatMinute, formatMoney, formatNumber, paintSigned } from './format.ts';
import type { SharedArguments } from './options.ts';
import { describeUnreadable } from './position-text.ts';
import { type Column, drawTable } from './table.ts';
import { printRemark, printResult } from './terminal.ts';

function formatKnown(amount: string | null, quote: string): string {
  return amount === null ? 'unknown' : formatMoney(amount, quote);
}

const columns: Column<Trade>[] = [
  { head: 'POSITION', text: ({ position }) => position.positionId },
  { head: 'ACCOUNT', text: ({ position }) => position.account, dropRank: 4 },
  { head: 'MARKET', text: ({ position }) => position.symbol },
  { head: 'SIDE', text: ({ position }) => position.side },
  { head: 'SIZE', text: ({ size }) => formatNumber(size), right: true },
  { head: 'ENTRY', text: ({ position }) => formatNumber(position.averageEntry), right: true },
  { head: 'EXIT', text: ({ averageExit }) => formatNumber(averageExit), right: true },
  { head: 'OPENED', text: ({ openedAt }) => formatMinute(openedAt) ?? '', dropRank: 3 },
  { head: 'CLOSED', text: ({ closedAt }) => formatMinute(closedAt) ?? '' },
  { head: 'ENDED BY', text: ({ end }) => describeEnd(end), dropRank: 2 },
  {
    head: 'NET',
    text: ({ position }) => formatKnown(position.netProfit, position.quote),
    right: true,
    paint: paintSigned,
  },
  { head: 'R', text: ({ r }) => formatNumber(r), right: true },
  { head: 'LABEL', text: ({ position }) => position.label ?? '', dropRank: 5 },
];

/** @returns the totals of each quote currency, which are never added to each other. */
function describeTotals(trades: Trade[]): string {
  const { count, unknown, wins, winRate, quotes } = sumTrades(trades);
  const rate = winRate === undefined ? '' : `, ${wins} with a profit (${winRate} %)`;
  const apart = `${unknown === 1 ? '1 trade with an unknown profit is' : `${unknown} trades with an unknown profit are`} in no sum and no rate.`;
  return [
    `${count === 1 ? '1 trade' : `${count} trades`}${rate}.`,
    ...quotes.map(
      ({ quote, net, fees }) =>
        `Net ${formatMoney(net, quote)} after ${formatNumber(fees)} ${quote} of fees.`,
    ),
    ...(unknown === 0 ? [] : [apart]),
  ].join('\n');
}

function describeTrades(trades: Trade[]): string {
  if (trades.length === 0) return 'No closed trades yet.';
  return `${drawTable(columns, trades)}\n\n${describeTotals(trades)}`;
}

/** @returns all positions as they are stored, page by page: closed ones stay, and one answer can hold too few. */
export async function listStored(
  admin: AdminClient,
  input: Pick<CommandInput<'positions.list'>, 'account' | 'tag'> = {},
): Promise<PositionView[]> {
  const byId = new Map<string, PositionView>();
  const unreadable = new Set<string>();
  let after: string | undefined;
  do {
    const page: CommandResult<'positions.list'> = await admin.call('positions.list', {
      ...{ ...input, live: false, limit: 500 },
      ...(after === undefined ? {} : { after }),
    });
    for (const positionId of page.unreadable ?? []) unreadable.add(positionId);
    for (const position of page.positions) byId.set(position.positionId, position);
    after = page.next;
  } while (after !== undefined);
  if (unreadable.size > 0) printRemark(describeUnreadable([...unreadable]));
  return [...byId.values()];
}

/** Prints the closed trades as they are stored, without a request to an exchange. */
export async function listTrades(
  args: SharedArguments & { csv: boolean },
  input: CommandInput<'positions.list'>,
): Promise<void> {
  const admin = createAdminClient(args);
  const [positions, { links }] = await Promise.all([
    listStored(admin, { account: input.account, tag: input.tag }),
    admin.call('links.list', {}),
  ]);
  const trades = toTrades(positions, links);
  if (args.csv) printCsv(tradeColumns, trades);
  else printResult(args, { positions: trades.map(({ position }) => position) }, () => describeTrades(trades));
}
