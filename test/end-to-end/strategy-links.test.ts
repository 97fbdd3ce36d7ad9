import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { fire, startEnvironment } from './environment.ts';
import { adopt, holdingOf, newTrader, perpetualLong, placeEntry, placeExits, tradeByHand } from './trader.ts';

/** Links for more than one position, from their creation to what they did, on the local stack. */

const environment = await startEnvironment();
const { admin } = environment;

async function newScope() {
  const trader = await newTrader(environment, perpetualLong);
  const scope = { account: trader.account, symbol: perpetualLong.symbolOf('ETH'), side: 'long' } as const;
  return { trader, scope };
}

describe('a link that adopts', () => {
  it('closes what the owner bought in the app of the exchange, beside the position of Ripcord', async () => {
    const { trader, scope } = await newScope();
    await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    tradeByHand(trader, 'buy', '0.5');
    const { url, link } = await admin('links.create', { ...scope, action: 'close', adopt: true });
    const answer = await fire(url);
    expect(answer).toMatchObject({
      status: 200,
      json: { status: 'done', positions: [{ outcome: 'closed' }, { outcome: 'closed' }] },
    });
    expect(holdingOf(trader)).toBe('0');
    const { hits } = await admin('history.list', { linkId: link.linkId });
    expect(hits).toMatchObject([{ decision: 'fired' }]);
    expect(hits[0]?.positions).toHaveLength(2);
    expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'nothing-open' } });
  });

  it('adopts once if two alerts arrive at the same time', async () => {
    const { trader, scope } = await newScope();
    tradeByHand(trader, 'buy', '0.5');
    const { url } = await admin('links.create', { ...scope, action: 'close', adopt: true });
    await Promise.all([fire(url), fire(url), fire(url)]);
    const { positions } = await admin('positions.list', { account: trader.account });
    expect(positions).toMatchObject([{ status: 'closed', amount: '0.5' }]);
    expect(holdingOf(trader)).toBe('0');
  });
});

describe('a preview of a standing link', () => {
  it('lists what would be sent for each position, and sends nothing', async () => {
    const { trader, scope } = await newScope();
    const entry = placeEntry(trader, { filled: 'all' });
    const { takeProfit, stop } = placeExits(trader, '1');
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    const preview = async (input: Omit<CommandInput<'links.create'>, 'account' | 'symbol' | 'side'>) => {
      const { link } = await admin('links.create', { ...scope, ...input });
      return admin('links.preview', { linkId: link.linkId });
    };
    const before = environment.core.ledger().length;
    const place = { positionId, account: trader.account, symbol: scope.symbol, side: 'long' };
    expect(await preview({ action: 'close' })).toMatchObject({
      fires: true,
      would: 'If fired now: acts on 1 of 1 matching position.',
      positions: [{ ...place, fires: true, would: expect.stringContaining('sells 1 ETH at market') }],
    });
    expect(await preview({ action: 'reduce', toPercent: '25' })).toMatchObject({
      positions: [{ fires: true, would: expect.stringContaining('sells 0.75 ETH at market') }],
    });
    expect(await preview({ action: 'stop', stop: { price: '2800' } })).toMatchObject({
      positions: [{ fires: true, would: 'moves the stop from 2700 to 2800 USDT.' }],
    });
    expect(await preview({ action: 'stop', stop: { price: '2600' } })).toMatchObject({
      fires: false,
      positions: [{ fires: false, would: expect.stringContaining('the present stop at 2700') }],
    });
    expect(await preview({ action: 'close', rehearsal: true })).toMatchObject({
      fires: false,
      would: expect.stringContaining('in rehearsal. Armed, it would act on 1 position.'),
      positions: [{ fires: false, would: expect.stringContaining('sells 1 ETH') }],
    });
    const sent = environment.core.ledger().slice(before);
    expect(sent.filter(({ type }) => type === 'order' || type === 'cancel')).toEqual([]);
  });
});
