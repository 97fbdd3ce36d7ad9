import type { MarketRules } from '../../../lib/exchange/exchange.ts';
import type {
  Claim,
  Failure,
  OrderRecord,
  Outcome,
  Position,
  State,
} from '../../../lib/position/position.ts';

const exampleMarket: MarketRules = {
  symbol: 'BTC/USDT',
  id: 'BTCUSDT',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  amountStep: '0.00001',
  amountMin: '0.00001',
  costMin: '5',
  priceStep: '0.01',
};

export const examplePerpetual: MarketRules = {
  ...exampleMarket,
  symbol: 'BTC/USDT:USDT',
  kind: 'perpetual',
  settle: 'USDT',
};

export const exampleOrder: OrderRecord = {
  orderId: '4711',
  clientOrderId: 'rc0123456789abe1',
  type: 'limit',
  status: 'done',
  amount: '0.5',
  price: '60000',
  filled: '0.5',
  average: '59999.5',
  baseFee: '0.0005',
  updatedAt: 1_760_000_000_000,
};

/** A spot position whose entry has filled and that nobody has claimed. */
export const examplePosition: Position = {
  positionId: 'pos_0123456789ab',
  account: 'main',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  side: 'long',
  createdAt: '2026-10-09T08:53:20.000Z',
  hedged: false,
  market: exampleMarket,
  entryOrders: [exampleOrder],
  exitOrders: [],
  lastSync: { at: 1_760_000_000_000, price: '60100' },
  state: 'open',
  epoch: 0,
  attempt: 0,
  revision: 0,
  uses: {},
};

export const exampleClaim: Claim = {
  actor: 'link',
  linkId: 'lnk_0123456789abcdef',
  action: 'close',
  leaseToken: 'owner1owner1',
  claimedAt: 1_760_000_100_000,
  leaseExpiresAt: 1_760_000_112_000,
  sendDeadline: 1_760_000_105_000,
  phase: 'may-have-sent',
};

export const exampleOutcome: Outcome = {
  outcome: 'closed',
  closedBy: 'ripcord',
  action: 'close',
  actor: 'link',
  linkId: 'lnk_0123456789abcdef',
  detail: 'Sold 0.4995 BTC at 60100 on average.',
  entryFilled: '0.5',
  closedAmount: '0.4995',
  averagePrice: '60100',
  remaining: '0',
  closeOrderId: '4712',
  closeClientOrderId: 'rc0123456789abx1',
  canceledEntryOrderIds: [],
  canceledExitOrderIds: ['4713'],
  claimedAt: '2026-10-09T08:55:00.000Z',
  sentAt: '2026-10-09T08:55:00.100Z',
  settledAt: '2026-10-09T08:55:00.200Z',
};

export const exampleFailure: Failure = {
  source: 'exchange',
  code: 'insufficient-funds',
  message: 'Account has insufficient balance.',
  actor: 'link',
  linkId: 'lnk_0123456789abcdef',
  at: '2026-10-09T08:54:00.000Z',
  canceledExitOrderIds: ['4713'],
};

/** @returns a position in a state, with what that state requires. */
export function examplePositionIn(state: State, differing: Partial<Position> = {}): Position {
  const required = {
    claim: state === 'claimed' ? exampleClaim : undefined,
    failure: state === 'failed' ? exampleFailure : undefined,
    attentionReason: state === 'needs-attention' ? 'Two orders under one client order id.' : undefined,
  };
  const known = Object.entries(required).filter(([, value]) => value !== undefined);
  return { ...examplePosition, ...Object.fromEntries(known), ...differing, state } as Position;
}

/** Every attribute that a position can have. */
export const fullPosition: Position = {
  ...examplePosition,
  symbol: 'BTC/USDT:USDT',
  label: 'swing',
  hedged: true,
  market: {
    ...examplePerpetual,
    marketAmountStep: '0.001',
    marketAmountMin: '0.001',
    marketAmountMax: '120',
    contractSize: '1',
  },
  declaredSize: { amount: '0.5', averagePrice: '60000' },
  exitOrders: [
    {
      orderId: '4713',
      conditional: true,
      type: 'stop_market',
      status: 'live',
      amount: '0.5',
      triggerPrice: '58000',
      filled: '0.1',
      filledBefore: '0.1',
      isStop: true,
    },
    {
      orderId: '4714',
      type: 'limit',
      status: 'done',
      amount: '0.2',
      price: '65000',
      filled: '0',
      rung: 1,
      endsFor: 'replaced',
    },
  ],
  exitPlan: {
    takeProfits: [{ rung: 1, price: '65000', percent: '50', amount: '0.25', removed: true }],
    stopLoss: {
      price: '58000',
      limitPrice: '57900',
      refusal: { reason: 'would-trigger', message: 'Order would immediately trigger.' },
    },
    changedAt: 1_760_000_000_000,
    exited: '0',
    scaledFor: '0.1',
  },
  exitAttempt: 2,
  state: 'claimed',
  epoch: 3,
  attempt: 2,
  revision: 9,
  claim: { ...exampleClaim, phase: 'not-sent', notFoundCount: 2 },
  outcome: exampleOutcome,
  failure: exampleFailure,
  attentionReason: 'Two orders under one client order id.',
  notices: [
    {
      noticeId: 'ntc_0123456789ab_7',
      at: 1_760_000_090_000,
      event: 'failed',
      text: 'Failed: BTC/USDT:USDT long "swing" on main. The exchange rejected the close.',
      delivered: {
        topic: { state: 'sent', at: 1_760_000_100_000, tries: 1 },
        slack: {
          state: 'failed',
          at: 1_760_000_100_000,
          tries: 3,
          nextTryAt: 1_760_000_340_000,
          why: 'responded 503',
        },
      },
    },
  ],
};

/** An id of its own for each number. */
export function positionIdAt(index: number): string {
  return `pos_${index.toString(36).padStart(12, '0')}`;
}
