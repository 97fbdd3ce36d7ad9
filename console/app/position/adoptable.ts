import type { CommandInput, CommandResult, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import { compare } from '../format.ts';

type Open = CommandResult<'accounts.open'>;
type Side = 'long' | 'short';

/** What is open in one market on one side: what may become a position. */
export interface Candidate {
  key: string;
  symbol: string;
  side: Side;
  holding: Open['exchangePositions'][number] | undefined;
  entries: OpenOrderView[];
  exits: OpenOrderView[];
}

function sideOf(order: OpenOrderView, held: Set<string>): Side {
  if (order.positionSide !== undefined) return order.positionSide;
  const buys = order.side === 'buy';
  // Spot has longs only. On a perpetual, what reduces or stands against a holding is an exit of it.
  if (!order.symbol.includes(':')) return 'long';
  const closes =
    order.reduceOnly === true || order.conditional || held.has(`${order.symbol} ${buys ? 'short' : 'long'}`);
  return closes === buys ? 'short' : 'long';
}

/** Groups what an exchange tells into candidates, without what a position has already. */
export function candidatesOf({ orders, exchangePositions }: Open): Candidate[] {
  const found = new Map<string, Candidate>();
  const at = (symbol: string, side: Side): Candidate => {
    const key = `${symbol} ${side}`;
    const known = found.get(key) ?? { key, symbol, side, holding: undefined, entries: [], exits: [] };
    found.set(key, known);
    return known;
  };
  const held = new Set(exchangePositions.map(({ symbol, side }) => `${symbol} ${side}`));
  for (const holding of exchangePositions) {
    if (holding.positionId === undefined) at(holding.symbol, holding.side).holding = holding;
  }
  for (const order of orders) {
    if (order.positionId !== undefined) continue;
    const side = sideOf(order, held);
    const candidate = at(order.symbol, side);
    const isEntry = (order.side === 'buy') === (side === 'long');
    (isEntry ? candidate.entries : candidate.exits).push(order);
  }
  return [...found.values()].sort((a, b) => a.key.localeCompare(b.key));
}

/** The largest exit says best how much of a spot balance is the position's. */
export function suggestedAmount({ exits }: Candidate): string {
  return exits.map(({ amount }) => amount).sort((a, b) => compare(b, a))[0] ?? '';
}

/** The command for what was ticked. Only where no entry order tells it, the amount is stated. */
export function adoptionOf(
  candidate: Candidate,
  account: string,
  ticked: ReadonlySet<string>,
  stated: string,
): CommandInput<'positions.adopt'> {
  const idsOf = (orders: OpenOrderView[]) =>
    orders.map(({ orderId }) => orderId).filter((id) => ticked.has(id));
  const entryOrderIds = idsOf(candidate.entries);
  const exitOrderIds = idsOf(candidate.exits);
  return {
    account,
    symbol: candidate.symbol,
    side: candidate.side,
    ...(entryOrderIds.length > 0 ? { entryOrderIds } : stated.trim() === '' ? {} : { amount: stated.trim() }),
    ...(exitOrderIds.length > 0 ? { exitOrderIds } : {}),
  };
}
