import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/admin/contract/commands.ts';
import { decimal, toAmount } from '../../lib/amount.ts';
import { startEnvironment } from './environment.ts';
import { binanceUsdm, bybitLinear } from './long-position.ts';
import { newSmartTrader } from './smart-position.ts';

/** What rests at the exchange works while Ripcord is stopped. */

const environment = await startEnvironment();

const exits = {
  takeProfits: [
    { price: '65000', percent: '50' },
    { price: '70000', percent: '50' },
  ],
  stopLoss: { price: '58000' },
};

describe.each([
  { venue: binanceUsdm, feeRate: '0.0004' },
  { venue: bybitLinear, feeRate: '0.0004' },
])('$venue.name, with the stack stopped', ({ venue, feeRate }) => {
  async function openPosition() {
    const trader = await newSmartTrader(environment, venue);
    const before = trader.wallet();
    const answer = await trader.open({ amount: '0.5', ...exits });
    if (!answer.ok) throw new Error(answer.error.message);
    const { position } = commands['positions.open'].result.parse(answer.result);
    expect(position.protection).toBe('full');
    return { ...trader, position, won: () => toAmount(decimal(trader.wallet()).minus(before)) };
  }

  it('a stop fills, and the next start finds the position closed with its profit', async () => {
    const { position, moveTo, won, resting } = await openPosition();
    await environment.whileStopped(() => moveTo('57950'));
    // 0.5 BTC from 60000 to 57950, with the fees of both orders.
    const fees = toAmount(decimal('58975').times(feeRate));
    const after = await environment.positionNow(position.positionId);
    expect(after).toMatchObject({
      status: 'closed',
      protection: 'none',
      realizedProfit: '-1025',
      unrealizedProfit: '0',
      fees: [{ currency: 'USDT', amount: fees }],
      netProfit: toAmount(decimal('-1025').minus(fees)),
      stopLoss: { state: 'filled', filled: '0.5' },
      outcome: {
        outcome: 'closed',
        closedBy: 'exit-order',
        averagePrice: '57950',
        detail: expect.stringContaining(`Exit order ${position.stopLoss?.orderId}`),
      },
    });
    expect(after.netProfit).toBe(won());
    expect(resting()).toEqual([]);
  });

  it('a target and then the stop fill, and the profit counts both', async () => {
    const { position, moveTo, won, resting } = await openPosition();
    moveTo('65000');
    await environment.whileStopped(() => moveTo('57950'));
    const after = await environment.positionNow(position.positionId);
    expect(after).toMatchObject({
      status: 'closed',
      realizedProfit: '737.5',
      takeProfits: [{ state: 'filled', filled: '0.25' }, { filled: '0' }],
      stopLoss: { state: 'filled', filled: '0.25' },
      outcome: { detail: expect.stringContaining(`Exit order ${position.stopLoss?.orderId}`) },
    });
    expect(after.netProfit).toBe(won());
    expect(resting()).toEqual([]);
  });
});
