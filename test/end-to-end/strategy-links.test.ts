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

describe("the owner's exits at a link that adopts", () => {
  it('end with the position, so that they do not close the next one', async () => {
    const { trader, scope } = await newScope();
    tradeByHand(trader, 'buy', '0.5');
    placeExits(trader, '0.5');
    const { url } = await admin('links.create', { ...scope, action: 'close', adopt: true });
    expect(await fire(url)).toMatchObject({ status: 200, json: { status: 'done' } });
    expect((await admin('accounts.open', { name: trader.account })).orders).toEqual([]);
  });

  it('are named in the answer if a part of the position is of Ripcord', async () => {
    const { trader, scope } = await newScope();
    await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    tradeByHand(trader, 'buy', '0.5');
    placeExits(trader, '0.5');
    const { url } = await admin('links.create', { ...scope, action: 'close', adopt: true });
    const { json } = await fire(url);
    const { orders } = await admin('accounts.open', { name: trader.account });
    expect(orders).toHaveLength(2);
    const named = JSON.stringify(json);
    expect(orders.map(({ orderId }) => named.includes(orderId))).toEqual([true, true]);
  });
});

it('A link that adopts asks for a resend if it can not read the exchange', async () => {
  const { trader, scope } = await newScope();
  tradeByHand(trader, 'buy', '0.5');
  const { url } = await admin('links.create', { ...scope, action: 'close', adopt: true });
  environment.core.addFault({
    kind: 'status',
    ...{ status: 503, match: { method: 'GET', path: '/fapi/v3/positionRisk' }, times: 9 },
  });
  expect(await fire(url)).toMatchObject({ status: 503, json: { status: 'retrying' } });
  environment.core.clearFaults();
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

  it('names what it would adopt and close, and stores nothing', async () => {
    const { trader, scope } = await newScope();
    tradeByHand(trader, 'buy', '0.5');
    const adopting = { ...scope, action: 'close', adopt: true } as const;
    const { link } = await admin('links.create', adopting);
    const { account, symbol, side } = scope;
    const adopts = {
      ...{ account, symbol, side, amount: '0.5', fires: true },
      would: 'adopts 0.5 ETH, then sells 0.5 ETH at market.',
    };
    expect(await admin('links.preview', { linkId: link.linkId })).toMatchObject({
      ...{ positions: [], adopts, fires: true, would: `If fired now: ${adopts.would}` },
    });
    expect(await admin('links.plan', adopting)).toMatchObject({ positions: [], adopts, fires: true });
    expect((await admin('positions.list', { account })).positions).toEqual([]);
    tradeByHand(trader, 'sell', '0.5');
    expect((await admin('links.preview', { linkId: link.linkId })).adopts).toEqual({
      ...{ account, symbol, side, fires: false },
      would: "adopts nothing; the exchange shows nothing beyond Ripcord's own positions.",
    });
  });
});

describe('a plan of a link that does not exist yet', () => {
  it('lists each position with what would be sent and why it is listed, who is left out, and creates nothing', async () => {
    const { trader, scope } = await newScope();
    const { trader: other } = await newScope();
    const { takeProfit, stop } = placeExits(trader, '1');
    const entry = placeEntry(trader, { filled: 'all' });
    const { positionId } = await adopt(trader, { entryOrders: [entry], exitOrders: [takeProfit, stop] });
    const elsewhere = await adopt(other, { entryOrders: [placeEntry(other, { filled: 'all' })] });
    const before = environment.core.ledger().length;
    const why = `The link is for every ${scope.symbol} long on ${trader.account}.`;
    const plan = await admin('links.plan', { ...scope, action: 'stop', stop: { price: '2800' } });
    expect(plan).toMatchObject({
      fires: true,
      positions: [{ positionId, fires: true, would: 'moves the stop from 2700 to 2800 USDT.', why }],
    });
    expect(plan.leftOut).toContainEqual({
      ...{ positionId: elsewhere.positionId, symbol: scope.symbol, side: 'long' },
      why: `It is on ${other.account}, and the link is for ${trader.account}.`,
    });
    expect(await admin('links.plan', { ...scope, action: 'reduce', toPercent: '25' })).toMatchObject({
      positions: [{ fires: true, would: expect.stringContaining('sells 0.75 ETH at market') }],
    });
    expect(
      await admin('links.plan', { ...scope, action: 'close', follows: 'market-position' }),
    ).toMatchObject({
      fires: false,
      positions: [
        {
          fires: false,
          would: expect.stringMatching(
            /^follows it at the next message "long"; at "flat" after that: .*sells 1 ETH/,
          ),
        },
      ],
    });
    expect(await admin('links.plan', { positionId, action: 'close', percent: 50 })).toMatchObject({
      fires: true,
      positions: [{ positionId, would: expect.stringContaining('sells 0.5 ETH (50 %) at market') }],
    });
    const { links } = await admin('links.list', {});
    expect(links.filter(({ scope: { account } }) => account === trader.account)).toEqual([]);
    const sent = environment.core.ledger().slice(before);
    expect(sent.filter(({ type }) => type === 'order' || type === 'cancel')).toEqual([]);
  });
});
