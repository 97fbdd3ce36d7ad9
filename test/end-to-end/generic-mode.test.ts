import { describe, expect, test } from 'vitest';
import { adoptPosition } from '../../lib/admin/positions/adopt.ts';
import { closeNow } from '../../lib/admin/positions/close.ts';
import { forgetPosition } from '../../lib/admin/positions/forget.ts';
import { resolvePosition } from '../../lib/admin/positions/resolve.ts';
import { newClaim } from '../../lib/close/claim.ts';
import { blockMarket } from '../../lib/close/market-block.ts';
import { ccxtExchanges } from '../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { Services } from '../../lib/services.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { accountsInMemory } from '../infra/local/accounts-in-memory.ts';
import { keys, startWhitebit } from '../lib/exchange/whitebit-stand-in.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';

const minute = 60_000;

/** A trader with two adopted positions of 0.5 BTC each, in one market of an exchange that is not proven. */
async function startTrader() {
  let time = Date.parse('2026-11-28T12:00:00Z');
  let ids = 0;
  const now = () => time;
  const whitebit = await startWhitebit(now);
  const account = { exchange: 'whitebit', generic: true, ...keys, baseUrl: whitebit.url } as const;
  const accounts = accountsInMemory({ other: account });
  const store = createMemoryStore();
  const services: Services = {
    store,
    exchanges: ccxtExchanges(accounts, now),
    now,
    async sleep(ms) {
      time += ms;
    },
    randomId() {
      ids += 1;
      return `id${ids}`.padStart(16, '0');
    },
  };
  const adopt = (input: object = {}) =>
    adoptPosition(
      { services, accounts },
      { account: 'other', symbol: 'BTC/USDT', side: 'long', amount: '0.5', ...input },
    );
  const { position } = await adopt();
  const second = await adopt();
  const { positionId } = position;
  const stored = async (id = positionId) =>
    (await store.readPosition(id)) ?? Promise.reject(new Error('gone'));
  return {
    whitebit,
    adopt,
    positionId,
    secondId: second.position.positionId,
    stored,
    close: async (id = positionId) => (await closeNow(services, await stored(id))).report,
    resolve: (input: object = {}) => resolvePosition({ services }, { positionId, ...input }),
    /** A hit claims the position, and its process dies. */
    async claim(options: { blocks: boolean }) {
      const intent = { actor: 'operator', action: 'close' } as const;
      await store.claimPosition({ positionId, claim: newClaim(services, intent), from: ['open'] });
      if (options.blocks) await blockMarket(store, await stored());
    },
    forget: (meanwhile = async () => {}) => {
      const listLinks: typeof store.listLinks = async (...input) => {
        await meanwhile();
        return store.listLinks(...input);
      };
      return forgetPosition({ services: { ...services, store: { ...store, listLinks } } }, { positionId });
    },
    /** No sweep runs. */
    skip(minutes: number) {
      time += minutes * minute;
    },
    /** Sweeps every minute, for so long. */
    async pass(minutes: number) {
      for (let count = 0; count < minutes; count += 1) {
        time += minute;
        await sweep(services, undefined, { remainingMs: () => 50_000 });
      }
    },
  };
}

describe('a close at an exchange that is not proven', () => {
  test('succeeds by the id of the exchange, and is called at most once', async () => {
    const { whitebit, close, stored } = await startTrader();
    expect(await close()).toMatchObject({ outcome: 'closed' });
    expect(await stored()).toMatchObject({
      state: 'closed',
      outcome: { closedAmount: '0.5', averagePrice: '60000', closeOrderId: '4180284841' },
    });
    expect((await stored()).outcome?.detail).toContain('WhiteBIT is at most once, not proven.');
    expect(whitebit.created()).toBe(1);
  });

  test('leaves room for a fee in the coin', async () => {
    const { whitebit, close } = await startTrader();
    whitebit.base = '0.5';
    expect(await close()).toMatchObject({ outcome: 'closed' });
    expect(whitebit.orders[0]?.amount).toBe('0.4995');
  });

  test('frees the market for the next one', async () => {
    const { whitebit, close, secondId } = await startTrader();
    await close();
    expect(await close(secondId)).toMatchObject({ outcome: 'closed' });
    expect(whitebit.created()).toBe(2);
  });

  test('has failed if the exchange ended its order without a fill', async () => {
    const { whitebit, close, stored } = await startTrader();
    whitebit.fate = 'end unfilled';
    await close();
    expect(await stored()).toMatchObject({ state: 'failed', failure: { code: 'not-executed' } });
  });

  test.each([
    { what: 'its minimum amount', market: { minAmount: '1' } },
    { what: 'its minimum value', market: { minTotal: '1000000' } },
  ])('sends nothing below $what', async ({ market }) => {
    const { whitebit, adopt, close, stored } = await startTrader();
    Object.assign(whitebit.market, market);
    const { position } = await adopt();
    await close(position.positionId);
    expect(await stored(position.positionId)).toMatchObject({
      state: 'failed',
      failure: { code: 'below-minimum' },
    });
    expect(whitebit.created()).toBe(0);
  });

  test('states which minimums the market does not list', async () => {
    const { whitebit, adopt, close, stored } = await startTrader();
    Object.assign(whitebit.market, { minAmount: undefined, minTotal: undefined });
    const { position, warnings } = await adopt();
    const sentence = 'BTC/USDT lists no minimum amount and no minimum value of an order.';
    expect(warnings).toContain(sentence);
    await close(position.positionId);
    expect((await stored(position.positionId)).outcome?.detail).toContain(sentence);
  });

  test('sends nothing beside an open order of the market', async () => {
    const { whitebit, close, stored } = await startTrader();
    whitebit.orders.push({ id: 7, clientOrderId: '', amount: '1', filled: '0', status: 'OPEN', at: 0 });
    await close();
    expect(await stored()).toMatchObject({ state: 'failed', failure: { code: 'open-orders' } });
    expect(whitebit.created()).toBe(0);
  });
});

const unknownFates = [
  { fate: 'fill, lose answer', found: 'a trade of order 4180284841' },
  { fate: 'fill, name no id', found: 'a trade of order 4180284841' },
  { fate: 'lose request', found: 'No order, no trade and no change of the balance was found.' },
] as const;

describe.each(unknownFates)('a close whose order has the fate "$fate"', ({ fate, found }) => {
  test('is sent once, and then needs its owner, whatever is found', async () => {
    const { whitebit, close, pass, stored } = await startTrader();
    whitebit.fate = fate;
    expect(await close()).toMatchObject({ outcome: 'in-progress' });
    await pass(6);
    const { state, attentionReason, notices } = await stored();
    expect(state).toBe('needs-attention');
    expect(attentionReason).toContain(found);
    expect(notices?.at(-1)?.text).toContain('--sold AMOUNT --apply');
    expect(whitebit.created()).toBe(1);
  });

  test('blocks the market until its owner states what it sold', async () => {
    const { whitebit, close, pass, resolve, stored, secondId } = await startTrader();
    whitebit.fate = fate;
    await close();
    whitebit.fate = 'fill';
    await close(secondId);
    expect(await stored(secondId)).toMatchObject({ state: 'failed', failure: { code: 'market-blocked' } });
    await pass(6);
    await close(secondId);
    expect(whitebit.created()).toBe(1);
    await resolve({ sold: '0.5', apply: true });
    expect(await stored()).toMatchObject({
      state: 'closed',
      outcome: { closedBy: 'external', closedAmount: '0.5' },
    });
    expect(await close(secondId)).toMatchObject({ outcome: 'closed' });
    expect(whitebit.created()).toBe(2);
  });
});

test('a look-up that shows nothing of an executed order is no proof', async () => {
  const { whitebit, close, pass, stored } = await startTrader();
  Object.assign(whitebit.shows, { history: false, trades: false, clientOrderIds: false, balance: false });
  whitebit.fate = 'fill, lose answer';
  await close();
  await pass(10);
  expect(await stored()).toMatchObject({ state: 'needs-attention' });
  expect(whitebit.created()).toBe(1);
});

test('an order that the exchange named is waited for, and ends the close once it is shown', async () => {
  const { whitebit, close, pass, stored } = await startTrader();
  whitebit.shows.history = false;
  expect(await close()).toMatchObject({ outcome: 'in-progress' });
  whitebit.shows.history = true;
  await pass(1);
  expect(await stored()).toMatchObject({ state: 'closed', outcome: { closeOrderId: '4180284841' } });
  expect(whitebit.created()).toBe(1);
});

test('an order that is shown as closed without its fill is waited for', async () => {
  const { whitebit, close, pass, stored } = await startTrader();
  whitebit.shows.fills = false;
  expect(await close()).toMatchObject({ outcome: 'in-progress' });
  whitebit.shows.fills = true;
  await pass(1);
  expect(await stored()).toMatchObject({ state: 'closed', outcome: { closedAmount: '0.5' } });
  expect(whitebit.created()).toBe(1);
});

test('an order that executed in part counts once', async () => {
  const { whitebit, close, resolve, stored } = await startTrader();
  whitebit.fate = 'fill half';
  await close();
  expect((await stored()).attentionReason).toContain('executed 0.25 of 0.5 BTC');
  await expect(resolve({ sold: '0.2', apply: true })).rejects.toMatchObject({ code: 'invalid-input' });
  await resolve({ sold: '0.25', apply: true });
  whitebit.fate = 'fill';
  expect(await close()).toMatchObject({ outcome: 'closed' });
  expect(whitebit.orders.map(({ amount }) => amount)).toEqual(['0.5', '0.25']);
});

test('an order that stays open needs its owner', async () => {
  const { whitebit, close, pass, stored } = await startTrader();
  whitebit.fate = 'rest';
  await close();
  await pass(6);
  expect((await stored()).attentionReason).toContain('The exchange named it 4180284841');
});

describe('an error in the answer to a close', () => {
  const messages = {
    InsufficientFunds: { status: 422, body: { code: 30, message: 'Not enough balance' } },
    other: { status: 503, body: { code: 1, message: 'Service temporarily unavailable' } },
  };

  test.each([
    { fate: messages.InsufficientFunds, isRefusal: true },
    { fate: messages.other, isRefusal: false },
  ])('proves nothing: $fate.body.message', async ({ fate, isRefusal }) => {
    const { whitebit, close, pass, stored } = await startTrader();
    whitebit.fate = fate;
    await close();
    await pass(1);
    expect(await stored()).toMatchObject({ state: 'claimed' });
    await pass(5);
    const { state, attentionReason = '' } = await stored();
    expect(state).toBe('needs-attention');
    expect(attentionReason).toContain(fate.body.message);
    expect(attentionReason.includes('By the look of it, the exchange refused the order.')).toBe(isRefusal);
    expect(whitebit.created()).toBe(1);
  });
});

test('a read that failed leaves a refusal open', async () => {
  const { whitebit, close, pass, stored } = await startTrader();
  whitebit.fate = { status: 422, body: { code: 30, message: 'Not enough balance' } };
  await close();
  whitebit.isDown = true;
  await pass(1);
  whitebit.isDown = false;
  await pass(5);
  expect(await stored()).toMatchObject({ state: 'needs-attention' });
  expect((await stored()).attentionReason).not.toContain('By the look of it');
});

describe('a process that died', () => {
  test('before it could send is continued by the first order', async () => {
    const { whitebit, claim, pass, stored } = await startTrader();
    await claim({ blocks: false });
    await pass(2);
    expect(await stored()).toMatchObject({ state: 'closed' });
    expect(whitebit.created()).toBe(1);
  });

  test('when it may have sent is continued by no order', async () => {
    const { whitebit, claim, pass, stored } = await startTrader();
    await claim({ blocks: true });
    await pass(6);
    expect(await stored()).toMatchObject({ state: 'needs-attention' });
    expect(whitebit.created()).toBe(0);
  });
});

describe("its owner's word", () => {
  async function startUnknown() {
    const trader = await startTrader();
    trader.whitebit.fate = 'lose request';
    await trader.close();
    await trader.pass(6);
    return trader;
  }

  test('is asked for with what the exchange shows', async () => {
    const { resolve, stored } = await startUnknown();
    const { verdict, reason } = await resolve();
    expect(verdict).toBe('unknown');
    expect(reason).toContain('Only you can state');
    await expect(resolve({ apply: true })).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored()).toMatchObject({ state: 'needs-attention' });
  });

  test('opens the position again if nothing was sold', async () => {
    const { whitebit, resolve, stored, close } = await startUnknown();
    await resolve({ sold: '0', apply: true });
    expect(await stored()).toMatchObject({ state: 'open' });
    whitebit.fate = 'fill';
    expect(await close()).toMatchObject({ outcome: 'closed' });
    expect(whitebit.orders.map(({ amount }) => amount)).toEqual(['0.5']);
  });

  test('leaves what was not sold open', async () => {
    const { whitebit, resolve, close } = await startUnknown();
    await resolve({ sold: '0.2', apply: true });
    whitebit.fate = 'fill';
    await close();
    expect(whitebit.orders.map(({ amount }) => amount)).toEqual(['0.3']);
  });

  test('can be no more than the position has', async () => {
    const { resolve } = await startUnknown();
    await expect(resolve({ sold: '0.6', apply: true })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('is needed before the position is forgotten', async () => {
    const { forget } = await startUnknown();
    await expect(forget()).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('is needed before the position is forgotten, also if the claim ends meanwhile', async () => {
    const { whitebit, close, pass, forget, stored } = await startTrader();
    whitebit.fate = 'lose request';
    await close();
    await expect(forget(() => pass(6))).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored()).toMatchObject({ positionId: expect.any(String) });
  });

  test('is not taken while the order of an old claim is under way', async () => {
    const { whitebit, claim, skip, pass, resolve, stored } = await startTrader();
    await claim({ blocks: false });
    skip(10);
    const said: unknown[] = [];
    whitebit.onOrder = async () => {
      said.push(await resolve({ sold: '0', apply: true }).catch(({ code }) => code));
    };
    await pass(1);
    expect(said).toEqual(['conflict']);
    expect(await stored()).toMatchObject({ state: 'closed' });
  });

  test('is not taken while Ripcord reads what became of the order', async () => {
    const { whitebit, close, resolve } = await startTrader();
    whitebit.fate = 'lose request';
    await close();
    await expect(resolve({ sold: '0', apply: true })).rejects.toMatchObject({ code: 'conflict' });
  });
});

test.each([{ side: 'short' }, { entryOrderIds: ['1'], amount: undefined }, { exitOrderIds: ['1'] }])(
  'a position with $side $entryOrderIds $exitOrderIds is not adopted there',
  async (input) => {
    const { whitebit, adopt } = await startTrader();
    whitebit.orders.push({ id: 1, clientOrderId: '', amount: '1', filled: '0', status: 'OPEN', at: 0 });
    await expect(adopt(input)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);
