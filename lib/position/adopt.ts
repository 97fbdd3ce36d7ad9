import type { CommandInput } from '../admin/commands.ts';
import { decimal, isPositive } from '../amount.ts';
import type { Engine } from '../engine.ts';
import {
  type Exchange,
  entrySideOf,
  exitSideOf,
  type MarketRules,
  type OrderSide,
  type OrderView,
} from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import { holdingOf, newPosition } from './create.ts';
import { addFees } from './look.ts';
import type { Position } from './position.ts';
import { recordOf } from './tally.ts';

/**
 * Takes over what exists at the exchange. Every order is looked up there: it has to exist, and to be of this
 * symbol and side. Throws `invalid-input`, `unknown-order`, `unknown-market`, `unknown-account`.
 */
export const adoptPosition = async (
  engine: Engine,
  input: CommandInput<'positions.adopt'>,
  exchangeId: Position['exchange'],
): Promise<Position> => {
  const exchange = await engine.exchanges.of(input.account);
  const market = await exchange.loadMarket(input.symbol);
  const entryIds = unique(input.entryOrderIds ?? []);
  const exitIds = unique(input.exitOrderIds ?? []);
  const both = entryIds.find((id) => exitIds.includes(id));
  if (both !== undefined)
    throw new Fault(
      'invalid-input',
      `Order ${both} is named both as an entry and as an exit. Expected one of them.`,
    );

  const [entries, exits, holding, price] = await Promise.all([
    Promise.all(entryIds.map((id) => findOrder(exchange, market, id, 'entry', input.side))),
    Promise.all(exitIds.map((id) => findOrder(exchange, market, id, 'exit', input.side))),
    holdingOf(exchange, market, input.side),
    exchange.fetchPrice(market).catch(() => undefined),
  ]);
  const stated = entryIds.length > 0 ? undefined : statedAmount(input, market, holding);
  const position = newPosition(engine, {
    positionId: `pos_${engine.newMark().slice(0, 12)}`,
    account: input.account,
    exchange: exchangeId,
    side: input.side,
    label: input.label,
    market,
    hedged: holding.hedged,
    stated,
    entries: entries.map((view) => recordOf(view)),
    // Beside a stated amount, what an exit had filled before is not part of that amount any more.
    exits: exits.map((view) => ({
      ...recordOf(view),
      ...(stated === undefined ? {} : { filledBefore: view.filled }),
    })),
    price,
  });
  const known: Position = { ...position, entries: await addFees(exchange, position, position.entries) };
  if (!(await engine.table.createPosition(known)))
    throw new Fault('conflict', 'That position id is taken. Adopt the position again.');
  return known;
};

const unique = (ids: string[]): string[] => [...new Set(ids)];

const findOrder = async (
  exchange: Exchange,
  market: MarketRules,
  orderId: string,
  role: 'entry' | 'exit',
  side: Position['side'],
): Promise<OrderView> => {
  const order =
    (await exchange.fetchOrder(market, { orderId })) ??
    // Stop and take-profit orders of perpetuals may live in a book of their own.
    (role === 'exit' && market.kind === 'perpetual'
      ? await exchange.fetchOrder(market, { orderId, conditional: true })
      : undefined);
  if (order === undefined)
    throw new Fault(
      'unknown-order',
      `The exchange knows no ${role} order ${orderId} in ${market.symbol}. Check the id, the symbol and the account.`,
    );
  if (order.symbol !== market.symbol)
    throw new Fault(
      'invalid-input',
      `Order ${orderId} is in ${order.symbol}, not in ${market.symbol}. Adopt it with its own symbol.`,
    );
  const expected: OrderSide = role === 'entry' ? entrySideOf(side) : exitSideOf(side);
  if (order.side !== expected)
    throw new Fault(
      'invalid-input',
      `Order ${orderId} is a ${order.side}, but the ${role} of a ${side} is a ${expected}. Check the side, or name it as the other kind.`,
    );
  if (order.positionSide !== undefined && order.positionSide !== side)
    throw new Fault(
      'invalid-input',
      `Order ${orderId} belongs to the ${order.positionSide} side of a hedged account, and this is a ${side}.`,
    );
  return order;
};

const statedAmount = (
  input: CommandInput<'positions.adopt'>,
  market: MarketRules,
  holding: Awaited<ReturnType<typeof holdingOf>>,
): NonNullable<Position['stated']> => {
  if (market.kind === 'spot') {
    if (input.amount === undefined)
      throw new Fault(
        'invalid-input',
        `Nothing says what the position is. Expected entryOrderIds, or the amount of ${market.base} that belongs to it.`,
      );
    return { amount: input.amount };
  }
  if (holding.side === undefined || !isPositive(holding.amount))
    throw new Fault(
      'invalid-input',
      `The account holds no ${market.symbol} position. Expected entryOrderIds, or an existing position.`,
    );
  if (holding.side !== input.side)
    throw new Fault(
      'invalid-input',
      `The account's ${market.symbol} position is a ${holding.side} of ${holding.amount}, not a ${input.side}.`,
    );
  if (input.amount !== undefined && decimal(input.amount).gt(holding.amount))
    throw new Fault(
      'invalid-input',
      `The account's ${market.symbol} position is ${holding.amount} ${market.base}, less than the amount ${input.amount}.`,
    );
  return { amount: input.amount ?? holding.amount, averagePrice: holding.averagePrice };
};
