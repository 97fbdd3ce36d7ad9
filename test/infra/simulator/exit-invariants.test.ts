import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { decimal } from '../../../infra/simulator/core/amounts.ts';
import type { AttachedExits } from '../../../infra/simulator/core/model.ts';
import { placeOrder } from '../../../infra/simulator/core/orders.ts';
import { addPartialExits, findExits, setFullExits } from '../../../infra/simulator/core/position-exits.ts';
import { Rejection } from '../../../infra/simulator/core/rejection.ts';
import { SimulatedExchange } from '../../../infra/simulator/core/simulated-exchange.ts';

const apiKey = 'key-1';
const perp = { market: 'usdm', symbol: 'BTCUSDT' } as const;
const side = fc.constantFrom('buy' as const, 'sell' as const);
const amount = fc.integer({ min: 1, max: 300 }).map((n) => new BigNumber(n).div(1000).toFixed());
const price = fc.integer({ min: 400, max: 800 }).map((n) => String(n * 100));
const mode = fc.constantFrom('full' as const, 'partial' as const);
const nth = fc.nat({ max: 9 });

const step = fc.oneof(
  fc.record({
    do: fc.constant('enter' as const),
    side,
    amount,
    price,
    mode,
    takeProfit: price,
    stopLoss: price,
  }),
  fc.record({ do: fc.constant('reduce' as const), side, amount }),
  fc.record({ do: fc.constant('stop' as const), side, amount, price }),
  fc.record({ do: fc.constant('exits' as const), amount, mode, takeProfit: price, stopLoss: price }),
  fc.record({ do: fc.constant('cancel' as const), nth }),
  fc.record({ do: fc.constant('fill' as const), nth, amount }),
  fc.record({ do: fc.constant('liquidity' as const), amount }),
  fc.record({ do: fc.constant('price' as const), price }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const seeds = [11, 12, 13, 14, 15];

function exitsFor(
  isLong: boolean,
  each: { mode: AttachedExits['mode']; takeProfit: string; stopLoss: string },
) {
  const [low, high] = [each.takeProfit, each.stopLoss].sort();
  const below = { triggerPrice: String(low) };
  const above = { triggerPrice: String(high) };
  return isLong
    ? { mode: each.mode, takeProfit: above, stopLoss: below }
    : { mode: each.mode, takeProfit: below, stopLoss: above };
}

function take(core: SimulatedExchange, each: Step): void {
  const account = core.accountOf(apiKey);
  const orderId = () => core.state.openOrders().at('nth' in each ? each.nth : 0)?.id ?? 0;
  switch (each.do) {
    case 'enter':
      placeOrder(core.state, {
        account,
        ...perp,
        side: each.side,
        type: 'limit',
        amount: each.amount,
        price: each.price,
        attached: exitsFor(each.side === 'buy', each),
      });
      break;
    case 'reduce':
      core.placeOrder({
        apiKey,
        ...perp,
        side: each.side,
        type: 'market',
        amount: each.amount,
        reduceOnly: true,
      });
      break;
    case 'stop':
      core.placeOrder({
        apiKey,
        ...perp,
        side: each.side,
        type: 'stop_market',
        amount: each.amount,
        stopPrice: each.price,
        reduceOnly: true,
      });
      break;
    case 'exits': {
      const held = positionIn(core);
      const target = { account, symbol: perp.symbol, positionSide: 'BOTH' as const };
      if (held.isZero()) break;
      const exits = exitsFor(held.gt(0), each);
      if (each.mode === 'full') setFullExits(core.state, target, exits);
      else addPartialExits(core.state, target, exits, each.amount);
      break;
    }
    case 'cancel':
      core.cancelOrder({ orderId: orderId() });
      break;
    case 'fill':
      core.fill({ orderId: orderId(), amount: each.amount });
      break;
    case 'liquidity':
      core.setLiquidity({ ...perp, amount: each.amount });
      break;
    case 'price':
      core.setPrice({ ...perp, price: each.price });
      break;
  }
}

function positionIn(core: SimulatedExchange) {
  return decimal(core.accountOf(apiKey).positions['BTCUSDT:BOTH']?.amount ?? '0');
}

/** The stops and targets of a position never take more than it, and none outlives it. */
function checkExits(core: SimulatedExchange): void {
  const account = core.accountOf(apiKey);
  const held = positionIn(core);
  for (const order of findExits(core.state, { account, symbol: perp.symbol, positionSide: 'BOTH' })) {
    if (held.isZero()) throw new Error('an exit outlived its position');
    if ((order.side === 'sell') !== held.gt(0)) throw new Error('an exit would add to its position');
    if (order.triggered) continue;
    if (decimal(order.amount).gt(held.abs())) throw new Error('an exit is for more than its position');
  }
}

/** After a trade, no conditional order waits beyond its trigger price. */
function checkTriggers(core: SimulatedExchange): void {
  const waiting = [
    ...core.state.openOrders().filter(({ triggered }) => !triggered),
    ...core.state.openAlgoOrders(),
  ];
  for (const { type, side: orderSide, triggerPrice = '0' } of waiting) {
    const rising = type.startsWith('stop_') === (orderSide === 'buy');
    const last = decimal(core.state.market('usdm', perp.symbol).price);
    if (rising ? last.gte(triggerPrice) : last.lte(triggerPrice))
      throw new Error('an order did not trigger at its price');
  }
}

/** Only an order that may add to a position reverses it. */
function checkReduction(core: SimulatedExchange, before: BigNumber, since: number): void {
  let held = before;
  for (const fill of core.state.fills.slice(since)) {
    const after = held.plus(fill.side === 'buy' ? fill.amount : `-${fill.amount}`);
    const { reduceOnly } = core.state.order(fill.orderId);
    if (reduceOnly && (after.times(held).lt(0) || after.abs().gt(held.abs())))
      throw new Error(`a reduce-only order moved the position from ${held.toFixed()} to ${after.toFixed()}`);
    held = after;
  }
  if (!held.eq(positionIn(core))) throw new Error('fills and position disagree');
}

function checkPairs(core: SimulatedExchange): void {
  const filled = core.state.orders
    .values()
    .filter(({ exit, filled }) => exit?.pairId !== undefined && filled !== '0');
  const pairs = [...filled].map(({ exit }) => exit?.pairId);
  if (new Set(pairs).size !== pairs.length) throw new Error('both halves of a pair filled');
}

describe('the exits of a position', () => {
  it.each(seeds)('neither reverse nor outlive it, and never fill both halves of a pair (seed %i)', (seed) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const core = new SimulatedExchange({ clock: () => 1_700_000_000_000 });
        core.addAccount({ apiKey, secret: 'secret-1', balances: { usdm: { USDT: '100000' } } });
        for (const each of steps) {
          const before = positionIn(core);
          const fills = core.state.fills.length;
          try {
            take(core, each);
          } catch (error) {
            if (!(error instanceof Rejection)) throw error;
          }
          checkExits(core);
          checkReduction(core, before, fills);
          checkPairs(core);
          if (each.do === 'price') checkTriggers(core);
        }
      }),
      { seed, numRuns: 200 },
    );
  });
});
