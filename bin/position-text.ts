import { styleText } from 'node:util';
import type { CommandResult, PositionView } from '../lib/admin/contract/commands.ts';
import type { OrderRecord } from '../lib/position/position.ts';
import { figure, moment, paintSigned, percent, signed } from './format.ts';
import { suggested, type Target } from './options.ts';
import { type Column, drawFacts, drawTable } from './table.ts';
import { asPlainText } from './terminal.ts';

function baseOf(position: PositionView): string {
  return position.symbol.split('/')[0] ?? '';
}

function stateText({ status, fillStatus }: PositionView): string {
  if (status === 'needs-attention') return 'needs attention';
  if (status !== 'open') return status;
  return fillStatus === 'closed' ? 'open, nothing left' : `open, ${fillStatus.replace('-', ' ')}`;
}

function paintState(text: string, { status }: PositionView): string {
  if (status === 'open') return styleText('green', text);
  if (status === 'closing') return styleText('yellow', text);
  return status === 'needs-attention' ? styleText(['red', 'bold'], text) : styleText('dim', text);
}

const columns: Column<PositionView>[] = [
  { head: 'POSITION', text: ({ positionId }) => positionId },
  { head: 'ACCOUNT', text: ({ account }) => account, spare: 3 },
  { head: 'MARKET', text: ({ symbol }) => symbol },
  { head: 'SIDE', text: ({ side }) => side },
  { head: 'STATE', text: stateText, paint: paintState },
  { head: 'FILLED', text: ({ filled, amount }) => `${figure(filled)} / ${figure(amount)}`, right: true },
  { head: 'LEFT', text: ({ remaining }) => figure(remaining), right: true },
  { head: 'ENTRY', text: ({ averageEntry }) => figure(averageEntry), right: true },
  { head: 'PRICE', text: ({ markPrice }) => figure(markPrice), right: true, spare: 1 },
  {
    head: 'P/L',
    text: ({ unrealizedProfit, quote }) =>
      unrealizedProfit === undefined ? '' : `${signed(unrealizedProfit)} ${quote}`,
    right: true,
    paint: paintSigned,
  },
  {
    head: 'P/L %',
    text: ({ unrealizedProfitPercent }) => percent(unrealizedProfitPercent),
    right: true,
    paint: paintSigned,
    spare: 2,
  },
  { head: 'EXITS', text: ({ openExitOrders }) => String(openExitOrders), right: true, spare: 4 },
  { head: 'LINKS', text: ({ links }) => String(links ?? ''), right: true, spare: 5 },
  { head: 'LABEL', text: ({ label }) => label ?? '', spare: 6 },
];

/** What a figure alone would hide. */
function remarksOn(position: PositionView): string[] {
  const remarks: string[] = [];
  const { attentionReason, failure, staleReason, lastSyncedAt } = position;
  if (attentionReason !== undefined)
    remarks.push(`${styleText('red', 'Look at it:')} ${asPlainText(attentionReason)}`);
  if (failure !== undefined && position.status === 'open')
    remarks.push(`${styleText('yellow', 'The last try failed:')} ${asPlainText(failure.message)}`);
  if (staleReason !== undefined)
    remarks.push(
      `${styleText('yellow', 'Not up to date:')} ${asPlainText(staleReason)}` +
        (lastSyncedAt === undefined ? '' : ` (figures of ${moment(lastSyncedAt)})`),
    );
  return remarks;
}

/** @returns the list, or what to do when there is none. */
export function describePositions(positions: PositionView[], onlyOpen: boolean, target: Target): string {
  if (positions.length === 0)
    return `no ${onlyOpen ? 'open ' : ''}positions yet: take one over with "${suggested('positions adopt', target)}" or place an entry with "${suggested('positions open', target)}"`;
  const remarks = positions.flatMap((position) =>
    remarksOn(position).map((remark) => `${position.positionId}  ${remark}`),
  );
  return [drawTable(columns, positions), ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
}

const orderColumns: Column<OrderRecord & { purpose: string }>[] = [
  { head: 'ORDERS', text: ({ purpose }) => purpose },
  { head: 'ID', text: ({ orderId, clientOrderId }) => orderId ?? clientOrderId ?? '' },
  { head: 'TYPE', text: ({ type }) => type },
  { head: 'STATE', text: ({ status }) => status },
  { head: 'FILLED', text: ({ filled, amount }) => `${figure(filled)} / ${figure(amount)}`, right: true },
  { head: 'PRICE', text: ({ price }) => figure(price), right: true },
  { head: 'TRIGGER', text: ({ triggerPrice }) => figure(triggerPrice), right: true },
  { head: 'AVERAGE', text: ({ average }) => figure(average), right: true },
];

function profitText({ unrealizedProfit, unrealizedProfitPercent, quote }: PositionView) {
  return unrealizedProfit === undefined
    ? undefined
    : paintSigned(
        `${signed(unrealizedProfit)} ${quote}${unrealizedProfitPercent === undefined ? '' : ` (${percent(unrealizedProfitPercent)})`}`,
      );
}

/** @returns one position with everything known of it. */
export function describePosition(position: PositionView): string {
  const { symbol, side, exchange, account, label, outcome, averageEntry, markPrice } = position;
  const base = baseOf(position);
  const orders = [
    ...position.entryOrders.map((order) => ({ ...order, purpose: 'entry' })),
    ...position.exitOrders.map((order) => ({ ...order, purpose: 'exit' })),
  ];
  const facts = drawFacts([
    ['Position', position.positionId],
    ['Market', asPlainText(`${symbol} ${side} on ${exchange}, account ${account}`)],
    ['State', paintState(stateText(position), position)],
    ['Label', label === undefined ? undefined : asPlainText(label)],
    ['Amount', `${figure(position.amount)} ${base}, of which ${figure(position.filled)} filled`],
    ['Left', `${figure(position.remaining)} ${base}`],
    [
      'Entry',
      averageEntry === undefined ? undefined : `${figure(averageEntry)} ${position.quote} on average`,
    ],
    ['Price', markPrice === undefined ? undefined : `${figure(markPrice)} ${position.quote}`],
    ['P/L', profitText(position)],
    ['Links', position.links === undefined ? undefined : String(position.links)],
    ['Created', moment(position.createdAt)],
    ['Outcome', outcome === undefined ? undefined : asPlainText(`${outcome.outcome}: ${outcome.detail}`)],
  ]);
  const parts = [
    facts,
    orders.length > 0 ? drawTable(orderColumns, orders) : '',
    remarksOn(position).join('\n'),
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

/** @returns what came of closing, one line each. */
export function describeReports(reports: CommandResult<'positions.close'>[]): string {
  return reports.length === 0 ? 'There was no open position to close.' : drawTable(reportColumns, reports);
}

/** @returns what the exchange's record comes to, and what to do about it. */
export function describeVerdict(result: CommandResult<'positions.resolve'>, target: Target): string {
  const { position, verdict, reason, applied } = result;
  const facts = drawFacts([
    ['Position', asPlainText(namePosition(position))],
    ['State', paintState(stateText(position), position)],
    ['Verdict', verdict],
    ['Because', asPlainText(reason)],
  ]);
  const next = applied
    ? 'It is written down so.'
    : `Nothing was changed. To settle it so: ${suggested(`positions resolve ${position.positionId} --apply`, target)}`;
  return verdict === 'unknown' ? facts : `${facts}\n\n${next}`;
}

/** @returns a position in one line, for questions. */
export function namePosition({
  positionId,
  symbol,
  side,
  remaining,
  account,
  ...position
}: PositionView): string {
  return (
    `${positionId}: ${symbol} ${side} on account ${account}, ${figure(remaining)} ${symbol.split('/')[0]} left` +
    (position.label === undefined ? '' : ` (${position.label})`)
  );
}
