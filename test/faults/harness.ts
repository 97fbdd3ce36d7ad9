import type { LedgerEntry } from '../../infra/simulator/core/ledger.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import type { RunningExchange } from '../../infra/simulator/exchange.ts';
import type { ChildStack } from './child-stack.ts';

/** A position at the simulated exchange, known to Ripcord, with a link. */
export interface Staged {
  apiKey: string;
  /** The exchange's name of the account. */
  holder: string;
  positionId: string;
  /** The link's path; which process answers it is the test's to choose. */
  path: string;
  entryId: number;
  exitIds: number[];
}

/** What a link does: `half` closes 50 per cent, once. */
export type Deed = 'close' | 'half' | 'keep';

/** The entry of 1 ETH is filled by 0.6, of which the exchange has taken 0.1 per cent. */
export const ownAmount = '0.5994';
export const halfAmount = '0.2997';

/** What the perpetual's entry of 1 ETH is filled by; its fees are in USDT. */
export const perpetualAmount = '0.6';

const markets = {
  spot: {
    exchange: 'binance',
    symbol: 'ETH/USDT',
    ofExchange: { market: 'spot', symbol: 'ETHUSDT' },
    balances: { spot: { USDT: '100000', ETH: '5' } },
  },
  perpetual: {
    exchange: 'binanceusdm',
    symbol: 'ETH/USDT:USDT',
    ofExchange: { market: 'usdm', symbol: 'ETHUSDT' },
    balances: { usdm: { USDT: '100000' } },
  },
} as const;
export type Market = keyof typeof markets;

let traders = 0;

/**
 * An entry filled in part that still rests, with take-profit and stop. There is as much ETH in a spot account again,
 * and more: a second close would find something to sell.
 */
export async function stagePosition(
  { core, url }: Pick<RunningExchange, 'core' | 'url'>,
  stacks: Pick<ChildStack, 'admin'>[],
  deed: Deed,
  market: Market = 'spot',
): Promise<Staged> {
  traders += 1;
  const account = `trader-${traders}`;
  const keys = { apiKey: `key-of-${account}`, secret: `secret-of-${account}` };
  const { exchange, symbol, ofExchange, balances } = markets[market];
  const { account: holder } = core.addAccount({ ...keys, balances });
  const entry = core.placeOrder({
    ...ofExchange,
    apiKey: keys.apiKey,
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    amount: '1',
    price: '2900',
  }) as Order;
  core.fill({ orderId: entry.id, amount: '0.6' });
  const exitIds = placeExits(core, keys.apiKey, market);

  for (const stack of stacks)
    await stack.admin('accounts.add', { name: account, account: { exchange, ...keys, baseUrl: url } });
  const [stack] = stacks;
  if (stack === undefined) throw new Error('nobody to adopt the position');
  const { position } = await stack.admin('positions.adopt', {
    account,
    symbol,
    side: 'long',
    entryOrderIds: [String(entry.id)],
    exitOrderIds: exitIds.map(String),
  });
  const { positionId } = position;
  const link = await stack.admin('links.create', {
    positionId,
    ...(deed === 'half' ? { action: 'close', percent: 50, maxUses: 1 } : { action: deed }),
  });
  return {
    apiKey: keys.apiKey,
    holder,
    positionId,
    path: new URL(link.url).pathname,
    entryId: entry.id,
    exitIds,
  };
}

function placeExits(core: RunningExchange['core'], apiKey: string, market: Market): number[] {
  const side = 'sell';
  if (market === 'spot')
    return core.placeOco({
      apiKey,
      symbol: 'ETHUSDT',
      side,
      amount: ownAmount,
      above: { type: 'limit_maker', price: '3200' },
      below: { type: 'stop_limit', timeInForce: 'GTC', triggerPrice: '2700', price: '2690' },
    }).orderIds;
  const exit = {
    ...markets.perpetual.ofExchange,
    apiKey,
    side,
    amount: perpetualAmount,
    reduceOnly: true,
  } as const;
  return [
    core.placeOrder({ ...exit, type: 'take_profit_market', stopPrice: '3200' }).id,
    core.placeOrder({ ...exit, type: 'stop_market', stopPrice: '2700' }).id,
  ];
}

/** A MARKET order as the exchange's ledger has it. */
export interface Close {
  orderId: string;
  amount: string;
  filled: string;
}

/** Every MARKET order that the exchange took of this position's account, whoever has sent it. */
export function closesOf({ core }: Pick<RunningExchange, 'core'>, { holder }: Staged): Close[] {
  return [...core.state.orders.values()].flatMap((order) =>
    order.account === holder && order.type === 'market'
      ? [{ orderId: String(order.id), amount: order.amount, filled: order.filled }]
      : [],
  );
}

/** Requests for a change that have come to the exchange since. */
export function requestsSince(
  { core }: RunningExchange,
  mark: number,
): Extract<LedgerEntry, { type: 'request' }>[] {
  return core
    .ledger({ since: mark })
    .flatMap((entry) => (entry.type === 'request' && entry.method !== 'GET' ? [entry] : []));
}
