import { styleText } from 'node:util';
import { exitName } from '../console/exit-name.ts';
import { atMostOnce, isGeneric } from '../lib/account/account.ts';
import type { CommandResult, PositionView } from '../lib/admin/contract/commands.ts';
import { isPositive } from '../lib/amount.ts';
import type { OrderRecord } from '../lib/position/position.ts';
import { commandHint, type Target } from './command-hint.ts';
import { nameExchange } from './exchange-text.ts';
import { toFigureFacts } from './figure-text.ts';
import { formatMinute, formatMoney, formatNumber, formatPercent, paintSigned } from './format.ts';
import { drawLadder, paintProtection } from './ladder-text.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

function toBase(position: PositionView): string {
  return position.symbol.split('/')[0] ?? '';
}

function formatState({ status, fillStatus }: PositionView): string {
  if (status === 'needs-attention') return 'needs attention';
  if (status !== 'open') return status;
  return fillStatus === 'closed' ? 'open, nothing left' : `open, ${fillStatus.replace('-', ' ')}`;
}

function paintState(text: string, { status }: PositionView): string {
  if (status === 'open') return styleText('green', text);
  if (status === 'closing') return styleText('yellow', text);
  return status === 'needs-attention' ? styleText(['red', 'bold'], text) : styleText('dim', text);
}

function formatIfKnown(amount: string | null, quote: string): string {
  return amount === null ? '' : formatMoney(amount, quote);
}

const columns: Column<PositionView>[] = [
  { head: 'POSITION', text: ({ positionId }) => positionId },
  { head: 'ACCOUNT', text: ({ account }) => account, dropRank: 3 },
  { head: 'MARKET', text: ({ symbol }) => symbol },
  { head: 'SIDE', text: ({ side }) => side },
  { head: 'STATE', text: formatState, paint: paintState },
  {
    head: 'FILLED',
    text: ({ filled, amount }) => `${formatNumber(filled)} / ${formatNumber(amount)}`,
    right: true,
  },
  { head: 'LEFT', text: ({ remaining }) => formatNumber(remaining), right: true },
  { head: 'ENTRY', text: ({ averageEntry }) => formatNumber(averageEntry), right: true },
  { head: 'PRICE', text: ({ markPrice }) => formatNumber(markPrice), right: true, dropRank: 1 },
  {
    head: 'P&L',
    text: ({ unrealizedProfit, remaining, quote }) =>
      isPositive(remaining) ? formatIfKnown(unrealizedProfit, quote) : '',
    right: true,
    paint: paintSigned,
  },
  {
    head: 'P&L %',
    text: ({ unrealizedProfitPercent }) => formatPercent(unrealizedProfitPercent),
    right: true,
    paint: paintSigned,
    dropRank: 2,
  },
  {
    head: 'NET',
    text: ({ netProfit, quote }) => formatIfKnown(netProfit, quote),
    right: true,
    paint: paintSigned,
    dropRank: 3,
  },
  {
    head: 'PROTECTION',
    text: ({ protection, remaining }) => (isPositive(remaining) ? protection : ''),
    paint: paintProtection,
    dropRank: 1,
  },
  { head: 'EXITS', text: ({ openExitOrders }) => String(openExitOrders), right: true, dropRank: 4 },
  { head: 'LINKS', text: ({ links }) => String(links ?? ''), right: true, dropRank: 5 },
  { head: 'TAG', text: ({ tag }) => tag ?? '', dropRank: 6 },
  { head: 'LABEL', text: ({ label }) => label ?? '', dropRank: 7 },
];

/** What the columns don't show: why it needs attention, failed or is out of date. */
function toRemarks(position: PositionView): string[] {
  const remarks: string[] = [];
  const { attentionReason, progress, failure, staleReason, lastSyncedAt } = position;
  if (attentionReason !== undefined)
    remarks.push(`${styleText('red', 'Needs attention:')} ${asPlainText(attentionReason)}`);
  if (progress !== undefined) remarks.push(`${styleText('yellow', 'Closing:')} ${asPlainText(progress)}`);
  if (failure !== undefined && position.status === 'open')
    remarks.push(`${styleText('yellow', 'Last attempt failed:')} ${asPlainText(failure.message)}`);
  if (staleReason !== undefined)
    remarks.push(
      `${styleText('yellow', 'Not up to date:')} ${asPlainText(staleReason)}` +
        (lastSyncedAt === undefined ? '' : ` (data from ${formatMinute(lastSyncedAt)})`),
    );
  return remarks;
}

/** @returns the list, or what to do if it is empty. `open`: closed and canceled positions are left out. */
export function describePositions(
  positions: PositionView[],
  { open, target }: { open: boolean; target: Target },
): string {
  if (positions.length === 0)
    return `No ${open ? 'open ' : ''}positions yet. Adopt one with "${commandHint('positions adopt', target)}", or open one with "${commandHint('positions open', target)}".`;
  const remarks = positions.flatMap((position) =>
    toRemarks(position).map((remark) => `${position.positionId}  ${remark}`),
  );
  return [drawTable(columns, positions), ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
}

const orderColumns: Column<OrderRecord & { purpose: string }>[] = [
  { head: 'ORDERS', text: ({ purpose }) => purpose },
  { head: 'ID', text: ({ orderId, clientOrderId }) => orderId ?? clientOrderId ?? '' },
  { head: 'TYPE', text: ({ type }) => type },
  { head: 'STATE', text: ({ status }) => status },
  {
    head: 'FILLED',
    text: ({ filled, amount }) => `${formatNumber(filled)} / ${formatNumber(amount)}`,
    right: true,
  },
  { head: 'PRICE', text: ({ price }) => formatNumber(price), right: true },
  { head: 'TRIGGER', text: ({ triggerPrice }) => formatNumber(triggerPrice), right: true },
  { head: 'AVERAGE', text: ({ average }) => formatNumber(average), right: true },
];

function formatProfit({ unrealizedProfit, unrealizedProfitPercent, remaining, quote }: PositionView) {
  if (!isPositive(remaining)) return undefined;
  const ratio = unrealizedProfitPercent === undefined ? '' : ` (${formatPercent(unrealizedProfitPercent)})`;
  return formatKnown(unrealizedProfit, quote, ratio);
}

function formatKnown(amount: string | null, quote: string, detail = ''): string {
  return amount === null ? 'unknown' : paintSigned(`${formatMoney(amount, quote)}${detail}`);
}

function formatFees({ fees }: PositionView): string {
  if (fees === null) return 'unknown';
  return fees.map(({ currency, amount }) => `${formatNumber(amount)} ${currency}`).join(', ') || 'none';
}

/** Before anything has filled there is no result. */
function toResults(position: PositionView): [string, string][] {
  const { filled, realizedProfit, funding, netProfit, quote, symbol } = position;
  if (!isPositive(filled)) return [];
  return [
    ['Realized', formatKnown(realizedProfit, quote)],
    ['Fees', formatFees(position)],
    ...(symbol.includes(':') ? [['Funding', formatKnown(funding, quote)] as [string, string]] : []),
    ['Net', formatKnown(netProfit, quote)],
  ];
}

function describeFacts(position: PositionView): string {
  const { symbol, side, exchange, account, label, tag, outcome, averageEntry, markPrice, quote } = position;
  const base = toBase(position);
  return drawFacts([
    ['Position', position.positionId],
    ['Market', asPlainText(`${symbol} ${side} on ${nameExchange(exchange)}, account ${account}`)],
    ['State', paintState(formatState(position), position)],
    ['Label', label === undefined ? undefined : asPlainText(label)],
    ['Tag', tag],
    ['Amount', `${formatNumber(position.amount)} ${base}, of which ${formatNumber(position.filled)} filled`],
    ['Left', `${formatNumber(position.remaining)} ${base}`],
    ['Entry', averageEntry === undefined ? undefined : `${formatNumber(averageEntry)} ${quote} on average`],
    ['Price', markPrice === undefined ? undefined : `${formatNumber(markPrice)} ${quote}`],
    ['P&L', formatProfit(position)],
    ...toFigureFacts(position),
    ...toResults(position),
    ['Protection', isPositive(position.remaining) ? paintProtection(position.protection) : undefined],
    ['Links', position.links === undefined ? undefined : String(position.links)],
    ['Created', formatMinute(position.createdAt)],
    ['Outcome', outcome === undefined ? undefined : asPlainText(`${outcome.outcome}: ${outcome.detail}`)],
  ]);
}

/** @returns a position with its ladder, its orders and remarks. */
export function describePosition(position: PositionView): string {
  const orders = [
    ...position.entryOrders.map((order) => ({ ...order, purpose: 'entry' })),
    ...position.exitOrders.map((order) => ({ ...order, purpose: exitName(order, position).toLowerCase() })),
  ];
  const parts = [
    describeFacts(position),
    drawLadder(position) ?? '',
    orders.length > 0 ? drawTable(orderColumns, orders) : '',
    toRemarks(position).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const outcomeColors: Record<string, 'green' | 'yellow'> = {
  closed: 'green',
  canceled: 'green',
  kept: 'green',
  dust: 'green',
  'in-progress': 'yellow',
  retrying: 'yellow',
};

const reportColumns: Column<CommandResult<'positions.close'>>[] = [
  { head: 'POSITION', text: ({ positionId }) => positionId },
  { head: 'MARKET', text: ({ symbol }) => symbol },
  {
    head: 'OUTCOME',
    text: ({ outcome }) => outcome,
    paint: (text, { outcome }) => styleText(outcomeColors[outcome] ?? 'red', text),
  },
  { head: 'DETAIL', text: ({ detail }) => detail },
];

/** @returns a line for each position with the outcome of its close. */
export function describeReports(reports: CommandResult<'positions.close'>[]): string {
  return reports.length === 0 ? 'There was no open position to close.' : drawTable(reportColumns, reports);
}

/** @returns the result that the exchange's record shows, and how to apply it. */
export function describeVerdict(result: CommandResult<'positions.resolve'>, target: Target): string {
  const { position, verdict, reason, applied } = result;
  const facts = drawFacts([
    ['Position', asPlainText(namePosition(position))],
    ['State', paintState(formatState(position), position)],
    ['Verdict', verdict],
    ['Reason', asPlainText(reason)],
  ]);
  const apply = commandHint(`positions resolve ${position.positionId} --apply`, target);
  const next = applied ? 'This result is applied.' : `Nothing was changed. To apply this result: ${apply}`;
  const word = commandHint(`positions resolve ${position.positionId} --sold AMOUNT --apply`, target);
  if (verdict === 'unknown' && isGeneric(position.exchange))
    return `${facts}\n\nNothing was changed. State what it sold, 0 for nothing: ${word}`;
  return verdict === 'unknown' ? facts : `${facts}\n\n${next}`;
}

/** @returns a position on one line, for confirmations. */
export function namePosition(position: PositionView): string {
  const { positionId, symbol, side, remaining, account, label, exchange } = position;
  const proof = isGeneric(exchange) ? `, ${atMostOnce}` : '';
  const name = `${positionId}: ${symbol} ${side} on account ${account}, ${formatNumber(remaining)} ${toBase(position)} left${proof}`;
  return label === undefined ? name : `${name} (${label})`;
}

/** @returns the remark about positions that were written by another version of Ripcord. */
export function describeUnreadable(positionIds: string[]): string {
  return `This version can't read ${positionIds.join(', ')}. They may be open: check at the exchange.`;
}
