import type { Exchange, ExchangeOrder } from '../exchange/exchange.ts';
import type { Fault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Claim, Position } from '../position/position.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { ActionRun } from './action-result.ts';
import type { ExternalClose, Knowledge } from './next-step.ts';

export interface ExecutionDependencies {
  exchange: Exchange;
  /** Every request that `exchange` was sent, as it happens. */
  requests: RequestNote[];
  /** No new request to the exchange begins after it, epoch milliseconds: what is known then is saved. */
  readonly until: number;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Why an order's end is not known. */
export type CancelProblem =
  /** The exchange refuses to cancel: key or permission. */
  | { kind: 'denied'; code: string; message: string }
  /** `lost`: the exchange answers, and has no such order. */
  | { kind: 'unconfirmed'; message: string; lost: boolean }
  /** The order has ended, and nothing shows what it filled. */
  | { kind: 'fill-unknown'; message: string }
  | { kind: 'fault'; fault: Fault };

/** One run of a claim's action as it proceeds. */
export interface Execution {
  readonly deps: ExecutionDependencies;
  readonly claim: Claim;
  known: Knowledge;
  /** A close order may have been sent: only its own result may end the claim. */
  closeSent: boolean;
  /** The close order, once the exchange reports it done. */
  closeOrder?: ExchangeOrder;
  /** The exchange already refused one size as wrong: a second refusal is final. */
  resized: boolean;
}

export function startExecution(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  sent: { cancels: boolean; close: boolean } = { cancels: false, close: false },
): Execution {
  const known: Knowledge = { position, cancelsSent: sent.cancels, fresh: {} };
  return { deps, claim, known, closeSent: sent.close, resized: false };
}

/** @returns the position with its close order on record. */
export function withClose(position: Position, order: ExchangeOrder): Position {
  return { ...position, exitOrders: [...position.exitOrders, toOrderRecord(order)] };
}

/** The plan continues with the position closed outside Ripcord, on orders that are read after this. */
export function planExternalClose(run: Execution, holding: ExternalClose): void {
  run.known = { ...run.known, fresh: { holding } };
}

export function toActionRun(run: Execution, result: ActionRun['result']): ActionRun {
  return { result, position: run.known.position, requests: run.deps.requests };
}
