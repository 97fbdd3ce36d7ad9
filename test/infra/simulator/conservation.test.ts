import { BigNumber } from 'bignumber.js';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { reduceOrder } from '../../../infra/simulator/core/amend.ts';
import { type ListLeg, placeOto } from '../../../infra/simulator/core/order-lists.ts';
import { Rejection } from '../../../infra/simulator/core/rejection.ts';
import { SimulatedExchange } from '../../../infra/simulator/core/simulated-exchange.ts';

const apiKey = 'key-1';
const side = fc.constantFrom('buy' as const, 'sell' as const);
const amount = fc.integer({ min: 1, max: 300 }).map((n) => new BigNumber(n).div(1000).toFixed());
const price = fc.integer({ min: 400, max: 800 }).map((n) => String(n * 100));
const nth = fc.nat({ max: 9 });

const step = fc.oneof(
  fc.record({ do: fc.constant('limit' as const), side, amount, price }),
  fc.record({ do: fc.constant('market' as const), side, amount }),
  fc.record({ do: fc.constant('stop_market' as const), side, amount, price }),
  fc.record({ do: fc.constant('oco' as const), side, amount, above: price, below: price }),
  fc.record({
    do: fc.constant('oto' as const),
    side,
    amount,
    price,
    pendingAmount: fc.option(amount, { nil: undefined }),
    exits: fc.tuple(price, price),
    isOco: fc.boolean(),
  }),
  fc.record({ do: fc.constant('attached' as const), amount, price, takeProfit: price, stopLoss: price }),
  fc.record({ do: fc.constant('late-stop' as const), amount, price }),
  fc.record({ do: fc.constant('amend' as const), nth, amount }),
  fc.record({ do: fc.constant('fill' as const), nth, amount }),
  fc.record({ do: fc.constant('cancel' as const), nth }),
  fc.record({ do: fc.constant('price' as const), price }),
  fc.record({ do: fc.constant('liquidity' as const), amount }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const market = { market: 'spot' as const, symbol: 'BTCUSDT' };

/** A working order with a target and a stop, sized or paid by the working order. */
function placeList(core: SimulatedExchange, each: Extract<Step, { do: 'oto' }>): void {
  const isPaid = each.pendingAmount === undefined;
  const workingSide = isPaid ? 'buy' : each.side;
  const [low, high] = [...each.exits].sort();
  const isSell = workingSide === 'buy';
  const target = { type: 'limit_maker' as const, price: isSell ? high : low };
  const stop = { type: 'stop_market' as const, triggerPrice: isSell ? low : high };
  const pair: [ListLeg, ListLeg] = isSell ? [target, stop] : [stop, target];
  placeOto(core.state, {
    account: core.accountOf(apiKey),
    symbol: market.symbol,
    working: { type: 'limit', side: workingSide, amount: each.amount, price: each.price },
    pending: {
      side: isSell ? 'sell' : 'buy',
      amount: each.pendingAmount,
      legs: each.isOco ? pair : [stop],
    },
    limits: { conditional: 5, lists: 20 },
  });
}

function take(core: SimulatedExchange, each: Step): void {
  const orderId = () => core.state.openOrders().at('nth' in each ? each.nth : 0)?.id ?? 0;
  switch (each.do) {
    case 'limit':
    case 'market':
      core.placeOrder({ apiKey, ...market, ...each, type: each.do });
      break;
    case 'stop_market':
      core.placeOrder({
        apiKey,
        ...market,
        side: each.side,
        amount: each.amount,
        type: each.do,
        stopPrice: each.price,
      });
      break;
    case 'oco':
      core.placeOco({
        apiKey,
        symbol: market.symbol,
        side: each.side,
        amount: each.amount,
        above:
          each.side === 'sell'
            ? { type: 'limit_maker', price: each.above }
            : { type: 'stop_market', triggerPrice: each.above },
        below:
          each.side === 'sell'
            ? { type: 'stop_market', triggerPrice: each.below }
            : { type: 'limit_maker', price: each.below },
      });
      break;
    case 'oto':
      placeList(core, each);
      break;
    case 'attached':
      core.placeOrder({
        apiKey,
        ...market,
        side: 'buy',
        amount: each.amount,
        type: 'limit',
        price: each.price,
        attached: {
          mode: 'partial',
          takeProfit: { triggerPrice: each.takeProfit },
          stopLoss: { triggerPrice: each.stopLoss },
        },
      });
      break;
    case 'late-stop':
      core.placeOrder({
        apiKey,
        ...market,
        side: 'sell',
        amount: each.amount,
        type: 'stop_market',
        stopPrice: each.price,
        locksAtTrigger: true,
      });
      break;
    case 'amend':
      reduceOrder(core.state, core.state.order(orderId()), { amount: each.amount });
      break;
    case 'fill':
      core.fill({ orderId: orderId(), amount: each.amount });
      break;
    case 'cancel':
      core.cancelOrder({ orderId: orderId() });
      break;
    case 'price':
      core.setPrice({ ...market, price: each.price });
      break;
    case 'liquidity':
      core.setLiquidity({ ...market, amount: each.amount });
      break;
  }
}

function sum(values: string[]) {
  return values.reduce((total, value) => total.plus(value), new BigNumber(0));
}

function check(core: SimulatedExchange): void {
  const account = core.accountOf(apiKey);
  const { fills } = core.orders();
  for (const asset of ['BTC', 'USDT']) {
    const { free, locked } = account.spot[asset] ?? { free: '0', locked: '0' };
    if (free.startsWith('-') || locked.startsWith('-'))
      throw new Error(`${asset} is negative: ${free}, ${locked}`);
    const locks = [...core.state.locks.values()].filter((lock) => lock.asset === asset);
    if (!sum(locks.map((lock) => lock.amount)).eq(locked)) throw new Error(`${asset} is locked for nothing`);
    const bought = fills.map((fill) => ({
      ...fill,
      sign: (fill.side === 'buy') === (asset === 'BTC') ? 1 : -1,
    }));
    const traded = bought.map((fill) =>
      new BigNumber(asset === 'BTC' ? fill.amount : fill.cost).times(fill.sign).toFixed(),
    );
    const fees = sum(fills.filter((fill) => fill.feeAsset === asset).map((fill) => fill.fee));
    const expected = sum(['100000', ...traded])
      .minus(fees)
      .minus(asset === 'BTC' ? '99998' : '0');
    if (!expected.eq(sum([free, locked])))
      throw new Error(`${asset} was made or lost: ${expected.toFixed()}`);
  }
  if (core.state.openOrders().length === 0 && core.state.locks.size > 0)
    throw new Error('a lock outlived its orders');
}

function checkLists(core: SimulatedExchange): void {
  for (const list of core.state.orderLists.values()) {
    const orders = list.orderIds.map((id) => core.state.order(id));
    const legs = orders.filter(({ id }) => id !== list.workingId);
    if (legs.filter(({ filled }) => filled !== '0').length > 1) throw new Error('both legs filled');
    const working = orders.find(({ id }) => id === list.workingId);
    const hasStarted = legs.some(({ status }) => status === 'new' || status === 'filled');
    if (working !== undefined && working.status !== 'filled' && hasStarted)
      throw new Error('a pending order entered the book before its working order had filled');
  }
}

/** A stop waits only as long as the market has not reached its price. */
function checkTriggers(core: SimulatedExchange): void {
  const last = new BigNumber(core.state.market('spot', market.symbol).price);
  for (const { triggered, status, oco, side: orderSide, triggerPrice = '0' } of core.state.openOrders()) {
    // An order of two prices may be placed beyond one of them, and triggers with the next trade.
    if (triggered || status === 'pending_new' || oco !== undefined) continue;
    if (orderSide === 'buy' ? last.gte(triggerPrice) : last.lte(triggerPrice))
      throw new Error('a stop did not trigger at its price');
  }
}

describe('for any sequence of operations', () => {
  it.each([1, 2, 3, 4, 5])(
    'the exchange neither makes nor loses money, and no list fills twice (seed %i)',
    (seed) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
          const core = new SimulatedExchange({ clock: () => 1_700_000_000_000 });
          core.addAccount({ apiKey, secret: 'secret-1', balances: { spot: { BTC: '2', USDT: '100000' } } });
          for (const each of steps) {
            try {
              take(core, each);
            } catch (error) {
              if (!(error instanceof Rejection)) throw error;
            }
            check(core);
            checkLists(core);
            checkTriggers(core);
          }
        }),
        { seed, numRuns: 200 },
      );
    },
  );

  it('a reduceOnly order never opens, adds to or flips a position', () => {
    const perp = { market: 'usdm', symbol: 'BTCUSDT' } as const;
    const signed = fc.integer({ min: -300, max: 300 }).map((n) => new BigNumber(n).div(1000).toFixed());
    const type = fc.constantFrom('market' as const, 'limit' as const);
    const order = fc.record({ side, amount, type, price });
    fc.assert(
      fc.property(
        signed,
        fc.array(order, { maxLength: 10 }),
        fc.array(price, { maxLength: 5 }),
        (start, orders, moves) => {
          const core = new SimulatedExchange({ clock: () => 1_700_000_000_000 });
          core.addAccount({ apiKey, secret: 'secret-1', balances: { usdm: { USDT: '100000' } } });
          core.setPosition({ apiKey, symbol: perp.symbol, amount: start });
          for (const each of orders) {
            try {
              const limit = each.type === 'limit' ? { price: each.price } : {};
              core.placeOrder({
                apiKey,
                ...perp,
                side: each.side,
                amount: each.amount,
                type: each.type,
                reduceOnly: true,
                ...limit,
              });
            } catch (error) {
              if (!(error instanceof Rejection)) throw error;
            }
          }
          for (const move of moves) core.setPrice({ ...perp, price: move });
          const end = new BigNumber(core.accountOf(apiKey).positions['BTCUSDT:BOTH']?.amount ?? '0');
          if (end.abs().gt(new BigNumber(start).abs()) || end.times(start).lt(0))
            throw new Error(`${start} became ${end}`);
          const sold = sum(
            core.orders().fills.map((fill) => (fill.side === 'sell' ? fill.amount : `-${fill.amount}`)),
          );
          if (!new BigNumber(start).minus(sold).eq(end)) throw new Error('fills and position disagree');
        },
      ),
    );
  });
});
