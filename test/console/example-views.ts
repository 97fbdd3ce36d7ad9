import type { PositionView } from '../../lib/admin/contract/commands.ts';

export const entryOrder: PositionView['entryOrders'][number] = {
  orderId: '1',
  clientOrderId: undefined,
  type: 'limit',
  amount: '2',
  filled: '2',
  baseFee: '0',
  status: 'done',
};
/** A filled long of 2 ETH without exits. */
export const filled: PositionView = {
  positionId: 'pos_0123456789abcdef',
  account: 'main',
  exchange: 'binance',
  symbol: 'ETH/USDT',
  marketId: 'ETHUSDT',
  side: 'long',
  status: 'open',
  fillStatus: 'filled',
  createdAt: '2026-11-27T00:00:00.000Z',
  amount: '2',
  filled: '2',
  remaining: '2',
  realizedProfit: '0',
  unrealizedProfit: null,
  fees: [],
  funding: null,
  netProfit: '0',
  quote: 'USDT',
  priceStep: '0.01',
  amountStep: '0.0001',
  entryOrders: [entryOrder],
  exitOrders: [],
  openExitOrders: 0,
  protection: 'none',
  takeProfits: [],
  stopLoss: null,
};
export const unfilled: PositionView = {
  ...filled,
  fillStatus: 'unfilled',
  filled: '0',
  remaining: '0',
  entryOrders: [{ ...entryOrder, filled: '0', status: 'live' }],
};
