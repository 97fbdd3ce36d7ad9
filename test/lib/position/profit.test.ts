import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../infra/simulator/core/price-walk.ts';
import { decimal, sum, toAmount } from '../../../lib/amount.ts';
import type { Fee } from '../../../lib/exchange/exchange.ts';
import { withFills } from '../../../lib/position/fills.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { computeProfit } from '../../../lib/position/profit.ts';
import { computeTotals } from '../../../lib/position/totals.ts';
import { exampleOrder, exampleOutcome, examplePerpetual, examplePosition } from './example-position.ts';

const { baseFee: _, average: __, ...bare } = exampleOrder;

/** What an account has of each currency. */
class Ledger {
  readonly held = new Map<string, string>();

  move(currency: string, amount: string): void {
    this.held.set(currency, sum([this.held.get(currency) ?? '0', amount]));
  }

  of(currency: string): string {
    return this.held.get(currency) ?? '0';
  }
}

function negated(amount: string): string {
  return toAmount(decimal(amount).negated());
}

type PaidIn = 'base' | 'quote' | 'coin' | 'rebate';

interface Fill {
  side: 'buy' | 'sell';
  amount: string;
  price: string;
  paidIn: PaidIn;
  coinPrice: string;
}

/** Trades on a ledger as an exchange does. @returns the fee. */
function trade(ledger: Ledger, { side, amount, price, paidIn, coinPrice }: Fill): Fee & { inQuote?: string } {
  const cost = toAmount(decimal(amount).times(price));
  ledger.move('BTC', side === 'buy' ? amount : negated(amount));
  ledger.move('USDT', side === 'buy' ? negated(cost) : cost);
  const rate = '0.001';
  const fees = {
    base: { currency: 'BTC', amount: toAmount(decimal(amount).times(rate)) },
    quote: { currency: 'USDT', amount: toAmount(decimal(cost).times(rate)) },
    rebate: { currency: 'USDT', amount: negated(toAmount(decimal(cost).times('0.0001'))) },
    coin: {
      currency: 'BNB',
      amount: toAmount(decimal(cost).times(rate).dividedBy(coinPrice).decimalPlaces(8)),
    },
  };
  const fee = fees[paidIn];
  ledger.move(fee.currency, negated(fee.amount));
  if (paidIn !== 'coin') return fee;
  // The ledger counts the coin at its price at the time of the fill.
  const inQuote = toAmount(decimal(fee.amount).times(coinPrice));
  ledger.move('BNB', fee.amount);
  ledger.move('USDT', negated(inQuote));
  return { ...fee, inQuote };
}

function seeded(seed: number) {
  const random = seededRandom(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const oneOf = <Item>(items: Item[]) => items[between(0, items.length - 1)] as Item;
  return { between, oneOf };
}

/** A position that trades in several fills of several orders, all of it closed, beside the ledger of its account. */
function play(seed: number) {
  const { between, oneOf } = seeded(seed);
  const kind = oneOf(['spot', 'perpetual'] as const);
  const side = oneOf(['long', 'short'] as const);
  const ledger = new Ledger();
  const isSpotLong = kind === 'spot' && side === 'long';
  const start: Position = {
    ...examplePosition,
    side,
    market: kind === 'spot' ? examplePosition.market : examplePerpetual,
    entryOrders: [],
  };
  const fillOrder = (orderSide: Fill['side'], amounts: string[], payable: PaidIn[]): OrderRecord => {
    const fills = amounts.map((amount) => ({
      side: orderSide,
      amount,
      price: `${between(50_000, 70_000)}.${between(0, 99)}`,
      paidIn: oneOf(payable),
      coinPrice: `${between(500, 900)}.${between(0, 9)}`,
    }));
    const cost = sum(fills.map(({ amount, price }) => toAmount(decimal(amount).times(price))));
    const filled = sum(amounts);
    const order = { ...bare, amount: filled, filled };
    return withFills(start, order, { cost, fees: fills.map((fill) => trade(ledger, fill)) });
  };
  const someAmounts = () => Array.from({ length: between(1, 3) }, () => `0.${between(1, 999)}`);
  const [enter, leave] = side === 'long' ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
  const entryFees: PaidIn[] = isSpotLong ? ['base', 'quote', 'coin'] : ['quote', 'coin', 'rebate'];
  const entryOrders = Array.from({ length: between(1, 3) }, () => fillOrder(enter, someAmounts(), entryFees));
  const entered = { ...start, entryOrders };
  const part = toAmount(
    decimal(computeTotals(entered).remaining)
      .times(`0.${between(1, 9)}`)
      .decimalPlaces(5, 1),
  );
  const first = fillOrder(leave, [part], ['quote', 'coin', 'rebate']);
  const parted = { ...entered, exitOrders: [first] };
  const rest = fillOrder(leave, [computeTotals(parted).remaining], ['quote', 'coin', 'rebate']);
  return { ledger, position: { ...parted, exitOrders: [first, rest] }, parted };
}

describe('the profit of a position', () => {
  it('is the ledger of its account to the last digit, once all is closed', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const { ledger, position } = play(seed);
      expect([seed, ledger.of('BTC'), ledger.of('BNB')]).toEqual([seed, '0', '0']);
      const { netProfit, unrealizedProfit } = computeProfit(position);
      expect([seed, netProfit, unrealizedProfit]).toEqual([seed, ledger.of('USDT'), '0']);
    }
  });

  it('of a part, with what remains at the price, is the ledger with what remains sold for that price', () => {
    const price = '65000';
    for (let seed = 1; seed <= 500; seed += 1) {
      const { position } = play(seed);
      const now: Position = {
        ...position,
        exitOrders: position.exitOrders.slice(0, 1),
        lastSync: { at: 0, price },
      };
      const rest = { ...bare, filled: computeTotals(now).remaining, amount: computeTotals(now).remaining };
      const cost = toAmount(decimal(rest.filled).times(price));
      const sold = { ...now, exitOrders: [...now.exitOrders, withFills(now, rest, { cost, fees: [] })] };
      const { netProfit, unrealizedProfit } = computeProfit(now);
      const difference = decimal(netProfit ?? 'none')
        .plus(unrealizedProfit ?? 'none')
        .minus(computeProfit(sold).netProfit ?? 'none');
      // The unrealized profit has 8 decimals.
      expect(difference.abs().lte('0.000000005')).toBe(true);
    }
  });

  it('includes funding that is known', () => {
    const market = examplePerpetual;
    const position: Position = { ...closedPosition, market };
    expect(computeProfit(position)).toMatchObject({ funding: null, netProfit: '435' });
    const funding = { amount: '-12.5', at: 1 };
    expect(computeProfit({ ...position, funding })).toMatchObject({ funding: '-12.5', netProfit: '422.5' });
    expect(computeProfit({ ...position, funding: { at: 1 } })).toMatchObject({
      funding: null,
      netProfit: '435',
    });
    expect(computeProfit({ ...closedPosition, funding })).toMatchObject({ funding: null });
  });

  it('of a position without a fill is zero', () => {
    const entryOrders = [{ ...bare, filled: '0' }];
    const none = { realizedProfit: '0', unrealizedProfit: '0', fees: [], netProfit: '0' };
    expect(computeProfit({ ...examplePosition, entryOrders })).toEqual({ ...none, funding: null });
    const market = examplePerpetual;
    expect(computeProfit({ ...examplePosition, market, entryOrders })).toEqual({ ...none, funding: '0' });
  });

  it('counts the average that the exchange reports as long as no trades are read', () => {
    const [entry, exit] = [bare, { ...bare, average: '61000' }];
    const position = { ...examplePosition, market: examplePerpetual };
    expect(
      computeProfit({ ...position, entryOrders: [{ ...entry, average: '60000' }], exitOrders: [exit] }),
    ).toMatchObject({ realizedProfit: '500', fees: null, netProfit: null });
  });
});

const usdt = (amount: string) => ({ fees: [{ currency: 'USDT', amount }] });
const entry = withFills(examplePosition, bare, { cost: '30000', ...usdt('30') });
const exit = withFills(examplePosition, { ...bare, filled: '0.5' }, { cost: '30500', ...usdt('35') });
const closedPosition: Position = {
  ...examplePosition,
  state: 'closed',
  outcome: { ...exampleOutcome, remaining: '0' },
  entryOrders: [entry],
  exitOrders: [exit],
};
const coinFee = { currency: 'BNB', amount: '0.1' };

describe('what is unknown is null, and leaves the rest', () => {
  const all = { realizedProfit: '500', fees: [{ currency: 'USDT', amount: '65' }], netProfit: '435' };

  it('while all is known, all is shown', () => {
    expect(computeProfit(closedPosition)).toMatchObject(all);
  });

  it.each<[string, Partial<Position>, object]>([
    [
      'fees that are not read',
      { exitOrders: [{ ...exit, fees: undefined }] },
      { fees: null, netProfit: null },
    ],
    [
      'fees of fewer fills than the order has',
      { exitOrders: [{ ...exit, traded: { amount: '0.4', cost: '1' }, average: '61000' }] },
      { fees: null, netProfit: null },
    ],
    [
      'what a coin was worth',
      { exitOrders: [{ ...exit, fees: [coinFee] }] },
      { fees: [{ currency: 'USDT', amount: '30' }, coinFee], netProfit: null },
    ],
    [
      'the price of an exit',
      { exitOrders: [{ ...exit, traded: { amount: '0.5' } }] },
      { realizedProfit: null, netProfit: null },
    ],
    [
      'the price of an entry',
      { entryOrders: [{ ...entry, traded: { amount: '0.5' } }] },
      { realizedProfit: null, netProfit: null },
    ],
    [
      'the entry fees of a declared size',
      { entryOrders: [], declaredSize: { amount: '0.5', averagePrice: '60000' } },
      { fees: null, netProfit: null },
    ],
    [
      'the price of a declared size',
      { entryOrders: [], declaredSize: { amount: '0.5' } },
      { realizedProfit: null, fees: null, netProfit: null },
    ],
    [
      'which part of an adopted exit is of the position',
      { exitOrders: [{ ...exit, filledBefore: '0.1' }] },
      { realizedProfit: null, fees: null, netProfit: null },
    ],
    ['what coins that are gone brought', { goneAmount: '0.1' }, { realizedProfit: null, netProfit: null }],
    [
      'at which price something outside Ripcord closed the rest',
      { exitOrders: [{ ...exit, filled: '0.3', traded: { amount: '0.3', cost: '18300' } }] },
      { realizedProfit: null, netProfit: null },
    ],
    [
      'what an exit closed that is larger than the position',
      { exitOrders: [{ ...exit, filled: '0.6', traded: { amount: '0.6', cost: '36600' } }] },
      { realizedProfit: null, netProfit: null },
    ],
  ])('%s', (_, differing, expected) => {
    expect(computeProfit({ ...closedPosition, ...differing } as Position)).toMatchObject({
      ...all,
      ...expected,
    });
  });

  it('dust stays in the account, and its unrealized profit is unknown once its price is no longer read', () => {
    const dust: Position = {
      ...closedPosition,
      outcome: { ...exampleOutcome, remaining: '0.1' },
      exitOrders: [{ ...exit, filled: '0.4', traded: { amount: '0.4', cost: '24400' } }],
    };
    expect(computeProfit(dust)).toMatchObject({
      realizedProfit: '400',
      netProfit: '335',
      unrealizedProfit: null,
    });
  });
});
