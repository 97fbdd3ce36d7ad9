import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { protect } from '../../../lib/exits/protect.ts';
import type { ExitPlan } from '../../../lib/position/exit-plan.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { toOrderRecord } from '../../../lib/position/totals.ts';
import type { Services } from '../../../lib/services.ts';
import { syncPosition } from '../../../lib/sync/sync-position.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { accepted, startTrader, type TestMarket } from '../exchange/test-markets.ts';
import { examplePlan } from '../exits/example-exits.ts';
import { examplePosition } from '../position/example-position.ts';

/** How long one request takes by the simulated clock. */
const requestMs = 40;

/** What a test does to one request of the exchange. Absent: nothing. */
export type Meddle = (name: string, input: unknown[], send: () => Promise<unknown>) => Promise<unknown>;

/** A stop of the owner's that the position has adopted, instead of a plan. */
export type AdoptedStop = Pick<OrderRecord, 'amount'> & { triggerPrice: string };

/**
 * A long of 0.1 BTC, bought at 60000 at the simulated exchange, with a plan. Time is simulated: each request takes some, and
 * so does each sleep.
 */
export async function startStopTrader(
  testMarket: TestMarket,
  {
    exitPlan = examplePlan({ stop: '55000' }),
    adoptedStops = [],
    meddle = (_name, _input, send) => send(),
  }: { exitPlan?: ExitPlan | undefined; adoptedStops?: AdoptedStop[] | undefined; meddle?: Meddle } = {},
) {
  let elapsedMs = 0;
  const startedAt = Date.now();
  const now = () => startedAt + elapsedMs;
  const trader = await startTrader(testMarket, { now });
  const pass = (ms: number) => {
    elapsedMs += ms;
    trader.clock.ahead = now() - Date.now();
  };
  const { sim, market } = trader;
  const sent = accepted(
    await trader.buy({ clientOrderId: 'rc0123456789abe1', type: 'market', price: undefined }),
  );
  const entry: OrderRecord = {
    clientOrderId: 'rc0123456789abe1',
    type: 'market',
    status: 'unconfirmed',
    amount: '0.1',
    filled: '0',
  };
  const exitOrders: OrderRecord[] = [];
  for (const [index, adopted] of adoptedStops.entries()) {
    const stop = await trader.exchange.createExitOrder(market, {
      ...{ kind: 'stop-loss', side: 'sell', positionSide: 'long', hedged: false, ...adopted },
      clientOrderId: `byhand${index}`,
      sendDeadline: now() + 5_000,
    });
    exitOrders.push(toOrderRecord(accepted(stop)));
  }
  const store = createMemoryStore();
  const position: Position = {
    ...examplePosition,
    exchange: testMarket.exchange,
    symbol: market.symbol,
    createdAt: new Date(startedAt).toISOString(),
    market,
    entryOrders: [toOrderRecord(sent, entry)],
    ...(adoptedStops.length === 0 ? { exitPlan } : { exitPlan: undefined, exitOrders }),
    lastSync: undefined,
  };
  await store.createPosition(position);
  const names: string[] = [];
  const exchange = new Proxy(trader.exchange, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...input: unknown[]) => {
        names.push(String(name));
        pass(requestMs);
        return meddle(String(name), input, async () => Reflect.apply(member, target, input));
      };
    },
  }) as Exchange;
  const services: Services = {
    store,
    exchanges: { of: async () => exchange },
    now,
    sleep: async (ms) => pass(ms),
    randomId: () => 'mark12345678',
  };
  const read = async () => (await store.readPosition(position.positionId)) as Position;
  return {
    ...trader,
    services,
    store,
    position,
    pass,
    now,
    read,
    /** What Ripcord asked of the exchange since the last call. */
    asked: () => names.splice(0),
    /** The trigger prices of the stops that rest at the exchange, lowest first. */
    stops(): number[] {
      const { orders, algoOrders } = sim.core.orders();
      const open = orders.filter(
        ({ status, triggered }) => (status === 'new' || status === 'partially_filled') && !triggered,
      );
      const waiting = algoOrders.filter(({ status }) => status === 'new');
      return [...open, ...waiting]
        .filter(({ side, type }) => side === 'sell' && type.startsWith('stop'))
        .map(({ triggerPrice }) => Number(triggerPrice))
        .sort((a, b) => a - b);
    },
    setPrice: (price: number) =>
      sim.core.setPrice({ market: testMarket.market, symbol: 'BTCUSDT', price: String(price) }),
    /** As the sweep does it. */
    sweep: async () => protect(services, await syncPosition(services, await read(), { figures: 'none' })),
  };
}
