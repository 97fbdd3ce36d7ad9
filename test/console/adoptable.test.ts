import { describe, expect, it } from 'vitest';
import { type Candidate, describeAdoption, toCertainOrders } from '../../console/app/position/adoptable.ts';

type Order = Candidate['entries'][number];

function order(orderId: string, change: Partial<Order> = {}): Order {
  return {
    orderId,
    symbol: 'ETH/USDT',
    side: 'buy',
    type: 'limit',
    amount: '1',
    filled: '0',
    price: '2900',
    conditional: false,
    priceStep: '0.01',
    amountStep: '0.0001',
    ...change,
  };
}

function candidate(change: Partial<Candidate> = {}): Candidate {
  return { key: '', symbol: 'ETH/USDT', side: 'long', held: undefined, entries: [], exits: [], ...change };
}

const perpetual = 'ETH/USDT:USDT';
const held = { symbol: perpetual, side: 'long', amount: '2' } as const;
const exit = order('9', { side: 'sell', price: '3200' });
const stop = order('8', { side: 'sell', price: undefined, triggerPrice: '2700', conditional: true });

describe('the orders that are ticked at first', () => {
  it.each([
    ['are the only order there is', candidate({ entries: [order('1')] }), ['1']],
    ['are none of several entry orders', candidate({ entries: [order('1'), order('2')] }), []],
    ['are no entry order beside exits on spot', candidate({ entries: [order('1')], exits: [exit] }), []],
    ['are no exits on spot', candidate({ exits: [exit] }), []],
    [
      'are the exits of the one perpetual position, and no entry beside it',
      candidate({ symbol: perpetual, held, entries: [order('1')], exits: [exit, stop] }),
      ['9', '8'],
    ],
  ])('%s', (_title, given, ticked) => {
    expect(toCertainOrders(given)).toEqual(ticked);
  });
});

describe('what a position would be', () => {
  const several = candidate({ entries: [order('1', { filled: '0.4' }), order('2')], exits: [exit, stop] });

  it('needs an entry order or an amount', () => {
    expect(describeAdoption(several, new Set(), '')).toMatchObject({
      sentences: ['Tick the entry orders of the position, or enter its amount.'],
      isComplete: false,
    });
    expect(describeAdoption(candidate({ exits: [exit] }), new Set(['9']), '0').isComplete).toBe(false);
  });

  it('adds up the ticked entry orders, and names the exits that a close cancels', () => {
    expect(describeAdoption(several, new Set(['1', '2', '9', '8']), '7')).toEqual({
      sentences: [
        'Long 2 ETH in ETH/USDT by 2 entry orders, of which 0.4 ETH has filled.',
        'A close cancels 2 exit orders: sell 1 ETH at 3,200.00; sell 1 ETH at 2,700.00.',
      ],
      warnings: [],
      isComplete: true,
    });
  });

  it('is the declared amount without entry orders', () => {
    const { sentences } = describeAdoption(candidate({ exits: [exit] }), new Set(['9']), '1');
    expect(sentences[0]).toBe('Long 1 ETH in ETH/USDT, which the account already holds.');
  });

  it('warns of exits for more than the position, and of exits that stay', () => {
    const { warnings } = describeAdoption(
      candidate({ exits: [exit, order('7', { side: 'sell' }), stop] }),
      new Set(['9', '7']),
      '1',
    );
    expect(warnings).toEqual([
      "The ticked LIMIT exit orders are for 2 ETH, more than the position's 1 ETH.",
      '1 exit order is not ticked. A close leaves it open. On spot, what it holds stays locked.',
    ]);
  });

  it('warns that a held amount is not part of the ticked entry orders', () => {
    const given = candidate({ symbol: perpetual, held, entries: [order('1')] });
    expect(describeAdoption(given, new Set(['1']), '2').warnings).toEqual([
      'The 2 ETH that the account holds is not part of it. To adopt that, tick no entry order.',
    ]);
  });

  it('has at most 20 orders of a kind', () => {
    const entries = Array.from({ length: 21 }, (_, index) => order(String(index)));
    const ticked = new Set(entries.map(({ orderId }) => orderId));
    expect(describeAdoption(candidate({ entries }), ticked, '').isComplete).toBe(false);
  });
});
