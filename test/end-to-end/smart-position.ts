import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { AlgoOrder, Order } from '../../infra/simulator/core/model.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { type Amount, decimal, isPositive, sum, toAmount } from '../../lib/amount.ts';
import type { Environment } from './environment.ts';
import type { VenueMarket } from './long-position.ts';

export type Opening = Partial<CommandInput<'positions.open'>>;

/** An order that rests at the exchange, on the books that Ripcord can't see into. */
export interface Resting {
  id: string;
  kind: 'entry' | 'target' | 'stop';
  /** What it can still fill. */
  left: Amount;
}

type AnyOrder = Order | AlgoOrder;
const openStatuses = ['new', 'partially_filled', 'pending_new', 'triggering'];
let requests = 0;

/** An account at a venue where BTC is at 60000, and what the exchange's own books say of it. */
export async function newSmartTrader(environment: Environment, { exchange, market }: VenueMarket) {
  const { core } = environment;
  const { apiKey, account } = await environment.newAccount({
    exchange,
    balances: { spot: { USDT: '100000' }, usdm: { USDT: '100000' } },
  });
  const { id: owner } = core.accountOf(apiKey);
  const toVenueId = ({ id }: AnyOrder) => (exchange === 'bybit' ? toOrderId({ id, market }) : String(id));
  const isOpen = (order: AnyOrder) => order.account === owner && openStatuses.includes(order.status);
  const orders = () => [...core.state.orders.values(), ...core.state.algoOrders.values()].filter(isOpen);
  const toResting = (order: AnyOrder): Resting[] => {
    const filled = 'filled' in order ? order.filled : '0';
    const left = toAmount(decimal(order.amount ?? '0').minus(filled));
    return kindsOf(order).map((kind) => ({ id: toVenueId(order), kind, left }));
  };
  const resting = () => orders().flatMap(toResting);
  const find = (id: string) => orders().find((order) => toVenueId(order) === id)?.id ?? 0;
  return {
    account,
    resting,
    open: async (input: Opening) => {
      requests += 1;
      const fixed = { requestId: `smart-${requests}`, account, side: 'long', type: 'market' } as const;
      const symbol = market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT';
      const opening = { ...fixed, symbol, ...input };
      return environment.ask({ command: 'positions.open', ...opening });
    },
    moveTo: (price: string) => core.setPrice({ market, symbol: 'BTCUSDT', price }),
    fill: (id: string, amount?: string) => core.fill({ orderId: find(id), amount }),
    /** A target that came with its entry waits for its price. At that price, the market takes no more than the amount. */
    fillPart: (id: string, amount: string, price: string) => {
      if (core.state.order(find(id)).type.startsWith('limit'))
        return core.fill({ orderId: find(id), amount });
      core.setLiquidity({ market, symbol: 'BTCUSDT', amount });
      core.setPrice({ market, symbol: 'BTCUSDT', price });
      return core.setLiquidity({ market, symbol: 'BTCUSDT', amount: null });
    },
    cancel: (id: string) => core.cancelOrder({ orderId: find(id) }),
    expire: (id: string) => core.expireOrder({ orderId: find(id) }),
    /** As its owner does by hand. */
    sell: (amount: string) =>
      core.placeOrder({
        ...{ apiKey, market, symbol: 'BTCUSDT', side: 'sell', type: 'market', amount },
        ...(market === 'usdm' ? { reduceOnly: true } : {}),
      } as Parameters<typeof core.placeOrder>[0]),
    wallet: () => toWallet(core.accountOf(apiKey), market),
    /** By the exchange's fills. A fee in coins counts at the average entry: so much of it was bought and not sold. */
    profit: () => computeLedgerProfit(core.state.fills.filter((fill) => fill.account === owner)),
  };
}

function kindsOf(order: AnyOrder): Resting['kind'][] {
  if (order.side === 'buy') return ['entry'];
  // One order of Bybit that waits for two prices.
  if ('oco' in order) return ['target', 'stop'];
  return order.type.startsWith('stop') ? ['stop'] : ['target'];
}

/** @returns what the account has in quote currency. */
function toWallet(
  { spot, usdm }: ReturnType<Environment['core']['accountOf']>,
  market: VenueMarket['market'],
): Amount {
  if (market === 'usdm') return usdm.USDT ?? '0';
  const { free, locked } = spot.USDT ?? { free: '0', locked: '0' };
  return sum([free, locked]);
}

function computeLedgerProfit(fills: Environment['core']['state']['fills']) {
  const bought = fills.filter(({ side }) => side === 'buy');
  const sold = fills.filter(({ side }) => side === 'sell');
  const total = (of: typeof fills, field: 'amount' | 'cost' | 'fee') => sum(of.map((fill) => fill[field]));
  const entry = decimal(total(bought, 'cost')).dividedBy(total(bought, 'amount'));
  const realized = decimal(total(sold, 'cost')).minus(entry.times(total(sold, 'amount')));
  const [inCoins, inQuote] = [
    fills.filter(({ feeAsset }) => feeAsset === 'BTC'),
    fills.filter(({ feeAsset }) => feeAsset === 'USDT'),
  ];
  const fees = entry.times(total(inCoins, 'fee')).plus(total(inQuote, 'fee'));
  return {
    realizedProfit: toAmount(realized),
    netProfit: toAmount(realized.minus(fees)),
    fees: [
      { currency: 'BTC', amount: total(inCoins, 'fee') },
      { currency: 'USDT', amount: total(inQuote, 'fee') },
    ].filter(({ amount }) => isPositive(amount)),
  };
}
