import { execute } from '../../../lib/close/execute.ts';
import type {
  CreateResult,
  Exchange,
  ExchangeOrder,
  MarketOrder,
  MarketRules,
  OrderRef,
  RejectReason,
  Side,
} from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { formatClientOrderId } from '../../../lib/position/client-order-id.ts';
import type { Claim, Position } from '../../../lib/position/position.ts';
import { pollWindowMs } from '../../../lib/position/timing.ts';
import { feeInBase } from '../exchange/fills.ts';
import { exampleClaim, examplePosition } from '../position/example-position.ts';
import { closePosition, type PositionFacts, spot } from './close-position.ts';
import { saveAttempt } from './example-execution.ts';

export const { claimedAt, sendDeadline } = exampleClaim;
export const clientOrderId = formatClientOrderId(
  examplePosition.positionId,
  'close',
  examplePosition.attempt,
);

export function closeOrder(differing: Partial<ExchangeOrder> = {}): ExchangeOrder {
  return {
    orderId: '9',
    symbol: 'BTC/USDT',
    side: 'sell',
    type: 'market',
    status: 'done',
    amount: '1',
    filled: '1',
    average: '60000',
    conditional: false,
    updatedAt: claimedAt + 40,
    ...differing,
  };
}

export const accepted = (differing: Partial<ExchangeOrder> = {}): CreateResult => ({
  kind: 'accepted',
  order: closeOrder(differing),
});
export const rejected = (reason: RejectReason): CreateResult => ({
  kind: 'rejected',
  reason,
  code: '-1',
  message: 'Rejected',
});
export const unknown: CreateResult = { kind: 'unknown', message: 'no answer' };

export interface Scene {
  facts?: PositionFacts;
  claim?: Partial<Claim>;
  startAt?: number;
  createMs?: number;
  /** The results of the close orders, in turn; the last one repeats. */
  creates?: CreateResult[];
  lookUps?: (poll: number) => ExchangeOrder | undefined;
  exchange?: Partial<Exchange>;
  startAttempt?: (position: Position) => Promise<Position | undefined>;
}

export async function runClose({
  facts = {},
  claim = {},
  startAt = claimedAt,
  createMs = 0,
  ...scene
}: Scene) {
  const { creates = [accepted()], lookUps = () => undefined, exchange = {} } = scene;
  const { startAttempt = saveAttempt } = scene;
  let now = startAt;
  const sent: MarketOrder[] = [];
  const refs: OrderRef[] = [];
  const methods: Partial<Exchange> = {
    readMarket: async (market) => market,
    // More than any position here.
    fetchBalance: async () => ({ free: '1000', total: '1000' }),
    fetchPosition: async (_, side) => ({ side, amount: '1000', hedged: false }),
    fetchTrades: async () => [],
    cancelOrder: async (_, { orderId = '' }) => ({
      kind: 'confirmed',
      order: closeOrder({ orderId, type: 'limit', filled: '0' }),
    }),
    createMarketOrder: async (_, order) => {
      sent.push(order);
      now += createMs;
      return creates[Math.min(sent.length, creates.length) - 1] ?? unknown;
    },
    fetchOrder: async (_, ref) => {
      refs.push(ref);
      return lookUps(refs.length - 1);
    },
    ...exchange,
  };
  const deps = {
    exchange: methods as Exchange,
    requests: [],
    until: (claim.sendDeadline ?? sendDeadline) + pollWindowMs,
    startAttempt,
    blockMarket: async () => undefined,
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const run = await execute(deps, closePosition(facts), { ...exampleClaim, ...claim });
  return { ...run, sent, refs, elapsed: now - startAt };
}

export const holds = (side: Side | undefined, amount = '1'): Partial<Exchange> => ({
  fetchPosition: async () => ({ side, amount, hedged: false }),
  fetchTrades: async () => [],
});
export const noTrade: Partial<Exchange> = { fetchTrades: async () => [] };
export const trade: Partial<Exchange> = {
  fetchTrades: async () => [
    { orderId: 't', side: 'sell', amount: '1', price: '60000', cause: 'trade', at: claimedAt },
  ],
};
export const balance = (total: string, free = total): Partial<Exchange> => ({
  fetchBalance: async () => ({ free, total }),
  fetchFills: feeInBase('0'),
  fetchOpenOrders: async () => [],
});
export const holder: Partial<Exchange> = {
  fetchOpenOrders: async (market = spot) => [
    {
      market,
      order: closeOrder({ orderId: '77', type: 'limit', status: 'live', amount: '1', filled: '0.1' }),
    },
  ],
};
/** The same order, in a book of its own until the price is reached. */
export const waiting: Partial<Exchange> = {
  fetchOpenOrders: async (market = spot) => [
    { market, order: closeOrder({ orderId: '77', status: 'live', conditional: true }) },
  ],
};
export const rules = (differing: Partial<MarketRules>): Partial<Exchange> => ({
  loadMarket: async () => ({ ...spot, ...differing }),
});
export const unreadableRules: Partial<Exchange> = {
  loadMarket: () => Promise.reject(new Fault('market-not-found', 'no such market')),
};
