import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { Market, MarketKind, Order } from '../../infra/simulator/core/model.ts';
import type { SimulatedExchange } from '../../infra/simulator/core/simulated-exchange.ts';
import type { RunningExchange } from '../../infra/simulator/exchange.ts';
import type { CommandName } from '../../lib/admin/contract/commands.ts';
import type { Position } from '../../lib/position/position.ts';
import type { Store } from '../../lib/store/store.ts';
import type { DelayProxy } from './delay-proxy.ts';

interface AccountPlan {
  name: string;
  venue: 'binance' | 'binanceusdm' | 'bybit';
  kinds: readonly MarketKind[];
  keys: { apiKey: string; secret: string };
}

/** An account with an exchange of its own, whose ledger is then the account's. */
export interface GrowthAccount extends AccountPlan {
  core: SimulatedExchange;
  exchange: RunningExchange;
  proxy: DelayProxy;
}

const marketCount = 20;
const price = '100';

/** Two accounts of Binance spot, two of USDⓈ-M, and one of Bybit with both kinds of market. */
export const growthAccounts = (
  [
    ['binance', ['spot']],
    ['binance', ['spot']],
    ['binanceusdm', ['usdm']],
    ['binanceusdm', ['usdm']],
    ['bybit', ['spot', 'usdm']],
  ] as const
).map(([venue, kinds], index): AccountPlan => {
  const name = `account-${index + 1}`;
  return { name, venue, kinds, keys: { apiKey: `key-${name}`, secret: `secret-${name}` } };
});

/** The account's markets and money. */
export function fillExchange(core: SimulatedExchange, { keys, kinds }: AccountPlan): void {
  const money = { USDT: '100000000' };
  core.addAccount({ ...keys, balances: { spot: money, usdm: money } });
  for (const kind of kinds)
    for (let index = 1; index <= marketCount; index += 1) core.addMarket(toMarket(kind, index));
}

function toMarket(kind: MarketKind, index: number): Market {
  const lot = { min: '0.001', max: '9000000', step: '0.001' };
  const base = `C${index}`;
  const rules = { tick: '0.01', lot, marketLot: lot, minNotional: '5', feeRate: '0.001' };
  return { kind, base, quote: 'USDT', symbol: `${base}USDT`, price, ...rules };
}

interface Seed {
  ask(command: CommandName, input: object): Promise<unknown>;
  store: Pick<Store, 'createPosition' | 'readPosition'>;
  accounts: GrowthAccount[];
  count: number;
}

/** Filled entries with a target that rests, and on perpetuals also a stop, spread over accounts and markets. */
export async function seedPositions(seed: Seed): Promise<void> {
  const { accounts, count, store } = seed;
  const templates = new Map<string, Position>();
  for (let index = 0; index < count; index += 1) {
    const account = accounts[index % accounts.length] as GrowthAccount;
    const turn = Math.floor(index / accounts.length);
    const kind = account.kinds[turn % account.kinds.length] ?? 'spot';
    const base = `C${(Math.floor(turn / account.kinds.length) % marketCount) + 1}`;
    const orders = placeOrders(account, kind, base);
    const key = [account.name, kind, base].join();
    const template = templates.get(key);
    if (template === undefined) templates.set(key, await adopt(seed, account, toSymbol(kind, base), orders));
    else await store.createPosition(copy(template, orders, index));
  }
}

function toSymbol(kind: MarketKind, base: string): string {
  return kind === 'spot' ? `${base}/USDT` : `${base}/USDT:USDT`;
}

interface Orders {
  entry: string;
  exits: string[];
}

type Placed = Omit<Parameters<SimulatedExchange['placeOrder']>[0], 'apiKey' | 'market' | 'symbol'>;

function placeOrders({ keys, venue, core }: GrowthAccount, market: MarketKind, base: string): Orders {
  const place = (order: Placed): string => {
    const placed = core.placeOrder({ apiKey: keys.apiKey, market, symbol: `${base}USDT`, ...order });
    return venue === 'bybit' ? toOrderId(placed as Order) : String(placed.id);
  };
  const entry = place({ side: 'buy', type: 'market', amount: '1' });
  const reduceOnly = market === 'usdm';
  // The fee of a spot entry is taken in base.
  const amount = market === 'spot' ? '0.999' : '1';
  const target = place({ side: 'sell', type: 'limit', price: '200', amount, reduceOnly, timeInForce: 'GTC' });
  if (venue !== 'binanceusdm') return { entry, exits: [target] };
  const stop = place({ side: 'sell', type: 'stop_market', stopPrice: '50', amount, reduceOnly });
  return { entry, exits: [target, stop] };
}

async function adopt(
  { ask, store }: Seed,
  { name }: GrowthAccount,
  symbol: string,
  { entry, exits }: Orders,
): Promise<Position> {
  const { position } = (await ask('positions.adopt', {
    account: name,
    symbol,
    side: 'long',
    entryOrderIds: [entry],
    exitOrderIds: exits,
  })) as { position: { positionId: string } };
  await ask('links.create', { positionId: position.positionId, action: 'close' });
  const stored = await store.readPosition(position.positionId);
  if (stored === undefined) throw new Error('The adopted position is not stored.');
  return stored;
}

/** The same position with other orders: adopting a thousand would take minutes. */
function copy(template: Position, { entry, exits }: Orders, index: number): Position {
  return {
    ...template,
    positionId: `pos_${String(index).padStart(12, '0')}`,
    createdAt: new Date().toISOString(),
    entryOrders: template.entryOrders.map((order) => ({
      ...order,
      orderId: entry,
      clientOrderId: `sim-${entry}`,
    })),
    exitOrders: template.exitOrders.map((order, at) => {
      const orderId = exits[at] ?? '';
      return { ...order, orderId, clientOrderId: `sim-${orderId}` };
    }),
  };
}
