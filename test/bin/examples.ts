import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';

export const positionId = 'pos_4k1z09qj3m2x';
export const linkId = 'lnk_8w2c5t7y1n0b4d6f';

export const longPosition: PositionView = {
  positionId,
  account: 'main',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  side: 'long',
  status: 'open',
  fillStatus: 'partly-filled',
  label: 'weekly level',
  createdAt: '2025-11-22T17:10:00.000Z',
  amount: '0.5',
  filled: '0.25',
  remaining: '0.24975',
  averageEntry: '60000.1',
  markPrice: '61000',
  unrealizedProfit: '249.725',
  unrealizedProfitPercent: '1.6664',
  quote: 'USDT',
  priceStep: '0.01',
  amountStep: '0.00001',
  entryOrders: [
    { orderId: '28457', type: 'limit', status: 'live', amount: '0.5', price: '60000.1', filled: '0.25' },
  ],
  exitOrders: [
    {
      orderId: '28458',
      type: 'stop_loss',
      status: 'live',
      amount: '0.5',
      triggerPrice: '55000',
      filled: '0',
    },
  ],
  openExitOrders: 1,
  protection: 'none',
  takeProfits: [],
  stopLoss: null,
  links: 2,
  lastSyncedAt: '2025-11-22T17:11:00.000Z',
};

export const shortPosition: PositionView = {
  ...longPosition,
  positionId: 'pos_0000000short',
  account: 'perps',
  exchange: 'binanceusdm',
  symbol: 'ETH/USDT:USDT',
  side: 'short',
  status: 'needs-attention',
  fillStatus: 'filled',
  amount: '10',
  filled: '10',
  remaining: '10',
  averageEntry: '3000',
  markPrice: '3100',
  unrealizedProfit: '-1000',
  unrealizedProfitPercent: '-3.333333',
  attentionReason: 'the close\u202e order\u001b[2J is\u2066 unknown\u200b',
  staleReason: 'the exchange does not answer',
  openExitOrders: 0,
  links: 0,
};
export const armedLink: LinkView = {
  linkId,
  positionId,
  action: 'close',
  createdAt: '2025-11-22T17:12:00.000Z',
  state: 'armed',
  confirm: false,
  methods: 'any',
  sources: 'any',
};
