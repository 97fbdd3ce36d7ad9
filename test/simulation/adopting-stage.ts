import { Fault } from '../../lib/fault.ts';
import type { Link } from '../../lib/link/link.ts';
import { type Staged, type StandingStage, setStandingStage } from './standing-stage.ts';

const symbol = 'BTC/USDT:USDT';
const account = 'account01';

export interface AdoptingStage extends StandingStage {
  /** A position of 0.1 BTC that its owner opened elsewhere a minute ago. Ripcord's table lacks it. */
  elsewhere: Staged;
  /** The exchange does not show positions until the returned function is called. */
  hidePositions(): () => void;
}

/** A link that adopts, and what it can adopt. */
export async function setAdoptingStage(differing: Partial<Link> = {}): Promise<AdoptingStage> {
  const place = { account, exchange: 'binanceusdm', scope: { account, symbol, side: 'long' } } as const;
  const stage = await setStandingStage({ adopt: true, ...place, ...differing });
  const elsewhere = await stage.open({ exchange: 'binanceusdm', tag: undefined }, { market: 'perpetual' });
  await stage.during(() => stage.table.deletePosition(elsewhere.position.positionId));
  await stage.during(() => stage.environment.sleep(60_000));
  const { exchange } = elsewhere;
  return {
    ...stage,
    elsewhere,
    hidePositions() {
      const { fetchPosition } = exchange;
      exchange.fetchPosition = () =>
        Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
      return () => {
        exchange.fetchPosition = fetchPosition;
      };
    },
  };
}
