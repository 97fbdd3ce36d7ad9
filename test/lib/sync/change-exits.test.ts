import { expect, it } from 'vitest';
import { changeExits } from '../../../lib/sync/change-exits.ts';
import { binanceSpot } from '../exchange/test-markets.ts';
import { startStopTrader } from './stop-trader.ts';

const isStopAt = (input: unknown[], price: string) =>
  JSON.stringify(input).includes(`"triggerPrice":"${price}"`);

it.each(['other', 'refused-for-now'])(
  'on spot, the earlier stop rests again at once if the new one is refused: %s',
  async (reason) => {
    const trader = await startStopTrader(binanceSpot, {
      meddle: (name, input, send) =>
        name === 'createExitOrder' && isStopAt(input, '57000')
          ? Promise.resolve({ kind: 'rejected', reason, code: '-1', message: 'Rejected' })
          : send(),
    });
    await trader.sweep();
    const wanted = { stopLoss: { price: '57000' } };
    await expect(changeExits(trader.services, trader.read, wanted)).rejects.toMatchObject({
      code: 'exchange-refused',
      detail: 'The stop was refused: Rejected. The position keeps the stop that it had.',
    });
    expect(trader.stops()).toEqual([55_000]);
    expect((await trader.read()).exitPlan?.stopLoss).toMatchObject({ price: '55000' });
  },
);
