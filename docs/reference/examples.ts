import type { z } from 'zod';
import type { CommandName, commands } from '../../lib/admin/contract/commands.ts';

type Examples = { [Name in CommandName]: z.input<(typeof commands)[Name]['input']> };

const positionId = 'pos_4k1z09qj3m2x';
const linkId = 'lnk_7d0q2m5x9v1kz3ab';

/** One example input per command, shown in the API reference. A test parses each with the command's own schema. */
export const examples: Examples = {
  'positions.adopt': {
    account: 'main',
    symbol: 'BTC/USDT',
    side: 'long',
    entryOrderIds: ['1017'],
    exitOrderIds: ['1018', '1019'],
    label: 'breakout',
  },
  'positions.open': {
    requestId: 'monday-1',
    account: 'main',
    symbol: 'ETH/USDT',
    side: 'long',
    type: 'limit',
    price: '2900',
    amount: '0.5',
  },
  'positions.setExits': {
    positionId,
    takeProfits: [{ price: '65000', percent: '50' }],
    stopLoss: { price: '58000' },
  },
  'positions.edit': { positionId, tag: 'trend' },
  'positions.list': { open: true, account: 'main' },
  'positions.get': { positionId },
  'positions.candles': { positionId, interval: '15m', limit: 100 },
  'positions.prices': { account: 'main', kind: 'spot', marketIds: ['BTCUSDT', 'ETHUSDT'] },
  'positions.forget': { positionId },
  'positions.close': { positionId },
  'positions.closeAll': { account: 'main' },
  'positions.preview': { positionId, percent: 50 },
  'positions.resolve': { positionId, apply: true },
  'history.list': { positionId, limit: 20 },
  'changes.list': { since: '2026-11-27T12:00:00.000Z' },
  'links.create': { positionId, action: 'close', expiresIn: '7d', sources: 'tradingview' },
  'links.plan': { tag: 'trend', action: 'stop', stop: { breakEven: true } },
  'links.list': { positionId },
  'links.preview': { linkId },
  'links.pause': { until: '2026-11-27T13:00:00Z' },
  'links.resume': {},
  'links.arm': { linkId },
  'links.update': { linkId, label: 'weekly level', expiresIn: '7d' },
  'links.revoke': { linkId },
  'notify.list': {},
  'notify.add': {
    channel: { kind: 'telegram', token: '123456:YOUR_TOKEN', chatId: '-1001234567890' },
    test: true,
  },
  'notify.remove': { name: 'telegram' },
  'notify.test': { channel: 'telegram' },
  'accounts.add': {
    name: 'main',
    account: { exchange: 'binance', apiKey: 'YOUR_KEY', secret: 'YOUR_SECRET' },
  },
  'accounts.list': {},
  'accounts.open': { name: 'main' },
  'accounts.market': { name: 'main', symbol: 'BTC/USDT', interval: '1h', limit: 100 },
  'accounts.remove': { name: 'main' },
  'accounts.check': { name: 'main' },
  'restore.pauseLinks': { reason: 'Restored from a backup of 2026-11-27T10:00:00.000Z.' },
  'restore.checkPosition': { positionId, restoredTo: '2026-11-27T10:00:00.000Z' },
  'venues.verify': { account: 'vst', experiment: 'id-after-fill' },
};
