import { decimal, toAmount } from '../amount.ts';
import type { CreateResult, Exchange, ExchangeOrder, RejectReason } from '../exchange/exchange.ts';
import type { Fault } from '../fault.ts';
import type { RequestNote } from '../link/hit.ts';
import type { Claim, Position } from '../position/position.ts';
import { toOrderRecord } from '../position/totals.ts';
import type { ActionRun } from './action-result.ts';
import type { ExternalClose, Knowledge } from './step.ts';

export interface ExecutionDependencies {
  exchange: Exchange;
  /** Every request that `exchange` was sent, as it happens. */
  requests: RequestNote[];
  /** No new request to the exchange begins after it, epoch milliseconds: what is known then is saved. */
  readonly until: number;
  /**
   * Saves what was learned and starts an attempt of its own for another close order, under the same claim.
   * @returns the position as saved; undefined if another process has taken the claim over.
   */
  startAttempt(position: Position): Promise<Position | undefined>;
  /**
   * On an exchange that is not proven: notes that the close order may be sent.
   * @returns the position whose close order may be under way in the market; undefined if there is none.
   */
  blockMarket(position: Position): Promise<Position | undefined>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Why an order's end is not known. */
export type CancelProblem =
  /** The exchange refuses to cancel: key or permission. */
  | { kind: 'denied'; code: string; message: string }
  /** `lost`: the exchange answers, and has no such order. `refused`: it finds the order, and rejects the cancel. */
  | { kind: 'unconfirmed'; message: string; exchangeMessage?: string; lost: boolean; refused?: true }
  /** The order has ended, and nothing shows what it filled. */
  | { kind: 'fill-unknown'; message: string }
  | { kind: 'fault'; fault: Fault };

/** The exchange proved that a close order was not executed. */
export type Rejection = Extract<CreateResult, { kind: 'rejected' }>;

/** One run of a claim's action as it proceeds. */
export interface Execution {
  readonly deps: ExecutionDependencies;
  readonly claim: Claim;
  known: Knowledge;
  /** A close order may have been sent: only its own result may end the claim. */
  closeSent: boolean;
  /**
   * An earlier holder may have sent this close order, so what is sent here is the same one again. It ends nothing by
   * itself: no plan and no answer proves what the earlier one did.
   */
  resends: boolean;
  /** The last close order that this run sent, and when it was sent first. */
  sentOrder?: Claim['sentOrder'];
  /** The close order, once the exchange reports it done. */
  closeOrder?: ExchangeOrder;
  /** A close order of the present attempt was rejected: another one needs an attempt of its own. */
  attemptUsed: boolean;
  /** The last rejection: if what has to be read after it can't be read, its words end the claim. */
  rejection?: Rejection | undefined;
  /** The kinds of rejection that this run has met, and whether it has sent a smaller order: each counts once. */
  resentAfter: Set<RejectReason | 'smaller'>;
}

export function startExecution(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  sent: { cancels: boolean; close: boolean } = { cancels: false, close: false },
): Execution {
  const known: Knowledge = { position, cancelsSent: sent.cancels, fresh: {} };
  return {
    deps,
    claim,
    known,
    closeSent: sent.close,
    resends: false,
    attemptUsed: false,
    resentAfter: new Set(),
  };
}

/** @returns the position with its close order on record. */
export function withClose(position: Position, order: ExchangeOrder, { actor, linkId }: Claim): Position {
  const close = { ...toOrderRecord(order), sentBy: { actor, linkId } };
  return { ...position, exitOrders: [...position.exitOrders, close] };
}

/** The plan continues with the position closed outside Ripcord, on orders that are read after this. */
export function planExternalClose(run: Execution, holding: ExternalClose): void {
  run.known = { ...run.known, fresh: { holding } };
}

export function toActionRun(run: Execution, result: ActionRun['result']): ActionRun {
  const { known, deps, sentOrder, resends } = run;
  // What a run that resends finds missing may be what the earlier order closed.
  const isFirst = sentOrder !== undefined && !resends;
  const wasCounted = result.kind === 'settled' || (result.kind === 'pending' && isFirst);
  const position = wasCounted && !mayBeFilled(known.position) ? known.position : withoutGone(known);
  return { result, position, requests: deps.requests, sentOrder };
}

/** What is missing beside a live exit may be a fill of it that its look-up does not show yet. */
function mayBeFilled({ exitOrders }: Position): boolean {
  return exitOrders.some(({ status }) => status !== 'done');
}

/** Coins count as gone for good only with an outcome or an order that rests on it. Otherwise they are counted again. */
function withoutGone({ position, gone }: Knowledge): Position {
  if (gone === undefined) return position;
  const before = decimal(position.goneAmount ?? '0').minus(gone);
  return { ...position, goneAmount: before.gt(0) ? toAmount(before) : undefined };
}
