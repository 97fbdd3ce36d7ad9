import { describe, expect, it } from 'vitest';
import { execute, executeFound } from '../../../lib/close/execute.ts';
import type { Exchange, ExchangeOrder } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { feeInBase } from '../exchange/fills.ts';
import { exampleClaim } from '../position/example-position.ts';
import { closePosition, filled, live, type PositionFacts, perpetual, spot } from './close-position.ts';
import { executionOf } from './example-execution.ts';

const { claimedAt } = exampleClaim;

function view(differing: Partial<ExchangeOrder>): ExchangeOrder {
  return {
    orderId: 'e0',
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    status: 'done',
    amount: '1',
    filled: '0',
    conditional: false,
    ...differing,
  };
}

function run(facts: PositionFacts, exchange: Partial<Exchange>, action: 'close' | 'keep') {
  const position = closePosition(facts);
  const { deps, claim } = executionOf(position, { exchange, claim: { action } });
  return execute(deps, position, claim);
}

describe('a keep', () => {
  const holds: Partial<Exchange> = { fetchBalance: async () => ({ free: '1', total: '1' }) };
  const holdsNone: Partial<Exchange> = {
    fetchBalance: async () => ({ free: '0', total: '0' }),
    fetchTrades: async () => [],
  };
  const cancels: Partial<Exchange> = {
    cancelOrder: async (_, { orderId = '' }) => ({
      kind: 'confirmed',
      order: view({ orderId, filled: '0.4' }),
    }),
    fetchFills: feeInBase('0'),
  };

  it.each<[string, PositionFacts, Partial<Exchange>, string, string]>([
    ['a filled entry', {}, holds, 'The position of 1 BTC stays open.', '1'],
    [
      'a filled entry that is missing',
      {},
      holdsNone,
      'The position of 1 BTC was not closed. The exchange no longer shows it.',
      '1',
    ],
    [
      'an entry that filled in part',
      { entries: [{ ...live, filled: '0.4' }] },
      cancels,
      'The rest of the entry was canceled. The position of 0.4 BTC stays open.',
      '0.4',
    ],
  ])('describes %s', async (_, facts, exchange, detail, remaining) => {
    expect((await run(facts, exchange, 'keep')).result).toMatchObject({
      kind: 'settled',
      outcome: { outcome: 'kept', closedBy: 'ripcord', detail, remaining },
    });
  });

  it('reads the orders again after it found the position closed outside', async () => {
    const reads: string[] = [];
    const exchange: Partial<Exchange> = {
      ...holdsNone,
      fetchTrades: async () => [
        { orderId: '7', side: 'sell', amount: '1', price: '2', cause: 'trade', at: Date.parse('2030-01-01') },
      ],
      fetchOrder: async (_, { orderId = '' }) => {
        reads.push(orderId);
        return view({ orderId, side: 'sell', status: 'live' });
      },
    };
    const { result } = await run({ exits: [live] }, exchange, 'keep');
    expect(result).toMatchObject({ kind: 'settled', outcome: { outcome: 'closed', closedBy: 'external' } });
    expect(reads).toEqual(['x0', 'x0']);
  });
});

describe('a close', () => {
  it('reads a missing fee and sells less by it', async () => {
    const exchange: Partial<Exchange> = {
      fetchFills: feeInBase('0.1'),
      createMarketOrder: async (_, { amount }) => ({
        kind: 'accepted',
        order: view({ orderId: '9', amount, filled: amount }),
      }),
    };
    const { result } = await run({ entries: [{ filled: '1' }] }, exchange, 'close');
    expect(result).toMatchObject({ kind: 'settled', outcome: { closedAmount: '0.9', remaining: '0' } });
  });

  it('judges its value by a fresh price', async () => {
    const market = { ...spot, costMin: '1000' };
    const reads = { fetchPrice: async () => '999', loadMarket: async () => market };
    const { result } = await run({ market }, reads, 'close');
    expect(result).toMatchObject({ kind: 'settled', outcome: { outcome: 'dust', remaining: '1' } });
  });

  it('judges its size by a fresh maximum, and names both', async () => {
    const entries = [{ ...filled, filled: '101' }];
    const { result } = await run({ entries }, { loadMarket: async () => spot }, 'close');
    expect(result).toMatchObject({
      kind: 'failed',
      failure: {
        source: 'ripcord',
        code: 'above-maximum',
        message: "A MARKET order of 101 BTC is above this market's maximum of 100 BTC.",
      },
    });
  });

  it('ends without an order if nothing had filled', async () => {
    const { result } = await run({ entries: [{}] }, {}, 'close');
    expect(result).toMatchObject({ kind: 'settled', outcome: { outcome: 'canceled', closedAmount: '0' } });
  });

  it('ends without an order if an exit order had closed everything', async () => {
    const { result } = await run({ exits: [{ filled: '1' }] }, {}, 'close');
    expect(result).toMatchObject({
      kind: 'settled',
      outcome: { outcome: 'closed', closedBy: 'exit-order', closedAmount: '0' },
    });
  });

  it('is released if the exchange cannot be reached before anything was sent', async () => {
    const fault = new Fault('exchange-unreachable', 'no');
    const exchange = { fetchFills: () => Promise.reject(fault) };
    const { result } = await run({ entries: [{ filled: '1' }] }, exchange, 'close');
    expect(result).toEqual({ kind: 'released', fault });
  });
});

describe('a close order that recovery found', () => {
  const order = view({ orderId: '9', side: 'sell', type: 'market', filled: '1' });
  const found = (facts: PositionFacts, exchange: Partial<Exchange>) => {
    const position = closePosition(facts);
    const { deps, claim } = executionOf(position, { exchange });
    return executeFound(deps, position, claim, order);
  };

  it('settles, and names the orders that ended since the claim began', async () => {
    const facts = { entries: [{ ...filled, filled: '2' }, live], exits: [live, live, {}] };
    const fetchOrder: Exchange['fetchOrder'] = async (_, { orderId = '' }) =>
      view({ orderId, filled: orderId === 'x1' ? '1' : '0' });
    const { result } = await found(facts, { fetchOrder });
    expect(result).toMatchObject({
      kind: 'settled',
      outcome: {
        closedAmount: '1',
        closeOrderId: '9',
        canceledEntryOrderIds: ['e1'],
        canceledExitOrderIds: ['x0'],
        claimedAt: new Date(claimedAt).toISOString(),
        sentAt: undefined,
      },
    });
  });

  it('that executed nothing ends with what closed the position', async () => {
    const position = closePosition({ market: perpetual });
    const { deps, claim } = executionOf(position, {
      exchange: {
        fetchPosition: async () => ({ side: undefined, amount: '0', hedged: false }),
        fetchTrades: async () => [],
      },
    });
    const { result } = await executeFound(deps, position, claim, { ...order, filled: '0' });
    expect(result).toMatchObject({ kind: 'settled', outcome: { outcome: 'closed', closedBy: 'external' } });
  });

  it('sold all that was there of a part: what is gone is no part of what stays open', async () => {
    const position = closePosition({ entries: [{ ...filled, filled: '2' }] });
    const { deps, claim } = executionOf(position, {
      claim: { percent: 75 },
      exchange: {
        fetchBalance: async () => ({ free: '0', total: '0.4' }),
        fetchOpenOrders: async () => [],
        fetchFills: feeInBase('0'),
      },
    });
    // 1.5 should be sold, and the holder that died found 1 to sell.
    const run = await executeFound(deps, position, claim, { ...order, amount: '1' });
    expect(run).toMatchObject({
      result: { kind: 'settled', reopens: true, outcome: { closedAmount: '1', remaining: '0.4' } },
      position: { goneAmount: '0.6' },
    });
  });

  describe('that sold less than is known to remain, because its holder knew the fee of an exit', () => {
    const facts = { entries: [{ ...filled, filled: '2' }], exits: [{ filled: '0.5' }] };
    const account: Partial<Exchange> = {
      fetchBalance: async () => ({ free: '3', total: '3' }),
      fetchOpenOrders: async () => [],
    };

    it('closes the position once the fee is read', async () => {
      const exchange = { ...account, fetchFills: feeInBase('0.5') };
      expect((await found(facts, exchange)).result).toMatchObject({
        kind: 'settled',
        reopens: false,
        outcome: { closedAmount: '1', remaining: '0' },
      });
    });

    it('leaves nothing open while the fee cannot be read', async () => {
      const exchange = {
        ...account,
        fetchFills: () => Promise.reject(new Fault('exchange-unreachable', 'no')),
      };
      const run = await found(facts, exchange);
      expect(run.result).toEqual({
        kind: 'pending',
        reason: 'The fees of exit orders could not be read yet',
      });
      expect(run.position.exitOrders[0]?.baseFee).toBeUndefined();
    });
  });

  it('waits for a fee that cannot be read', async () => {
    const exchange = { fetchFills: () => Promise.reject(new Fault('exchange-unreachable', 'not yet')) };
    expect((await found({ entries: [{ filled: '1.05' }] }, exchange)).result).toEqual({
      kind: 'pending',
      reason: 'not yet',
    });
  });
});
