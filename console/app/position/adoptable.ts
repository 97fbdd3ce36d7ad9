import type { CommandInput, CommandResult, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import { compare } from '../format.ts';

type OpenAtExchange = CommandResult<'accounts.open'>;
type ExchangePosition = OpenAtExchange['exchangePositions'][number];
type Side = 'long' | 'short';

/** What is open in one market on one side, and may become a position. */
export interface Candidate {
  key: string;
  symbol: string;
  side: Side;
  /** The perpetual position that the exchange holds. */
  held: ExchangePosition | undefined;
  entries: OpenOrderView[];
  exits: OpenOrderView[];
}

function toPositionSide(order: OpenOrderView, heldKeys: Set<string>): Side {
  if (order.positionSide !== undefined) return order.positionSide;
  const buys = order.side === 'buy';
  // Spot has only longs. On a perpetual, an order that reduces or opposes a held position is its exit.
  if (!order.symbol.includes(':')) return 'long';
  const closes =
    order.reduceOnly === true ||
    order.conditional ||
    heldKeys.has(`${order.symbol} ${buys ? 'short' : 'long'}`);
  return closes === buys ? 'short' : 'long';
}

/** Groups what is open at the exchange into candidates, without what a position already has. */
export function toCandidates({ orders, exchangePositions }: OpenAtExchange): Candidate[] {
  const found = new Map<string, Candidate>();
  const at = (symbol: string, side: Side): Candidate => {
    const key = `${symbol} ${side}`;
    const known = found.get(key) ?? { key, symbol, side, held: undefined, entries: [], exits: [] };
    found.set(key, known);
    return known;
  };
  const heldKeys = new Set(exchangePositions.map(({ symbol, side }) => `${symbol} ${side}`));
  for (const held of exchangePositions) {
    if (held.positionId === undefined) at(held.symbol, held.side).held = held;
  }
  for (const order of orders) {
    if (order.positionId !== undefined) continue;
    const side = toPositionSide(order, heldKeys);
    const candidate = at(order.symbol, side);
    const isEntry = (order.side === 'buy') === (side === 'long');
    (isEntry ? candidate.entries : candidate.exits).push(order);
  }
  return [...found.values()].sort((a, b) => a.key.localeCompare(b.key));
}

/** @returns the largest exit's amount: the best guess of how much of a spot balance belongs to the position. */
export function suggestAmount({ exits }: Candidate): string {
  return exits.map(({ amount }) => amount).sort((a, b) => compare(b, a))[0] ?? '';
}

/** @returns the command for the ticked orders. Without an entry order, the amount declares the size. */
export function toAdoptInput(
  candidate: Candidate,
  account: string,
  ticked: ReadonlySet<string>,
  declaredAmount: string,
): CommandInput<'positions.adopt'> {
  const toTickedIds = (orders: OpenOrderView[]) =>
    orders.map(({ orderId }) => orderId).filter((id) => ticked.has(id));
  const exitOrderIds = toTickedIds(candidate.exits);
  return {
    account,
    symbol: candidate.symbol,
    side: candidate.side,
    ...toSize(toTickedIds(candidate.entries), declaredAmount.trim()),
    ...(exitOrderIds.length > 0 ? { exitOrderIds } : {}),
  };
}

function toSize(entryOrderIds: string[], amount: string) {
  if (entryOrderIds.length > 0) return { entryOrderIds };
  return amount === '' ? {} : { amount };
}
