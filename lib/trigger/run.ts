import type { Exchange } from '../exchange/exchange.ts';
import type { Claim, Position } from '../position/position.ts';

export interface ActDependencies {
  exchange: Exchange;
  now(): number;
  pause(ms: number): Promise<void>;
}

/** One run of a claim's action, as it goes: what has been learned, and what may have been sent. */
export interface Run {
  deps: ActDependencies;
  claim: Claim;
  position: Position;
  canceledEntries: string[];
  canceledExits: string[];
  cancelsSent: boolean;
  /** A close order may be under way: nothing but its own fate may end the claim. */
  closeSent: boolean;
}
