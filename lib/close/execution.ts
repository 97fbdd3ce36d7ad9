import type { Exchange } from '../exchange/exchange.ts';
import type { RequestNote } from '../link/hit.ts';
import { syncOrders } from '../position/order-sync.ts';
import type { Claim, Position } from '../position/position.ts';

export interface ExecutionDependencies {
  exchange: Exchange;
  /** What `exchange` has been asked, as it goes. */
  requests: RequestNote[];
  now(): number;
  pause(ms: number): Promise<void>;
}

/** One run of a claim's action, as it goes: what has been learned, and what may have been sent. */
export interface Execution {
  deps: ExecutionDependencies;
  claim: Claim;
  position: Position;
  cancelsSent: boolean;
  /** A close order may be under way: nothing but its own fate may end the claim. */
  closeSent: boolean;
}

/** Asks the exchange anew what has become of the orders. */
export async function resyncOrders(run: Execution): Promise<void> {
  const orders = await syncOrders(run.deps.exchange, run.position, run.deps.now());
  run.position = { ...run.position, ...orders };
}
