import type { Account, AlgoOrder, Fill, Market, Order } from './model.ts';
import type { ExchangeState } from './state.ts';

export interface Placed {
  orders: Order[];
  algoOrders: AlgoOrder[];
  fills: Fill[];
}

/** @returns what an account placed in a market, or everything. */
export function findPlaced(
  state: ExchangeState,
  { account, symbol }: { account?: Account | undefined; symbol?: string | undefined },
): Placed {
  const wanted = (item: { account: string; symbol: string }) =>
    (account === undefined || item.account === account.id) &&
    (symbol === undefined || item.symbol === symbol);
  return {
    orders: [...state.orders.values()].filter(wanted),
    algoOrders: [...state.algoOrders.values()].filter(wanted),
    fills: state.fills.filter(wanted),
  };
}

export interface Description {
  now: number;
  markets: Market[];
  accounts: Omit<Account, 'apiKey' | 'secret'>[];
}

export function describeState(state: ExchangeState): Description {
  return {
    now: state.now(),
    markets: [...state.markets.values()],
    accounts: [...state.accounts.values()].map(({ apiKey: _key, secret: _secret, ...account }) => account),
  };
}
