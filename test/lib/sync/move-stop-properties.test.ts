import { describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { StopTarget } from '../../../lib/link/link.ts';
import { computeProtection } from '../../../lib/position/protection.ts';
import { changeExits } from '../../../lib/sync/change-exits.ts';
import { moveStop } from '../../../lib/sync/move-stop.ts';
import { Random } from '../../simulation/random.ts';
import { binanceFutures, binanceSpot, bybitLinear, type TestMarket } from '../exchange/test-markets.ts';
import { type AdoptedStop, startStopTrader } from './stop-trader.ts';

/** What the property allows: the venue's cancel and create, one after the other. */
const mostBareMs = 3_000;
const mayRefuse = ['other', 'rate-limit', 'would-trigger', 'too-many-orders'] as const;

/** Watches the book: the best stop never falls, and a position that had one is not without one for long. */
class Watch {
  readonly wrong: string[] = [];
  best: number | undefined;
  #bareSince: number | undefined;
  /** Of the exchange, while there is no stop: it refuses each of Ripcord's tries, or does not answer. */
  troubles = 0;
  /** The owner may be loosening it. */
  owners = 0;

  note(stops: number[], now: number): void {
    const best = stops.at(-1);
    if (best === undefined) {
      if (this.best !== undefined) this.#bareSince ??= now;
      // A stop of its owner that is refused is placed again by the next sweep.
      if (this.owners > 0) this.troubles = 2;
      return;
    }
    const bareMs = now - (this.#bareSince ?? now);
    if (bareMs > mostBareMs && this.troubles < 2) this.wrong.push(`without a stop for ${bareMs} ms`);
    this.#bareSince = undefined;
    this.troubles = 0;
    if (this.best !== undefined && best < this.best && this.owners === 0)
      this.wrong.push(`loosened from ${this.best} to ${best}`);
    this.best = best;
  }
}

/** @param adoptedStops instead of a plan's stop. */
async function runSeed(venue: TestMarket, seed: number, adoptedStops?: AdoptedStop[]): Promise<string[]> {
  const random = new Random(seed);
  const watch = new Watch();
  let isQuiet = true;
  const look = () => watch.note(trader.stops(), trader.now());
  const trader = await startStopTrader(venue, {
    adoptedStops,
    meddle: async (name, _input, send) => {
      const mayFail = !isQuiet && ['createExitOrder', 'createExitList', 'amendStop'].includes(name);
      if (mayFail && random.chance(0.08)) {
        watch.troubles += 1;
        return { kind: 'rejected', reason: random.pick(mayRefuse), code: '-1', message: 'No' };
      }
      // The request is lost: what the exchange does not answer leaves the position as it is for minutes.
      if (mayFail && random.chance(0.03)) {
        watch.troubles += 2;
        return { kind: 'unknown', message: 'no answer' };
      }
      if (!isQuiet && name === 'fetchOrder' && random.chance(0.03))
        throw new Fault('exchange-unreachable', 'no answer');
      const answer = await send();
      look();
      if (mayFail && random.chance(0.06)) return { kind: 'unknown', message: 'no answer' };
      if (!isQuiet && name === 'cancelOrder' && random.chance(0.08))
        return { kind: 'unconfirmed', reason: 'no-response', message: 'no answer' };
      return answer;
    },
  });
  const { services, store, position, read, sweep, pass, setPrice } = trader;
  const { savePosition } = store;
  services.store = {
    ...store,
    async savePosition(known, change) {
      // Another process writes first.
      if (!isQuiet && random.chance(0.05)) await savePosition(await read(), { label: `${random.next()}` });
      return savePosition(known, change);
    },
  };
  const orFault = (work: Promise<unknown>) =>
    work.catch((thrown: unknown) => {
      if (!(thrown instanceof Fault)) throw thrown;
    });
  const pickTarget = (): StopTarget =>
    random.pick<StopTarget>([
      { breakEven: true },
      { price: String(random.between(52_000, 63_000)) },
      { trailPercent: String(random.between(1, 12)) },
    ]);
  const move = () =>
    orFault(
      moveStop(
        random.chance(0.5) ? services : { ...services, until: trader.now() + random.between(200, 2_500) },
        position.positionId,
        pickTarget(),
      ),
    );
  const setByOwner = async () => {
    watch.owners += 1;
    const price = String(random.between(52_000, 58_000));
    await orFault(changeExits(services, read, { stopLoss: { price } }));
    look();
  };
  await sweep();
  look();
  isQuiet = false;
  for (let step = 0; step < 8; step += 1) {
    // The market stays above the stop, which would end the position.
    setPrice(Math.max((watch.best ?? 0) + 100, random.between(57_000, 64_000)));
    const acts = [move, move, () => orFault(sweep()), ...(random.chance(0.2) ? [setByOwner] : [])];
    await Promise.all(Array.from({ length: random.between(1, 3) }, () => random.pick(acts)()));
    look();
    pass(random.between(0, 1_500));
    // What the owner set and the exchange refused for a moment is placed by the sweep.
    isQuiet = true;
    // It takes minutes to prove that a lost order never arrived.
    for (let minutes = watch.owners > 0 ? 5 : Number(random.chance(0.4)); minutes > 0; minutes -= 1) {
      pass(60_000);
      await orFault(sweep());
      look();
    }
    watch.owners = 0;
    isQuiet = false;
  }
  isQuiet = true;
  for (let minute = 0; minute < 5; minute += 1) {
    pass(60_000);
    await orFault(sweep());
    look();
  }
  if (trader.stops().length === 0) watch.wrong.push('without a stop in the end');
  const protection = computeProtection(await read());
  if (protection !== 'full') watch.wrong.push(`${protection} protection in the end`);
  return watch.wrong.map((text) => `seed ${seed} at ${venue.name}: ${text}`);
}

const seedCount = Number(process.env.STOP_SEEDS ?? 5);

const starts = [
  { start: 'a stop of its plan', adoptedStops: undefined },
  { start: 'an adopted stop for a part', adoptedStops: [{ amount: '0.01', triggerPrice: '55000' }] },
];

describe.each([binanceSpot, binanceFutures, bybitLinear])('stops at $name', (venue) => {
  it.each(starts)(
    'of a position with $start never become looser or are missing for more than 3 s, whatever is lost, refused or concurrent',
    async ({ adoptedStops }) => {
      const seeds = Array.from({ length: seedCount }, (_, index) => index + 1);
      const wrong: string[] = [];
      for (const seed of seeds) wrong.push(...(await runSeed(venue, seed, adoptedStops)));
      expect(wrong).toEqual([]);
    },
    Math.max(120_000, seedCount * 20_000),
  );
});
