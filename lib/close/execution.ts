import type { Exchange } from '../exchange/exchange.ts';
import type { RequestNote } from '../link/hit.ts';
import { lookAtOrders } from '../position/order-sync.ts';
import type { Claim, Position } from '../position/position.ts';

export interface ActDependencies {
  exchange: Exchange;
  /** What `exchange` has been asked, as it goes. */
  requests: RequestNote[];
  now(): number;
  pause(ms: number): Promise<void>;
}

/** One run of a claim's action, as it goes: what has been learned, and what may have been sent. */
export interface Run {
  deps: ActDependencies;
  claim: Claim;
  position: Position;
  cancelsSent: boolean;
  /** A close order may be under way: nothing but its own fate may end the claim. */
  closeSent: boolean;
}

/** Asks the exchange anew what has become of the orders. */
export const lookAgain = async (run: Run): Promise<void> => {
  const orders = await lookAtOrders(run.deps.exchange, run.position, run.deps.now());
  run.position = { ...run.position, ...orders };
};
