import { describe, expect, it } from 'vitest';
import { planOrder } from '../../bin/order-plan.ts';
import type { CommandInput, CommandResult } from '../../lib/admin/contract/commands.ts';

const entry = {
  requestId: 'a',
  account: 'main',
  symbol: 'ETH/USDT',
  side: 'long',
  type: 'limit',
  price: '2900',
  amount: '1',
} as const satisfies CommandInput<'positions.open'>;

const market = {
  kind: 'spot',
  base: 'ETH',
  quote: 'USDT',
  price: '3000.10',
  balance: [
    { currency: 'USDT', free: '1000' },
    { currency: 'ETH', free: '5' },
  ],
} as CommandResult<'accounts.market'>;

describe('the confirmation of an order', () => {
  it('shows price and balance, and warns if the balance does not suffice', () => {
    expect(planOrder(entry, market)).toEqual([
      'This order is sent to the exchange:',
      '  Account  main',
      '  Market   ETH/USDT',
      '  Order    BUY 1 ETH, LIMIT 2900 USDT, to open a long',
      '  Price    3000.1 USDT now',
      '  Balance  1000 USDT available',
      '  Warning  The order needs 2900 USDT. The exchange is likely to refuse it.',
    ]);
  });

  it.each([
    [
      'the base currency that a short on spot sells',
      { ...entry, side: 'short' } as const,
      market,
      '5 ETH available',
    ],
    [
      'the margin of a perpetual',
      { ...entry, symbol: 'ETH/USDT:USDT' },
      { ...market, kind: 'perpetual' } as const,
      '1000 USDT available',
    ],
    ['that the balance could not be read', entry, { ...market, balance: null }, 'could not be read'],
    [
      'why it is not known',
      entry,
      new Error('Binance sent no response.\nTry again.'),
      'not known: Binance sent no response.',
    ],
  ])('shows %s', (_what, input, read, text) => {
    const lines = planOrder(input, read);
    expect(lines).toContain(`  Balance  ${text}`);
    expect(lines.join()).not.toContain('Warning');
  });
});
