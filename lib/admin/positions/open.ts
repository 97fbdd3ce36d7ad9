import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../../amount.ts';
import { type Exchange, entrySide, type MarketRules } from '../../exchange/exchange.ts';
import { Fault } from '../../fault.ts';
import { addFees } from '../../position/order-sync.ts';
import { formatClientOrderId, type OrderRecord, type Position } from '../../position/position.ts';
import { pollAttempts, pollIntervalMs, sendWindowMs } from '../../position/timing.ts';
import { toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import type { CommandInput } from '../contract/commands.ts';
import { fetchPositionMode, newPosition, newPositionId } from './create.ts';

/**
 * Places the entry itself. The request id is taken for the position, and the position is durable, before its order
 * is sent; so asking again finds it and never sends a second order, whatever became of the first answer. Positions
 * that were forgotten keep their request ids: what they had sent must not be taken for another position's.
 */
export async function openPosition(
  services: Services,
  input: CommandInput<'positions.open'>,
  exchangeId: Position['exchange'],
): Promise<Position> {
  const earlier = await services.store.readReservation(requestName(input));
  if (earlier !== undefined && earlier !== refused) return sameRequest(services, earlier, input);
  const positionId = newPositionId(services);

  const exchange = await services.exchanges.of(input.account);
  const market = await exchange.loadMarket(input.symbol);
  const [holding, price] = await Promise.all([
    fetchPositionMode(exchange, market, input.side),
    exchange.fetchPrice(market),
  ]);
  const size = sizeOf(input, market, price);
  const sentAt = services.now();
  const clientOrderId = formatClientOrderId(positionId, 'entry', 1);
  const entry: OrderRecord = {
    clientOrderId,
    type: input.type,
    status: 'unconfirmed',
    amount: size.amount,
    price: input.price,
    filled: '0',
    sendDeadline: sentAt + sendWindowMs,
  };
  const position = newPosition(services, {
    positionId,
    account: input.account,
    exchange: exchangeId,
    side: input.side,
    label: input.label,
    market,
    hedged: holding.hedged,
    entryOrders: [entry],
    exitOrders: [],
    price,
  });
  const holder = await services.store.reserve(requestName(input), positionId, refused);
  if (holder !== positionId) return sameRequest(services, holder, input);
  if (!(await services.store.createPosition(position)))
    throw new Fault('conflict', 'That position id is taken. Use a new requestId.');

  const result = await exchange.createEntryOrder(market, {
    clientOrderId,
    side: entrySide(input.side),
    positionSide: input.side,
    hedged: holding.hedged,
    type: input.type,
    price: input.price,
    amount: size.cost === undefined ? size.amount : undefined,
    cost: size.cost,
    sendDeadline: sentAt + sendWindowMs,
  });
  if (result.kind === 'rejected' && result.reason !== 'duplicate-id') {
    await services.store.deletePosition(positionId);
    // Provably nothing was executed: the request may be made again.
    await services.store.reserve(requestName(input), refused, positionId);
    const wasSent =
      result.reason !== 'too-late' && result.reason !== 'no-connection' && result.code !== 'rate-limit';
    throw new Fault(
      wasSent ? 'exchange-refused' : 'exchange-unreachable',
      `${wasSent ? 'The exchange refused the entry' : 'The entry was not sent'}: ${result.message}. Nothing was opened.`,
    );
  }
  const entries =
    result.kind === 'accepted'
      ? [acceptedEntry(toOrderRecord(result.order, entry), size.amount)]
      : await lookForEntry(exchange, position, entry);
  const told = { entryOrders: await addFeesIfTold(exchange, position, entries) };
  return (await services.store.savePosition(position, told)) ?? { ...position, ...told };
}

/** An acknowledgement of an order sized by its cost names no amount yet: the estimate stands until it is read. */
function acceptedEntry(entry: OrderRecord, estimate: Amount): OrderRecord {
  return entry.status === 'live' && !isPositive(entry.amount) ? { ...entry, amount: estimate } : entry;
}

/** The answer was lost: one look. If it finds nothing, the entry stays `unseen` for the sweep to find out. */
async function lookForEntry(
  exchange: Exchange,
  position: Position,
  entry: OrderRecord,
): Promise<OrderRecord[]> {
  try {
    const view = await exchange.fetchOrder(position.market, { clientOrderId: entry.clientOrderId });
    return [view === undefined ? entry : toOrderRecord(view, entry)];
  } catch {
    return [entry];
  }
}

async function addFeesIfTold(
  exchange: Exchange,
  position: Position,
  entries: OrderRecord[],
): Promise<OrderRecord[]> {
  try {
    return await addFees(exchange, position, entries);
  } catch {
    // The order is placed and known; its fee is asked for again by the sweep or the trigger.
    return entries;
  }
}

/** Who holds the name of a request that the exchange refused. */
const refused = 'refused';

function requestName({ account, requestId }: CommandInput<'positions.open'>): string {
  return `request#${account}#${requestId}`;
}

/** What an earlier request of the same id has come to; another order is never sent for it. */
async function sameRequest(
  services: Services,
  positionId: string,
  input: CommandInput<'positions.open'>,
): Promise<Position> {
  let known = await services.store.readPosition(positionId);
  // Whoever took the name writes the position right after it.
  for (let look = 0; look < pollAttempts && known === undefined; look += 1) {
    await services.sleep(pollIntervalMs);
    known = await services.store.readPosition(positionId);
  }
  if (known === undefined)
    throw new Fault(
      'conflict',
      `requestId ${input.requestId} was used already and its position is not there: it was forgotten, or its beginning failed. Look at positions.list, then use a new requestId.`,
    );
  const [entry] = known.entryOrders;
  if (known.symbol === input.symbol && known.side === input.side && entry?.type.includes(input.type))
    return known;
  throw new Fault(
    'conflict',
    `requestId ${input.requestId} has opened ${known.positionId} already, a ${known.side} in ${known.symbol}. Use a new requestId.`,
  );
}

/** How much to order; `cost` only where the venue takes it, and then `amount` is what it should come to. */
function sizeOf(
  input: CommandInput<'positions.open'>,
  market: MarketRules,
  lastPrice: Amount,
): { amount: Amount; cost?: Amount } {
  const price = input.price ?? lastPrice;
  if (
    input.price !== undefined &&
    truncateToStep(input.price, market.priceStep) !== toAmount(decimal(input.price))
  )
    throw new Fault(
      'invalid-input',
      `price ${input.price} is not a multiple of the market's price step ${market.priceStep}.`,
    );
  const isMarket = input.type === 'market';
  const step = isMarket ? larger(market.amountStep, market.marketAmountStep ?? '0') : market.amountStep;
  const least = isMarket ? larger(market.amountMin, market.marketAmountMin ?? '0') : market.amountMin;
  const wanted = input.amount ?? toAmount(decimal(input.cost ?? '0').dividedBy(price));
  const amount = truncateToStep(wanted, step);
  if (!isPositive(amount) || decimal(amount).lt(least))
    throw new Fault(
      'invalid-input',
      `${wanted} ${market.base} is below the market's minimum of ${least} (in steps of ${step}). Expected more.`,
    );
  if (market.costMin !== undefined && decimal(amount).times(price).lt(market.costMin))
    throw new Fault(
      'invalid-input',
      `${amount} ${market.base} is worth less than the market's minimum of ${market.costMin} ${market.quote}. Expected more.`,
    );
  return isMarket && market.kind === 'spot' && input.cost !== undefined
    ? { amount, cost: input.cost }
    : { amount };
}
