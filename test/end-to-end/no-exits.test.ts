import { describe, expect, it } from 'vitest';
import { placeAlgoOrder } from '../../infra/simulator/core/algo-orders.ts';
import { exchangeName } from '../../lib/exchange/exchange-name.ts';
import { bitgetSpot, coinbaseSpot, gateSpot, krakenSpot } from '../lib/exchange/test-markets.ts';
import { fire, ledgerSince, startEnvironment } from './environment.ts';
import { marketsWithoutExits, stageLong } from './long-position.ts';

/** Exchanges where Ripcord places no exits: it refuses them, and its owner's own orders are seen. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

/** What orders for 0.2 leave free of 0.5. */
const freeOf = ({ feeIn }: { feeIn?: 'quote' }) => (feeIn === 'quote' ? '0.3' : '0.2995');

describe.each(marketsWithoutExits)('a position at $name', (venue) => {
  const kind = venue.market === 'spot' ? 'spot' : 'perpetual';

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
          `Ripcord can't place ${what} in ${kind} markets of this exchange yet. Nothing was sent.`,
        ),
      });
    expect(ledgerSince(core, mark)).toMatchObject({ orders: [], requests: [] });
    expect(await fire(url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  });

  it('gets no link that moves a stop', async () => {
    const { account, positionId } = await stageLong(environment, venue);
    const stop = { price: '40000' };
    for (const scope of [{ positionId }, { account, symbol: venue.symbol, side: 'long' }])
      expect(
        await environment.refusal({ command: 'links.create', action: 'stop', stop, ...scope }),
      ).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(
          `can't place a stop in ${kind} markets of ${exchangeName(venue.exchange)} yet. No link was created.`,
        ),
      });
  });

  const isSpot = venue.market === 'spot';
  it.runIf(isSpot)("of which its owner's orders hold coins sells what is free, and names them", async () => {
    const { account, url, positionId } = await stageLong(environment, venue);
    const apiKey = `key-of-${account}`;
    const own = { apiKey, market: 'spot', symbol: 'BTCUSDT', side: 'sell' } as const;
    const held = core.placeOrder({ ...own, type: 'limit', amount: '0.2', price: '70000' });
    placeAlgoOrder(core.state, {
      ...{ account: core.accountOf(apiKey), market: 'spot', symbol: 'BTCUSDT', side: 'sell' },
      ...{ type: 'stop_market', amount: '0.1', triggerPrice: '40000' },
    });
    const { json } = await fire(url);
    expect(json).toMatchObject({ outcome: 'closed', closedAmount: freeOf(venue), remaining: '0.2' });
    // A stop order holds nothing.
    expect(json.detail).toContain(
      `0.2 BTC of the position is locked in the account by order ${held.id} (limit sell of 0.2 BTC).`,
    );
    expect(await environment.positionNow(positionId)).toMatchObject({ status: 'open', remaining: '0.2' });
  });
});

// At Bitget and Gate, orders that wait for a price are in lists of their own. Whether they hold coins is not documented for sure.
const unnamed = /locked in the account, and no open order of BTC\/USDT is known to hold it\./;
const named = /locked in the account by order \d+ \(.* sell of 0\.2 BTC\)\./;

it.each([
  { venue: bitgetSpot, words: unnamed },
  { venue: gateSpot, words: unnamed },
  { venue: krakenSpot, words: named },
  { venue: coinbaseSpot, words: named },
])(
  "a position at $venue.name of which its owner's stop holds coins sells what is free",
  async ({ venue, words }) => {
    const { account, url } = await stageLong(environment, venue);
    const own = { apiKey: `key-of-${account}`, market: 'spot', symbol: 'BTCUSDT', side: 'sell' } as const;
    const stop = { type: 'stop_limit', amount: '0.2', price: '39000', stopPrice: '40000' } as const;
    core.placeOrder({ ...own, ...stop });
    const { json } = await fire(url);
    expect(json).toMatchObject({ outcome: 'closed', closedAmount: freeOf(venue), remaining: '0.2' });
    expect(json.detail).toMatch(words);
  },
);
