import { type Amount, decimal, isPositive, sum, toAmount } from '../../amount.ts';
import {
  type Exchange,
  type ExchangeOrder,
  entrySide,
  exitSide,
  type MarketRules,
  type OrderSide,
} from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import { addFees } from '../../position/order-sync.ts';
import { isFinal, type Position, parseEntryClientOrderId } from '../../position/position.ts';
import { computeTotals, toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import type { CommandInput } from '../contract/commands.ts';
import { fetchPositionMode, newPosition, newPositionId } from './create.ts';

/**
 * Takes over what exists at the exchange. Every order is looked up there: it has to exist, and to be of this
 * symbol and side. Throws `invalid-input`, `order-not-found`, `market-not-found`, `account-not-found`.
 */
export async function adoptPosition(
  services: Services,
  input: CommandInput<'positions.adopt'>,
  exchangeId: Position['exchange'],
): Promise<Position> {
  const exchange = await services.exchanges.of(input.account);
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
    fetchPositionMode(exchange, market, input.side),
    exchange.fetchPrice(market).catch(() => undefined),
  ]);
  const stated =
    entryIds.length > 0
      ? undefined
      : statedAmount(input, market, holding, await heldByOthers(services, input));
  const position = newPosition(services, {
    positionId: newPositionId(services),
    account: input.account,
    exchange: exchangeId,
    side: input.side,
    label: input.label,
    market,
    hedged: holding.hedged,
    declaredSize: stated,
    entryOrders: entries.map((view) => toOrderRecord(view)),
    // Beside a stated amount, what an exit had filled before is not part of that amount any more.
    exitOrders: exits.map((view) => ({
      ...toOrderRecord(view),
      ...(stated === undefined ? {} : { filledBefore: view.filled }),
    })),
    price,
  });
  const known: Position = {
    ...position,
    entryOrders: await addFees(exchange, position, position.entryOrders),
  };
  await refuseOpened(services, known);
  if (!(await services.store.createPosition(known)))
    throw new Fault('conflict', 'That position id is taken. Adopt the position again.');
  try {
    // After the position, so that whoever finds a name taken finds its holder too.
    for (const orderId of entryIds) await takeOrder(services, known, orderId);
  } catch (thrown) {
    await services.store.deletePosition(known.positionId);
    throw thrown;
  }
  return known;
}

/** An entry order belongs to one position: two of them would each close all of it. */
async function takeOrder(services: Services, position: Position, orderId: string): Promise<void> {
  const name = `order#${position.account}#${position.symbol}#${orderId}`;
  const holderId = await services.store.reserve(name, position.positionId);
  if (holderId === position.positionId) return;
  const holder = await services.store.readPosition(holderId);
  if (holder !== undefined) throw taken(orderId, holder);
  // Its holder was forgotten.
  if ((await services.store.reserve(name, position.positionId, holderId)) !== position.positionId)
    throw new Fault('conflict', `Order ${orderId} is being adopted by somebody else just now.`);
}

/** One that is over keeps its orders: what they bought was sold, and would be sold once more. */
function taken(orderId: string, { positionId, state }: Position): Fault {
  return new Fault(
    'conflict',
    isFinal(state)
      ? `Order ${orderId} was the entry of ${positionId}, which is ${state}: what it bought would be closed a second time. Adopt the entry of the new position, or forget ${positionId} first.`
      : `Order ${orderId} belongs to ${positionId} already. Make links for that position, or forget it first.`,
  );
}

/** The orders that `positions.open` has placed take no name, but tell by their client order id whose they are. */
async function refuseOpened(services: Services, { entryOrders }: Position): Promise<void> {
  for (const { orderId = '', clientOrderId } of entryOrders) {
    const holderId = clientOrderId === undefined ? undefined : parseEntryClientOrderId(clientOrderId);
    const holder = holderId === undefined ? undefined : await services.store.readPosition(holderId);
    if (holder !== undefined) throw taken(orderId, holder);
  }
}

/** What other open positions hold of a perpetual is not there to be adopted again. */
async function heldByOthers(services: Services, input: CommandInput<'positions.adopt'>): Promise<Amount> {
  const positions = await services.store.listPositions('open');
  return sum(
    positions
      .filter((other) => other.account === input.account && other.symbol === input.symbol)
      .filter((other) => other.side === input.side && !isFinal(other.state))
      .map((other) => computeTotals(other).remaining),
  );
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}

async function findOrder(
  exchange: Exchange,
  market: MarketRules,
  orderId: string,
  role: 'entry' | 'exit',
  side: Position['side'],
): Promise<ExchangeOrder> {
  const order =
    (await exchange.fetchOrder(market, { orderId })) ??
    // Stop and take-profit orders of perpetuals may live in a book of their own.
    (role === 'exit' && market.kind === 'perpetual'
      ? await exchange.fetchOrder(market, { orderId, conditional: true })
      : undefined);
  if (order === undefined)
    throw new Fault(
      'order-not-found',
      `The exchange knows no ${role} order ${orderId} in ${market.symbol}. Check the id, the symbol and the account.`,
    );
  if (order.symbol !== market.symbol)
    throw new Fault(
      'invalid-input',
      `Order ${orderId} is in ${order.symbol}, not in ${market.symbol}. Adopt it with its own symbol.`,
    );
  const expected: OrderSide = role === 'entry' ? entrySide(side) : exitSide(side);
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
}

function statedAmount(
  input: CommandInput<'positions.adopt'>,
  market: MarketRules,
  holding: Awaited<ReturnType<typeof fetchPositionMode>>,
  taken: Amount,
): NonNullable<Position['declaredSize']> {
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
  const free = toAmount(decimal(holding.amount).minus(taken));
  if (!isPositive(free))
    throw new Fault(
      'conflict',
      `All of the account's ${market.symbol} position (${holding.amount} ${market.base}) belongs to other positions already. Make links for those, or forget them first.`,
    );
  if (input.amount !== undefined && decimal(input.amount).gt(free))
    throw new Fault(
      'invalid-input',
      `The account's ${market.symbol} position is ${holding.amount} ${market.base}${isPositive(taken) ? `, of which ${free} belong to no other position` : ''}, less than the amount ${input.amount}.`,
    );
  return { amount: input.amount ?? free, averagePrice: holding.averagePrice };
}
