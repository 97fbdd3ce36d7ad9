import { describe, expect, it } from 'vitest';
import { computeProtection } from '../../../lib/position/protection.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { setStage } from '../../simulation/harness.ts';
import { examplePlan } from '../exits/example-exits.ts';

const second = 1_000;
const minute = 60 * second;
const plan = examplePlan({ targets: [], stop: '90' });

/** A filled perpetual of 0.1 BTC whose stop is sent by the sweep of a full minute. The exchange's answer is lost. */
async function loseAnswer({ tells = true, arrives }: { tells?: boolean; arrives: boolean }) {
  const stage = await setStage({ market: 'perpetual', exitsOnlyReduce: true, tells }, (position) => ({
    ...position,
    exitPlan: plan,
  }));
  const { environment, exchange, services, during, book, now } = stage;
  environment.time = Math.ceil(environment.time / minute) * minute;
  const sentAt = environment.time;
  const { createExitOrder, fetchOrder } = exchange;
  exchange.createExitOrder = async (market, order) => {
    if (arrives) await createExitOrder(market, order);
    exchange.createExitOrder = createExitOrder;
    return { kind: 'unknown', message: 'no answer' };
  };
  // Look-ups lag.
  exchange.fetchOrder = async (market, ref) =>
    environment.time < sentAt + minute ? undefined : fetchOrder(market, ref);
  /** Runs the sweeps of the full minutes until a stop is known to rest. @returns when, in milliseconds. */
  const sweepUntilFull = async () => {
    let fullAt: number | undefined;
    const { savePosition } = services.store;
    services.store.savePosition = async (position, change) => {
      const saved = await savePosition(position, change);
      if (saved !== undefined && computeProtection(saved) === 'full') fullAt ??= environment.time;
      return saved;
    };
    for (let count = 0; count < 5 && fullAt === undefined; count += 1) {
      environment.time = sentAt + count * minute;
      await during(() => sweep(services));
    }
    return (fullAt ?? Number.POSITIVE_INFINITY) - sentAt;
  };
  return { sweepUntilFull, stops: () => book.of('exit').filter(({ live }) => live), now };
}

describe('a stop whose answer was lost', () => {
  it('is found by the sweep that sent it if the list of open orders shows it', async () => {
    const { sweepUntilFull, stops } = await loseAnswer({ arrives: true });
    expect(await sweepUntilFull()).toBeLessThan(15 * second);
    expect(stops()).toHaveLength(1);
  });

  it.each([
    { venue: 'Binance', tells: true, provenMs: 77 * second },
    { venue: 'Bybit', tells: false, provenMs: 132 * second },
  ])('is placed again once its absence is proven at $venue', async ({ tells, provenMs }) => {
    const { sweepUntilFull, stops, now } = await loseAnswer({ tells, arrives: false });
    const fullAfterMs = await sweepUntilFull();
    expect(fullAfterMs).toBeGreaterThanOrEqual(provenMs);
    expect(fullAfterMs).toBeLessThan(provenMs + 3 * second);
    expect(stops()).toHaveLength(1);
    expect((await now()).exitOrders.map(({ clientOrderId }) => clientOrderId?.slice(-2))).toEqual(['p2']);
  });
});
