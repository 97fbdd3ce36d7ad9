import type { CommandInput, CommandResult, OpenOrderView } from '../../../lib/admin/contract/commands.ts';
import { isDecimal } from '../exits/exit-choices.ts';
import { compare, formatAmount, formatPrice, sum } from '../format.ts';
import { marketName, toBaseCurrency } from '../labels.ts';

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

/**
 * @returns the orders that are ticked at first: no entry order that may be of another position or add to one. On spot, exit
 * orders share the coins of all positions, so they are not certain either.
 */
export function toCertainOrders({ symbol, held, entries, exits }: Candidate): string[] {
  const onlyOrder = held === undefined && exits.length === 0 && entries.length === 1 ? entries : [];
  const certainExits = symbol.includes(':') && held !== undefined ? exits : [];
  return [...onlyOrder, ...certainExits].map(({ orderId }) => orderId);
}

/** As in the contract. */
const maxOrders = 20;

export interface Adoption {
  /** What the position would be, in sentences. */
  sentences: string[];
  warnings: string[];
  isComplete: boolean;
}

/** @returns what the position of the ticked orders would be. */
export function describeAdoption(
  candidate: Candidate,
  ticked: ReadonlySet<string>,
  declaredAmount: string,
): Adoption {
  const entries = candidate.entries.filter(({ orderId }) => ticked.has(orderId));
  const exits = candidate.exits.filter(({ orderId }) => ticked.has(orderId));
  const amount = entries.length > 0 ? totalAmount(entries) : declaredAmount.trim();
  if (!isDecimal(amount)) return { sentences: [toMissing(candidate)], warnings: [], isComplete: false };
  const isTooMany = entries.length > maxOrders || exits.length > maxOrders;
  return {
    sentences: [describeSize(candidate, entries, amount), describeExitOrders(exits)],
    warnings: [
      ...(isTooMany
        ? [`A position has at most ${maxOrders} entry orders and ${maxOrders} exit orders. Tick fewer.`]
        : []),
      ...warnOfHeld(candidate, entries),
      ...warnOfExits(exits, amount, toBaseCurrency(candidate.symbol)),
      ...warnOfOthers(candidate.exits.length - exits.length),
    ],
    isComplete: !isTooMany,
  };
}

export function totalAmount(orders: readonly OpenOrderView[]): string {
  return sum(orders.map(({ amount }) => amount));
}

function toMissing({ entries }: Candidate): string {
  return entries.length > 0
    ? 'Tick the entry orders of the position, or enter its amount.'
    : 'Enter the amount of the position.';
}

function describeSize({ symbol, side, entries: [any] }: Candidate, entries: OpenOrderView[], amount: string) {
  const step = any?.amountStep ?? '0.00000001';
  const base = toBaseCurrency(symbol);
  const size = `${side === 'long' ? 'Long' : 'Short'} ${formatAmount(amount, step)} ${base} in ${marketName(symbol)}`;
  if (entries.length === 0) return `${size}, which the account already holds.`;
  const filled = sum(entries.map((order) => order.filled));
  const orders = entries.length === 1 ? '1 entry order' : `${entries.length} entry orders`;
  return `${size} by ${orders}, of which ${formatAmount(filled, step)} ${base} has filled.`;
}

function describeExitOrders(exits: OpenOrderView[]): string {
  if (exits.length === 0) return 'No exit orders: a close cancels none.';
  return `A close cancels ${exits.length === 1 ? '1 exit order' : `${exits.length} exit orders`}: ${exits.map(describeOrder).join('; ')}.`;
}

/** @returns "sell 1 ETH at 3,200.00". */
export function describeOrder(order: OpenOrderView): string {
  const { side, symbol, amount, amountStep, priceStep } = order;
  const at = order.price ?? order.triggerPrice;
  const price = at === undefined ? '' : ` at ${formatPrice(at, priceStep)}`;
  return `${side} ${formatAmount(amount, amountStep)} ${toBaseCurrency(symbol)}${price}`;
}

function warnOfHeld({ held, symbol }: Candidate, entries: OpenOrderView[]): string[] {
  if (held === undefined || entries.length === 0) return [];
  const base = toBaseCurrency(symbol);
  return [
    `The ${held.amount} ${base} that the account holds is not part of it. To adopt that, tick no entry order.`,
  ];
}

function warnOfOthers(count: number): string[] {
  if (count === 0) return [];
  return [
    count === 1
      ? '1 exit order is not ticked. A close leaves it open. On spot, what it holds stays locked.'
      : `${count} exit orders are not ticked. A close leaves them open. On spot, what they hold stays locked.`,
  ];
}

/** Only LIMIT orders: of conditional ones, one may cancel another. */
function warnOfExits(exits: OpenOrderView[], amount: string, base: string): string[] {
  const total = totalAmount(exits.filter(({ conditional }) => !conditional));
  if (compare(total, amount) <= 0) return [];
  return [
    `The ticked LIMIT exit orders are for ${total} ${base}, more than the position's ${amount} ${base}.`,
  ];
}
