import { placeAlgoOrder } from '../../infra/simulator/core/algo-orders.ts';
import type { AlgoOrder, MarketKind, Order, Side as OrderSide } from '../../infra/simulator/core/model.ts';
import type { CommandInput, PositionView } from '../../lib/admin/contract/commands.ts';
import type { AccountOptions, Environment, ExchangeAccount } from './environment.ts';

/** One of the four sorts of positions. */
export interface Kind {
  name: string;
  exchange: 'binance' | 'binanceusdm' | 'okx' | 'kucoin' | 'bitget' | 'gate' | 'kraken';
  market: MarketKind;
  side: 'long' | 'short';
  entrySide: OrderSide;
  exitSide: OrderSide;
  symbolOf(base: string): string;
  /** The type of its close order, if it is not MARKET. */
  closeType?: 'limit';
  /** The path of the requests that create and read an order. */
  create: string;
  /** The request that cancels one. */
  cancel: { method: string; path: string };
}

const spot = {
  exchange: 'binance',
  market: 'spot',
  symbolOf: (base: string) => `${base}/USDT`,
  create: '/api/v3/order',
  cancel: { method: 'DELETE', path: '/api/v3/order' },
} as const;
const perpetual = {
  exchange: 'binanceusdm',
  market: 'usdm',
  symbolOf: (base: string) => `${base}/USDT:USDT`,
  create: '/fapi/v1/order',
  cancel: { method: 'DELETE', path: '/fapi/v1/order' },
} as const;
const long = { side: 'long', entrySide: 'buy', exitSide: 'sell' } as const;
const short = { side: 'short', entrySide: 'sell', exitSide: 'buy' } as const;

export const spotLong: Kind = { name: 'a spot long', ...spot, ...long };
export const spotShort: Kind = { name: 'a spot short', ...spot, ...short };
export const perpetualLong: Kind = { name: 'a long perpetual', ...perpetual, ...long };
export const perpetualShort: Kind = { name: 'a short perpetual', ...perpetual, ...short };
export const kinds = [spotLong, spotShort, perpetualLong, perpetualShort];
/** The same at OKX. */
export const okxKinds: Kind[] = kinds.map((kind) => ({
  ...kind,
  name: `${kind.name} at OKX`,
  exchange: 'okx',
  create: '/api/v5/trade/order',
  cancel: { method: 'POST', path: '/api/v5/trade/cancel-order' },
}));
/** KuCoin spot, where no exits of Ripcord rest. */
export const kucoinKinds: Kind[] = [spotLong, spotShort].map((kind) => ({
  ...kind,
  name: `${kind.name} at KuCoin`,
  exchange: 'kucoin',
  create: '/api/v1/hf/orders/sync',
  cancel: { method: 'DELETE', path: '/api/v1/hf/orders/sync/*' },
}));
const limitClose: Kind = { ...spotShort, closeType: 'limit' };
/** Bitget spot, which holds no exits either. A MARKET buy has its size in quote currency, so a short is bought back by LIMIT. */
export const bitgetKinds: Kind[] = [spotLong, limitClose].map((kind) => ({
  ...kind,
  name: `${kind.name} at Bitget`,
  exchange: 'bitget',
  create: '/api/v2/spot/trade/place-order',
  cancel: { method: 'POST', path: '/api/v2/spot/trade/cancel-order' },
}));
/** The same at Gate. */
export const gateKinds: Kind[] = [spotLong, limitClose].map((kind) => ({
  ...kind,
  name: `${kind.name} at Gate`,
  exchange: 'gate',
  create: '/api/v4/spot/orders',
  cancel: { method: 'DELETE', path: '/api/v4/spot/orders/*' },
}));
/** Kraken spot, where a MARKET order of either side has its size in base currency. */
export const krakenKinds: Kind[] = [spotLong, spotShort].map((kind) => ({
  ...kind,
  name: `${kind.name} at Kraken`,
  exchange: 'kraken',
  create: '/0/private/AddOrder',
  cancel: { method: 'POST', path: '/0/private/CancelOrder' },
}));
export const perpetuals = [perpetualLong, perpetualShort];

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

type Placed = Parameters<Environment['core']['placeOrder']>[0];

function place(trader: Trader, order: Omit<Placed, 'apiKey' | 'market' | 'symbol'>): Order | AlgoOrder {
  return trader.environment.core.placeOrder({
    apiKey: trader.apiKey,
    market: trader.kind.market,
    symbol: trader.id,
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

/**
 * Take-profit at 3200 and stop at 2700 for a long of ETH, 2800 and 3300 for a short: on spot an OCO, or two orders at
 * OKX.
 */
export function placeExits(trader: Trader, amount: string, takeProfitAmount = amount): Exits {
  const { kind, environment, apiKey } = trader;
  const isLong = kind.side === 'long';
  if (kind.market === 'usdm') {
    const exit = { side: kind.exitSide, reduceOnly: true };
    return {
      takeProfit: place(trader, {
        ...exit,
        type: 'take_profit_market',
        amount: takeProfitAmount,
        stopPrice: isLong ? '3200' : '2800',
      }).id,
      stop: place(trader, { ...exit, type: 'stop_market', amount, stopPrice: isLong ? '2700' : '3300' }).id,
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
    ...(entryOrders.length === 0 ? {} : { entryOrderIds: entryOrders.map(({ id }) => String(id)) }),
    ...(exitOrders.length === 0 ? {} : { exitOrderIds: exitOrders.map(String) }),
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
