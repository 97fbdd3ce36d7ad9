import { describe, expect, it } from 'vitest';
import { describeExternalClose, readHolding } from '../../../lib/close/external-close.ts';
import type { MarketRules, Side, Trade } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { closePosition, filled, type PositionFacts, perpetual, spot } from './close-position.ts';
import { exchangeWith } from './example-execution.ts';

const openedAt = Date.parse('2025-10-09T08:53:20.000Z');
const at = openedAt + 60_000;

function trade(differing: Partial<Trade> = {}): Trade {
  return { orderId: 't1', side: 'sell', amount: '1', price: '60000', cause: 'trade', at, ...differing };
}

interface Account {
  side?: Side;
  total?: string;
  trade?: Trade | Fault;
}

function accountWith({ side, total = '0', trade: last }: Account) {
  return exchangeWith({
    fetchPosition: () => Promise.resolve({ side, amount: '1', hedged: false }),
    fetchBalance: (currency) =>
      currency === 'BTC' ? Promise.resolve({ free: '0', total }) : Promise.reject(new Error(currency)),
    fetchTrades: () =>
      last instanceof Fault ? Promise.reject(last) : Promise.resolve(last === undefined ? [] : [last]),
  });
}

const gone = 'The position was closed outside Ripcord: the account no longer holds its BTC';
const unexplained = { detail: `${gone}.`, at: undefined };
const explained = {
  detail: `${gone}; the last sell was 1 at 60000 on 2025-10-09T08:54:20.000Z.`,
  at,
};

describe('what an account holds of a position', () => {
  const long: PositionFacts = { market: perpetual };
  const short: PositionFacts = { market: perpetual, side: 'short' };
  const withMarketMinimum: MarketRules = { ...spot, marketAmountMin: '0.5' };

  it.each<[string, PositionFacts, Account, unknown]>([
    ['the perpetual', long, { side: 'long' }, 'held'],
    ['the short perpetual', short, { side: 'short' }, 'held'],
    ['no perpetual, and no trade shows why', long, {}, 'missing'],
    ['no perpetual after a trade', long, { trade: trade() }, explained],
    ['the other side of a perpetual', long, { side: 'short' }, unexplained],
    ['a spot short, which is owed', { side: 'short' }, { total: '0' }, 'held'],
    ['all of a spot position', {}, { total: '1' }, 'held'],
    [
      'all of a spot position below the minimum',
      { entries: [{ ...filled, filled: '0.1' }] },
      { total: '0.1' },
      'held',
    ],
    ['the minimum of a spot position', {}, { total: '0.2' }, 'held'],
    ['less than the minimum', {}, { total: '0.19' }, 'missing'],
    [
      'less than the minimum after a trade',
      {},
      { total: '0.19', trade: trade() },
      {
        ...explained,
        detail: explained.detail.replace('no longer holds its', 'holds only 0.19'),
        held: '0.19',
      },
    ],
    ['the minimum for MARKET orders', { market: withMarketMinimum }, { total: '0.5' }, 'held'],
    ['less than the minimum for MARKET orders', { market: withMarketMinimum }, { total: '0.4' }, 'missing'],
    [
      'nothing of a market without a minimum',
      { market: { ...spot, amountMin: '0' } },
      { total: '0.05' },
      'missing',
    ],
  ])('%s', async (_, facts, account, holding) => {
    expect((await readHolding(accountWith(account), closePosition(facts), at)).holding).toEqual(holding);
  });
});

it('An account whose clock is ahead shows the next position, and the trade that closed this one', async () => {
  const ahead = at + 1_000;
  const listed = [trade({ at: at - 500 }), trade({ orderId: 't2', side: 'buy', at: ahead })];
  const account = exchangeWith({
    ...accountWith({ side: 'long' }),
    fetchTrades: (_market, { until }) => Promise.resolve(listed.filter((each) => each.at <= until)),
  });
  const position = closePosition({ market: perpetual });
  expect((await readHolding(account, position, at)).holding).toMatchObject({ at: at - 500 });
});

describe('an external close', () => {
  const filledAt = (updatedAt: number | undefined) => ({ ...filled, updatedAt });
  const canceledRest = { filled: '0.5', baseFee: '0', updatedAt: at + 1 };

  it.each<[string, PositionFacts, Trade | Fault | undefined, unknown]>([
    ['is explained by a trade since the entry', {}, trade(), explained],
    ['is not explained without a trade', {}, undefined, unexplained],
    ['is not explained by a failed read', {}, new Fault('exchange-unreachable', 'no'), unexplained],
    ['is explained by a trade as the entry filled', { entries: [filledAt(at)] }, trade(), explained],
    [
      'is not explained by a trade before the entry filled',
      { entries: [filledAt(at + 1)] },
      trade(),
      unexplained,
    ],
    [
      'is not explained by a trade before the last entry filled',
      { entries: [filledAt(at + 1), filledAt(at)] },
      trade(),
      unexplained,
    ],
    [
      'ignores when the rest of an entry was canceled',
      { entries: [filledAt(at), canceledRest] },
      trade({ amount: '1.5' }),
      { detail: expect.stringContaining('the last sell was 1.5 at'), at },
    ],
    ['is not explained by the sale of a part', {}, trade({ amount: '0.98' }), unexplained],
    [
      'is explained by a sale that paid its fee in base',
      {},
      trade({ amount: '0.99' }),
      expect.objectContaining({ at }),
    ],
    [
      'takes the creation for an entry that filled in part',
      { entries: [canceledRest] },
      trade({ at: openedAt }),
      { detail: expect.stringContaining('2025-10-09T08:53:20.000Z'), at: openedAt },
    ],
    [
      'is not explained by a trade before the creation',
      { entries: [{ amount: '0', filled: '0', updatedAt: 0 }] },
      trade({ at: openedAt - 1 }),
      unexplained,
    ],
    ['is explained if the fill has no time', { entries: [filledAt(undefined)] }, trade(), explained],
    ['is not explained by its own exit', { exits: [{}, { orderId: 't1' }] }, trade(), unexplained],
    ['is explained by a trade beside its own exit', { exits: [{}] }, trade(), explained],
    [
      'is explained by a trade without an order id',
      { exits: [{ orderId: undefined }] },
      trade({ orderId: undefined }),
      explained,
    ],
  ])('%s', async (_, facts, last, external) => {
    const account = accountWith(last === undefined ? {} : { trade: last });
    expect(await describeExternalClose(account, closePosition(facts), at)).toEqual(external);
  });

  it('is explained by a trade of the last week, which is what one request lists', async () => {
    const weekMs = 7 * 86_400_000;
    const now = openedAt + 2 * weekMs;
    const account = exchangeWith({
      fetchTrades: (_market, { since, until }) =>
        until - since < weekMs
          ? Promise.resolve([trade({ at: now })])
          : Promise.reject(new Error('too long')),
    });
    expect(await describeExternalClose(account, closePosition({}), now)).toMatchObject({ at: now });
  });

  it('of a short is explained by a buy', async () => {
    const account = exchangeWith({
      fetchTrades: () => Promise.resolve([trade({ side: 'buy' }), trade()]),
    });
    expect(await describeExternalClose(account, closePosition({ side: 'short' }), at)).toMatchObject({
      detail: expect.stringContaining('the last buy was 1 at 60000'),
      at,
    });
  });
});
