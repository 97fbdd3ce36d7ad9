import { describe, expect, it } from 'vitest';
import { placeAlgoOrder } from '../../infra/simulator/core/algo-orders.ts';
import { fire, ledgerSince, startEnvironment } from './environment.ts';
import { gateSpot, kucoinSpot, stageLong } from './long-position.ts';

/** Exchanges where Ripcord places no exits: it refuses them, and its owner's own orders are seen. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

describe.each([kucoinSpot, gateSpot])('a position at $name', (venue) => {
  it('gets no exits, and keeps its close link', async () => {
    const { positionId, url, mark } = await stageLong(environment, venue);
    const stop = { price: '40000' };
    const targets = [{ price: '70000', percent: '100' }];
    for (const [exits, what] of [
      [{ stopLoss: stop }, 'a stop'],
      [{ takeProfits: targets }, 'targets'],
      [{ takeProfits: targets, stopLoss: stop }, 'targets'],
    ] as const)
      expect(
        await environment.refusal({ command: 'positions.setExits', positionId, ...exits }),
      ).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(
          `Ripcord can't place ${what} in spot markets of this exchange yet. Nothing was sent.`,
        ),
      });
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], requests: [] });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  it('gets no link that moves a stop', async () => {
    const { account, positionId } = await stageLong(environment, venue);
    const stop = { price: '40000' };
    for (const scope of [{ positionId }, { account, symbol: 'BTC/USDT', side: 'long' }])
      expect(
        await environment.refusal({ command: 'links.create', action: 'stop', stop, ...scope }),
      ).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(
          /can't place a stop in spot markets of (KuCoin|Gate) yet. No link was created./,
        ),
      });
  });

  it("of which its owner's orders hold coins sells what is free, and names them", async () => {
    const { account, url, positionId } = await stageLong(environment, venue);
    const apiKey = `key-of-${account}`;
    const own = { apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'sell' } as const;
    const held = core.placeOrder({ ...own, type: 'limit', amount: '0.2', price: '70000' });
    placeAlgoOrder(core.state, {
      ...{ account: core.accountOf(apiKey), market: 'spot', symbol: 'BTCUSDT', side: 'sell' },
      ...{ type: 'stop_market', amount: '0.1', triggerPrice: '40000' },
    });
    const { json } = await fire(url);
    expect(json).toMatchObject({ outcome: 'closed', closedAmount: '0.2995', remaining: '0.2' });
    // A stop order holds nothing.
    expect(json.detail).toContain(
      `0.2 BTC of the position is locked in the account by order ${held.id} (limit sell of 0.2 BTC).`,
    );
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', remaining: '0.2' });
  });
});
