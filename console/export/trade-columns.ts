import type { CsvColumn } from './csv.ts';
import { describeEnd, type Trade } from './trades.ts';

/** A closed trade in a file. Amounts of money are in the currency `quote`. */
export const tradeColumns: readonly CsvColumn<Trade>[] = [
  { name: 'position_id', kind: 'text', value: ({ position }) => position.positionId },
  { name: 'account', kind: 'text', value: ({ position }) => position.account },
  { name: 'exchange', kind: 'text', value: ({ position }) => position.exchange },
  { name: 'market', kind: 'text', value: ({ position }) => position.symbol },
  { name: 'side', kind: 'text', value: ({ position }) => position.side },
  { name: 'label', kind: 'text', value: ({ position }) => position.label },
  { name: 'size', kind: 'number', value: ({ size }) => size },
  { name: 'base', kind: 'text', value: ({ position }) => position.symbol.split('/')[0] },
  { name: 'average_entry', kind: 'number', value: ({ position }) => position.averageEntry },
  { name: 'average_exit', kind: 'number', value: ({ averageExit }) => averageExit },
  { name: 'opened_at', kind: 'time', value: ({ openedAt }) => openedAt },
  { name: 'closed_at', kind: 'time', value: ({ closedAt }) => closedAt },
  { name: 'ended_by', kind: 'text', value: ({ end }) => describeEnd(end) },
  { name: 'link_id', kind: 'text', value: ({ end }) => (end.by === 'link' ? end.linkId : undefined) },
  { name: 'outcome', kind: 'text', value: ({ position }) => position.outcome?.detail },
  { name: 'quote', kind: 'text', value: ({ position }) => position.quote },
  { name: 'realized', kind: 'number', value: ({ position }) => position.realizedProfit },
  { name: 'fees_in_quote', kind: 'number', value: ({ feesInQuote }) => feesInQuote },
  { name: 'fees_paid', kind: 'text', value: ({ position }) => formatFees(position.fees) },
  { name: 'funding', kind: 'number', value: ({ position }) => position.funding },
  { name: 'net', kind: 'number', value: ({ position }) => position.netProfit },
  { name: 'r', kind: 'number', value: ({ r }) => r },
];

/** The currency comes first, so that a rebate does not begin with a minus. */
function formatFees(fees: Trade['position']['fees']): string | undefined {
  return fees?.map(({ currency, amount }) => `${currency} ${amount}`).join('; ');
}
