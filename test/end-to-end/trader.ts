import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import { placeAlgoOrder } from '../../infra/simulator/core/algo-orders.ts';
import type { AlgoOrder, MarketKind, Order, Side as OrderSide } from '../../infra/simulator/core/model.ts';
import type { ParentExchangeId } from '../../lib/account/account.ts';
import type { CommandInput, PositionView } from '../../lib/admin/contract/commands.ts';
import { exchangeName } from '../../lib/exchange/exchange-name.ts';
import { binanceFutures, binanceSpot, type TestMarket, testMarkets } from '../lib/exchange/test-markets.ts';
import type { AccountOptions, Environment, ExchangeAccount } from './environment.ts';

/** One of the four sorts of positions. */
export interface Kind {
  name: string;
  exchange: ParentExchangeId;
  market: MarketKind;
  side: 'long' | 'short';
  entrySide: OrderSide;
  exitSide: OrderSide;
  symbolOf(base: string): string;
  /** The type of its close order, if it is not MARKET. */
  closeType?: 'limit';
  feeIn?: 'quote';
  /** The path of the request that creates an order. */
  create: string;
  /** The first request that looks an order up by its client order id. */
  lookUp: { method: string; path: string };
  /** The request that cancels one. */
  cancel: { method: string; path: string };
}

const sides = {
  long: { side: 'long', entrySide: 'buy', exitSide: 'sell' },
  short: { side: 'short', entrySide: 'sell', exitSide: 'buy' },
} as const;

function toKind(market: TestMarket, side: keyof typeof sides, name: string): Kind {
  const { exchange, create, cancel, fetch, fetchByClientId: lookUp = fetch, buysBackBy, feeIn } = market;
  return {
    ...{ name, exchange, market: market.market, create: create.path, cancel, lookUp },
    ...(feeIn === undefined ? {} : { feeIn }),
    ...sides[side],
    symbolOf: (base) => (market.market === 'spot' ? `${base}/USDT` : `${base}/USDT:USDT`),
    ...(side === 'short' && buysBackBy !== undefined ? { closeType: buysBackBy } : {}),
  };
}

export const spotLong = toKind(binanceSpot, 'long', 'a spot long');
export const spotShort = toKind(binanceSpot, 'short', 'a spot short');
export const perpetualLong = toKind(binanceFutures, 'long', 'a long perpetual');
export const perpetualShort = toKind(binanceFutures, 'short', 'a short perpetual');
export const kinds = [spotLong, spotShort, perpetualLong, perpetualShort];
export const perpetuals = [perpetualLong, perpetualShort];

/** The same at every other exchange. */
export const otherKinds = testMarkets
  .filter((market) => market !== binanceSpot && market !== binanceFutures)
  .flatMap((market) =>
    kinds
      .filter((kind) => kind.market === market.market)
      .map(({ side, name }) => toKind(market, side, `${name} at ${exchangeName(market.exchange)}`)),
  );

/** What the simulated exchange's markets begin with, and prices around them. */
const prices = {
  ETH: { now: '3000', below: '2900', above: '3100' },
  XRP: { now: '0.5', below: '0.49', above: '0.51' },
  DOGE: { now: '0.2', below: '0.19', above: '0.21' },
} as const;
export type Base = keyof typeof prices;

/** A trader and what they have at the exchange, on the way to a position. */
export interface Trader extends ExchangeAccount {
  environment: Environment;
  kind: Kind;
  base: Base;
  /** The venue's name of the market. */
  id: string;
}

/** Opens an account with funds on both sides of every market: other holdings than the position's, too. */
export async function newTrader(
  environment: Environment,
  kind: Kind,
  base: Base = 'ETH',
  options: Partial<AccountOptions> = {},
): Promise<Trader> {
  const trader = await environment.newAccount({
    exchange: kind.exchange,
    balances: { spot: { USDT: '100000', ETH: '5', DOGE: '5000' }, usdm: { USDT: '100000' } },
    ...options,
  });
  return { ...trader, environment, kind, base, id: `${base}USDT` };
}

/** Whether its entry paid a fee in base currency: 0.1 % of what it bought. */
export function paidInBase({ market, side, feeIn }: Kind): boolean {
  return market === 'spot' && side === 'long' && feeIn === undefined;
}

/** @returns an order's id as its venue has it. */
export function toId({ exchange, market }: Kind, id: number | string): string {
  return exchange === 'bybit' ? toOrderId({ id: Number(id), market }) : String(id);
}

type Placed = Parameters<Environment['core']['placeOrder']>[0];

function place(trader: Trader, order: Omit<Placed, 'apiKey' | 'market' | 'symbol'>): Order | AlgoOrder {
  return trader.environment.core.placeOrder({
    apiKey: trader.apiKey,
    market: trader.kind.market,
    symbol: trader.id,
    feeIn: trader.kind.feeIn,
    ...order,
  });
}

/** A resting LIMIT entry, a little away from the price; `filled` of it at once, all or nothing by default. */
export function placeEntry(
  trader: Trader,
  { amount = '1', filled, ...over }: Partial<Placed> & { filled?: string | 'all' } = {},
): Order {
  const { below, above } = prices[trader.base];
  const order = place(trader, {
    side: trader.kind.entrySide,
    type: 'limit',
    timeInForce: 'GTC',
    amount,
    price: trader.kind.side === 'long' ? below : above,
    ...over,
  }) as Order;
  if (filled !== undefined)
    trader.environment.core.fill({ orderId: order.id, ...(filled === 'all' ? {} : { amount: filled }) });
  return order;
}

export interface Exits {
  takeProfit: number;
  stop: number;
}

/** At OKX, a stop of spot is in a book of its own and holds no coins. */
function placeApart(trader: Trader, amount: string): Exits {
  const { kind, environment, apiKey, id: symbol } = trader;
  const isLong = kind.side === 'long';
  const stop = placeAlgoOrder(environment.core.state, {
    ...{ account: environment.core.accountOf(apiKey), market: 'spot', symbol, side: kind.exitSide },
    ...{
      type: 'stop_limit',
      amount,
      triggerPrice: isLong ? '2700' : '3300',
      price: isLong ? '2690' : '3310',
    },
  });
  const target = { side: kind.exitSide, type: 'limit', timeInForce: 'GTC', amount } as const;
  return { takeProfit: place(trader, { ...target, price: isLong ? '3200' : '2800' }).id, stop: stop.id };
}

/** At Bybit, conditional orders are in the same book as all others. */
function placeConditional(
  { kind, environment: { core }, apiKey, id: symbol }: Trader,
  order: Pick<Placed, 'amount'> & { type: 'take_profit_market' | 'stop_market'; stopPrice: string },
): number {
  const { stopPrice: triggerPrice, ...rest } = order;
  const account = core.accountOf(apiKey);
  const exit = { side: kind.exitSide, reduceOnly: true, ...rest, triggerPrice };
  return core.acknowledgeOrder({ account, market: kind.market, symbol, ...exit }).id;
}

/**
 * Take-profit at 3200 and stop at 2700 for a long of ETH, 2800 and 3300 for a short: on spot an OCO, or two orders at
 * OKX.
 */
export function placeExits(trader: Trader, amount: string, takeProfitAmount = amount): Exits {
  const { kind, environment, apiKey } = trader;
  const isLong = kind.side === 'long';
  if (kind.market === 'usdm') {
    const placeExit = (order: Parameters<typeof placeConditional>[1]) =>
      kind.exchange === 'bybit'
        ? placeConditional(trader, order)
        : place(trader, { side: kind.exitSide, reduceOnly: true, ...order }).id;
    const [target, stop] = isLong ? ['3200', '2700'] : ['2800', '3300'];
    return {
      takeProfit: placeExit({ type: 'take_profit_market', amount: takeProfitAmount, stopPrice: target }),
      stop: placeExit({ type: 'stop_market', amount, stopPrice: stop }),
    };
  }
  if (kind.exchange === 'okx') return placeApart(trader, amount);
  const takeProfit = { type: 'limit_maker', price: isLong ? '3200' : '2800' } as const;
  const stop = {
    type: 'stop_limit',
    timeInForce: 'GTC',
    triggerPrice: isLong ? '2700' : '3300',
    price: isLong ? '2690' : '3310',
  } as const;
  const { orderIds } = environment.core.placeOco({
    apiKey,
    symbol: trader.id,
    side: kind.exitSide,
    amount,
    ...(isLong ? { above: takeProfit, below: stop } : { above: stop, below: takeProfit }),
  });
  const [above = 0, below = 0] = orderIds;
  return isLong ? { takeProfit: above, stop: below } : { takeProfit: below, stop: above };
}

/** Has the market's price at the exchange moved. */
export function movePrice(trader: Trader, price: string): void {
  trader.environment.core.setPrice({ market: trader.kind.market, symbol: trader.id, price });
}

/** The trader trades at the exchange themselves. */
export function tradeByHand(
  trader: Trader,
  side: OrderSide,
  amount: string,
  over: Partial<Placed> = {},
): Order {
  return place(trader, { side, type: 'market', amount, ...over }) as Order;
}

/** Adopts a filled entry of 1 ETH, without exits. */
export function adoptFilled(trader: Trader, label?: string): Promise<PositionView> {
  const entryOrders = [placeEntry(trader, { filled: 'all' })];
  return adopt(trader, { entryOrders, ...(label === undefined ? {} : { label }) });
}

/** Binance spot refuses orders, as if the account held too little, until `core.clearFaults()`. */
export function refuseOrders({ core }: Pick<Environment, 'core'>): void {
  core.addFault({
    kind: 'status',
    status: 400,
    code: -2010,
    msg: 'Account has insufficient balance for requested action.',
    match: spotOrders,
    times: 99,
  });
}

/** Requests that place an order at Binance spot. */
export const spotOrders = { method: 'POST', path: '/api/v3/order' } as const;

export async function adopt(
  trader: Trader,
  input: Omit<Partial<CommandInput<'positions.adopt'>>, 'entryOrderIds' | 'exitOrderIds'> & {
    entryOrders?: Order[];
    exitOrders?: number[];
  },
): Promise<PositionView> {
  const { entryOrders = [], exitOrders = [], ...rest } = input;
  const { position } = await trader.environment.admin('positions.adopt', {
    account: trader.account,
    symbol: trader.kind.symbolOf(trader.base),
    side: trader.kind.side,
    ...(entryOrders.length === 0
      ? {}
      : { entryOrderIds: entryOrders.map(({ id }) => toId(trader.kind, id)) }),
    ...(exitOrders.length === 0 ? {} : { exitOrderIds: exitOrders.map((id) => toId(trader.kind, id)) }),
    ...rest,
  });
  return position;
}

/** What the account holds of the market's base, by the exchange's books: free and locked, or the signed position. */
export function holdingOf(trader: Trader, positionSide = 'BOTH'): string {
  const account = trader.environment.core.accountOf(trader.apiKey);
  if (trader.kind.market === 'usdm') return account.positions[`${trader.id}:${positionSide}`]?.amount ?? '0';
  const { free, locked } = account.spot[trader.base] ?? { free: '0', locked: '0' };
  return String(Number(free) + Number(locked));
}
