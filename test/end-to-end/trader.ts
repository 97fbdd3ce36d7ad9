import type { AlgoOrder, MarketKind, Order, Side as OrderSide } from '../../infra/simulator/core/model.ts';
import type { CommandInput, PositionView } from '../../lib/admin/contract/commands.ts';
import type { Trader, TraderOptions, World } from './environment.ts';

/** One of the four sorts of positions. */
export interface Kind {
  name: string;
  exchange: 'binance' | 'binanceusdm';
  market: MarketKind;
  side: 'long' | 'short';
  entrySide: OrderSide;
  exitSide: OrderSide;
  symbolOf(base: string): string;
}

const spot = {
  exchange: 'binance',
  market: 'spot',
  symbolOf: (base: string) => `${base}/USDT`,
} as const;
const perpetual = {
  exchange: 'binanceusdm',
  market: 'usdm',
  symbolOf: (base: string) => `${base}/USDT:USDT`,
} as const;
const long = { side: 'long', entrySide: 'buy', exitSide: 'sell' } as const;
const short = { side: 'short', entrySide: 'sell', exitSide: 'buy' } as const;

export const spotLong: Kind = { name: 'a spot long', ...spot, ...long };
export const spotShort: Kind = { name: 'a spot short', ...spot, ...short };
export const perpetualLong: Kind = { name: 'a long perpetual', ...perpetual, ...long };
export const perpetualShort: Kind = { name: 'a short perpetual', ...perpetual, ...short };
export const kinds = [spotLong, spotShort, perpetualLong, perpetualShort];
export const perpetuals = [perpetualLong, perpetualShort];

/** What the simulated exchange's markets begin with, and prices around them. */
const prices = {
  ETH: { now: '3000', below: '2900', above: '3100' },
  XRP: { now: '0.5', below: '0.49', above: '0.51' },
  DOGE: { now: '0.2', below: '0.19', above: '0.21' },
} as const;
export type Base = keyof typeof prices;

/** A trader and what they have at the exchange, on the way to a position. */
export interface Scene extends Trader {
  world: World;
  kind: Kind;
  base: Base;
  /** The venue's name of the market. */
  id: string;
}

/** Opens an account with funds on both sides of every market: other holdings than the position's, too. */
export const newScene = async (
  world: World,
  kind: Kind,
  base: Base = 'ETH',
  options: Partial<TraderOptions> = {},
): Promise<Scene> => {
  const trader = await world.newTrader({
    exchange: kind.exchange,
    balances: { spot: { USDT: '100000', ETH: '5', DOGE: '5000' }, usdm: { USDT: '100000' } },
    ...options,
  });
  return { ...trader, world, kind, base, id: `${base}USDT` };
};

type Placed = Parameters<World['core']['placeOrder']>[0];

const place = (scene: Scene, order: Omit<Placed, 'apiKey' | 'market' | 'symbol'>): Order | AlgoOrder =>
  scene.world.core.placeOrder({
    apiKey: scene.apiKey,
    market: scene.kind.market,
    symbol: scene.id,
    ...order,
  });

/** A resting LIMIT entry, a little away from the price; `filled` of it at once, all or nothing by default. */
export const placeEntry = (
  scene: Scene,
  { amount = '1', filled, ...over }: Partial<Placed> & { filled?: string | 'all' } = {},
): Order => {
  const { below, above } = prices[scene.base];
  const order = place(scene, {
    side: scene.kind.entrySide,
    type: 'limit',
    timeInForce: 'GTC',
    amount,
    price: scene.kind.side === 'long' ? below : above,
    ...over,
  }) as Order;
  if (filled !== undefined)
    scene.world.core.fill({ orderId: order.id, ...(filled === 'all' ? {} : { amount: filled }) });
  return order;
};

export interface Exits {
  takeProfit: number;
  stop: number;
}

/** Take-profit at 3200 and stop at 2700 for a long of ETH, 2800 and 3300 for a short: an OCO on spot. */
export const placeExits = (scene: Scene, amount: string, takeProfitAmount = amount): Exits => {
  const { kind, world, apiKey } = scene;
  const isLong = kind.side === 'long';
  if (kind.market === 'usdm') {
    const exit = { side: kind.exitSide, reduceOnly: true };
    return {
      takeProfit: place(scene, {
        ...exit,
        type: 'take_profit_market',
        amount: takeProfitAmount,
        stopPrice: isLong ? '3200' : '2800',
      }).id,
      stop: place(scene, { ...exit, type: 'stop_market', amount, stopPrice: isLong ? '2700' : '3300' }).id,
    };
  }
  const takeProfit = { type: 'limit_maker', price: isLong ? '3200' : '2800' } as const;
  const stop = {
    type: 'stop_limit',
    timeInForce: 'GTC',
    triggerPrice: isLong ? '2700' : '3300',
    price: isLong ? '2690' : '3310',
  } as const;
  const { orderIds } = world.core.placeOco({
    apiKey,
    symbol: scene.id,
    side: kind.exitSide,
    amount,
    ...(isLong ? { above: takeProfit, below: stop } : { above: stop, below: takeProfit }),
  });
  const [above = 0, below = 0] = orderIds;
  return isLong ? { takeProfit: above, stop: below } : { takeProfit: below, stop: above };
};

/** Has the market's price at the exchange moved. */
export const movePrice = (scene: Scene, price: string): void => {
  scene.world.core.setPrice({ market: scene.kind.market, symbol: scene.id, price });
};

/** The trader trades at the exchange themselves. */
export const tradeByHand = (
  scene: Scene,
  side: OrderSide,
  amount: string,
  over: Partial<Placed> = {},
): Order => place(scene, { side, type: 'market', amount, ...over }) as Order;

export const adopt = async (
  scene: Scene,
  input: Omit<Partial<CommandInput<'positions.adopt'>>, 'entryOrderIds' | 'exitOrderIds'> & {
    entries?: Order[];
    exits?: number[];
  },
): Promise<PositionView> => {
  const { entries = [], exits = [], ...rest } = input;
  const { position } = await scene.world.admin('positions.adopt', {
    account: scene.account,
    symbol: scene.kind.symbolOf(scene.base),
    side: scene.kind.side,
    ...(entries.length === 0 ? {} : { entryOrderIds: entries.map(({ id }) => String(id)) }),
    ...(exits.length === 0 ? {} : { exitOrderIds: exits.map(String) }),
    ...rest,
  });
  return position;
};

/** What the account holds of the market's base, by the exchange's books: free and locked, or the signed position. */
export const holdingOf = (scene: Scene, positionSide = 'BOTH'): string => {
  const account = scene.world.core.accountOf(scene.apiKey);
  if (scene.kind.market === 'usdm') return account.positions[`${scene.id}:${positionSide}`]?.amount ?? '0';
  const { free, locked } = account.spot[scene.base] ?? { free: '0', locked: '0' };
  return String(Number(free) + Number(locked));
};
