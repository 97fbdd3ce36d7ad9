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
  fill: 'partly-filled',
  label: 'weekly level',
  createdAt: '2025-11-22T17:10:00.000Z',
  amount: '0.5',
  filled: '0.25',
  left: '0.24975',
  averageEntry: '60000.1',
  markPrice: '61000',
  unrealisedProfit: '249.725',
  unrealisedProfitPercent: '1.6664',
  quote: 'USDT',
  priceStep: '0.01',
  amountStep: '0.00001',
  entries: [
    { orderId: '28457', type: 'limit', status: 'live', amount: '0.5', price: '60000.1', filled: '0.25' },
  ],
  exits: [
    {
      orderId: '28458',
      type: 'stop_loss',
      status: 'live',
      amount: '0.5',
      triggerPrice: '55000',
      filled: '0',
    },
  ],
  openExits: 1,
  links: 2,
  seenAt: '2025-11-22T17:11:00.000Z',
};

export const shortPosition: PositionView = {
  ...longPosition,
  positionId: 'pos_0000000short',
  account: 'perps',
  exchange: 'binanceusdm',
  symbol: 'ETH/USDT:USDT',
  side: 'short',
  status: 'needs-attention',
  fill: 'filled',
  amount: '10',
  filled: '10',
  left: '10',
  averageEntry: '3000',
  markPrice: '3100',
  unrealisedProfit: '-1000',
  unrealisedProfitPercent: '-3.333333',
  attention: 'the close\u202e order\u001b[2J is\u2066 unknown\u200b',
  stale: 'the exchange does not answer',
  openExits: 0,
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
