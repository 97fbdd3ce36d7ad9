import { expect, test } from 'vitest';
import type { PositionView } from '../../lib/admin/contract/commands.ts';
import { shortPosition } from './examples.ts';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

test('a perpetual is shown with value, distances, R, and how the account finances it', async () => {
  const exit = { amount: '2', filled: '0', state: 'resting' } as const;
  const position: PositionView = {
    ...shortPosition,
    status: 'open',
    remaining: '2',
    averageEntry: '3000',
    markPrice: '2900',
    stopLoss: { ...exit, price: '3100' },
    takeProfits: [{ ...exit, price: '2755' }],
    exchangePosition: {
      at: shortPosition.createdAt,
      amount: '5',
      leverage: '10',
      marginMode: 'isolated',
      margin: '1450',
      liquidationPrice: '3045',
    },
  };
  await using admin = await startFakeAdmin(() => answered({ position }));
  const { stdout } = await runLocally(admin.url, ['positions', 'get', position.positionId]);
  const expected = [
    ['R', '+1.00'],
    ['Value', '5800 USDT'],
    ['Stop', '3100 USDT, +6.90 % from the price'],
    ['Target', '2755 USDT, -5.00 % from the price'],
    ['Leverage', '10x'],
    ['Margin', '1450 USDT, isolated, for 5 at the exchange'],
    ['Liquidation', '3045 USDT, +5.00 % from the price. The exchange liquidates before the stop.'],
  ];
  for (const [name, value] of expected)
    expect(stdout.split('\n').map((line) => line.replace(/ +/, ' '))).toContain(`${name} ${value}`);
});

test('what the exchange does not report about a perpetual is shown as unknown', async () => {
  const position: PositionView = { ...shortPosition, status: 'open', exchangePosition: undefined };
  await using admin = await startFakeAdmin(() => answered({ position }));
  const { stdout } = await runLocally(admin.url, ['positions', 'get', position.positionId]);
  expect(stdout).toMatch(/^Leverage +unknown$/m);
  expect(stdout).toMatch(/^Margin +unknown, cross or isolated: unknown$/m);
  expect(stdout).toMatch(/^Liquidation +unknown$/m);
});
