import { type Amount, decimal, isPositive, truncateToStep } from '../amount.ts';
import { type CreateResult, type ExchangeOrder, exitSide } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import { addFees, syncOrders } from '../position/order-sync.ts';
import { type Claim, formatClientOrderId, type OrderRecord, type Position } from '../position/position.ts';
import { pollAttempts, pollIntervalMs, pollWindowMs } from '../position/timing.ts';
import { computeTotals, toOrderRecord } from '../position/totals.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { canceledBy, cancelOrders } from './cancel.ts';
import type { Execution, ExecutionDependencies } from './execution.ts';
import { describeExternalClose, endExternallyClosed, findExternalClose } from './external-close.ts';
import { amountToClose, isDust, marketOrderStep } from './order-size.ts';
import { belowMinimum, failed, settled } from './outcomes.ts';

/** Sends the MARKET order that closes the position: the only place where one leaves. */
export async function placeClose(run: Execution, amount: Amount, again = false): Promise<ActionResult> {
  const { deps, claim, position } = run;
  const sentAt = deps.now();
  if (sentAt > claim.sendDeadline)
    return { kind: 'retry', reason: 'the time to send the close order was over' };
  const clientOrderId = formatClientOrderId(position.positionId, 'close', position.attempt);
  run.closeSent = true;
  const result = await deps.exchange.createMarketOrder(position.market, {
    clientOrderId,
    side: exitSide(position.side),
    positionSide: position.side,
    amount,
    reduceOnly: position.market.kind === 'perpetual',
    hedged: position.hedged,
    sendDeadline: claim.sendDeadline,
  });
  run.closeSent = !(result.kind === 'rejected' && result.reason !== 'duplicate-id');
  if (result.kind === 'rejected' && result.reason !== 'duplicate-id')
    return afterRejection(run, result, amount, again);
  const order = await followClose(run, clientOrderId, result);
  if (order === undefined)
    return {
      kind: 'pending',
      reason: result.kind === 'accepted' ? 'the close order is not done yet' : result.message,
      ...(result.kind === 'unknown' ? { words: result.message } : {}),
    };
  return endClose(run, order, sentAt);
}

/**
 * Ends a claim by a close order that recovery has found. What its owner had learned of the other orders died
 * with it, so they are looked at again. Throws where they can't be.
 */
export async function finishFound(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: ExchangeOrder,
): Promise<ActionRun> {
  const orders = await syncOrders(deps.exchange, position, deps.now());
  // A fee that is missing would look like something that was left.
  const entries = await addFees(deps.exchange, position, orders.entryOrders);
  const run: Execution = {
    deps,
    claim,
    position: {
      ...position,
      entryOrders: noteEnded(claim, position.entryOrders, entries),
      exitOrders: noteEnded(claim, position.exitOrders, orders.exitOrders),
    },
    cancelsSent: true,
    closeSent: true,
  };
  return { ending: await endClose(run, order), position: run.position, requests: deps.requests };
}

/** Orders that were live when the claim began and have ended since, with something unfilled, it has cancelled. */
function noteEnded(claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] {
  return after.map((order, index) =>
    before[index]?.status !== 'done' && order.status === 'done' ? canceledBy(claim, order) : order,
  );
}

/** Reads the close order until the exchange calls it done; undefined where that can't be learned now. */
async function followClose(
  { deps, claim, position }: Execution,
  clientOrderId: string,
  result: CreateResult,
): Promise<ExchangeOrder | undefined> {
  let order = result.kind === 'accepted' ? result.order : undefined;
  for (let look = 0; look < pollAttempts && order?.status !== 'done'; look += 1) {
    if (look > 0) await deps.pause(pollIntervalMs);
    if (deps.now() > claim.sendDeadline + pollWindowMs) break;
    try {
      const name = order === undefined ? { clientOrderId } : { orderId: order.orderId };
      order = (await deps.exchange.fetchOrder(position.market, name)) ?? order;
    } catch {
      // A failed look says nothing about the order.
    }
  }
  return order?.status === 'done' ? order : undefined;
}

/** What a finished close order means. */
async function endClose(run: Execution, order: ExchangeOrder, sentAt?: number): Promise<ActionResult> {
  const { exchange } = run.deps;
  const { market, positionId, attempt, side } = run.position;
  const holdsNone = async () =>
    market.kind === 'perpetual' && (await exchange.fetchPosition(market, side)).side !== side;
  if (!isPositive(order.filled)) {
    // Venues that only acknowledge find out afterwards that there is nothing to reduce.
    if (await holdsNone())
      return endExternallyClosed(run, await describeExternalClose(exchange, run.position));
    return failed(run, {
      code: 'not-executed',
      message: `The exchange took the MARKET order ${order.orderId} and ended it without executing any of it.`,
    });
  }
  const told = {
    outcome: 'closed',
    by: 'link',
    detail: `Closed ${order.filled} ${market.base} with MARKET order ${order.orderId}${order.average === undefined ? '' : ` at ${order.average} ${market.quote}`}.`,
    closedAmount: order.filled,
    averagePrice: order.average,
    closeOrderId: order.orderId,
    closeClientOrderId: formatClientOrderId(positionId, 'close', attempt),
    at: order.updatedAt,
    sentAt,
  } as const;
  const after: Position = { ...run.position, exitOrders: [...run.position.exitOrders, toOrderRecord(order)] };
  const { remaining } = computeTotals(after);
  const rest = truncateToStep(remaining, marketOrderStep(market));
  const goesOn = isPositive(rest) && !(await isDust({ ...run, position: after }, rest));
  if (run.claim.percent !== undefined && goesOn) {
    run.position = after;
    return settled(run, { ...told, left: remaining }, true);
  }
  if (!goesOn) {
    // A part can come to all that there was: then its exits have nothing left to guard.
    if (run.claim.percent !== undefined) await cancelOrders(run, ['exitOrders']);
    const dust = isPositive(rest)
      ? ` ${remaining} ${market.base} of it is below the exchange's minimum for an order, so it stays in the account.`
      : '';
    return settled(run, { ...told, detail: told.detail + dust, left: remaining });
  }
  // A reduce-only order ends early, or was sent for less, where the account holds less than the position's own.
  if (await holdsNone()) return settled(run, { ...told, left: '0' });
  run.position = after;
  return {
    kind: 'attention',
    reason: `The MARKET order ${order.orderId} executed ${order.filled} of ${order.amount} ${market.base}; ${remaining} ${market.base} is left.`,
  };
}

/** The exchange has proved that nothing was executed. What it was about decides. */
async function afterRejection(
  run: Execution,
  rejection: Extract<CreateResult, { kind: 'rejected' }>,
  amount: Amount,
  again: boolean,
): Promise<ActionResult> {
  const { exchange } = run.deps;
  const { market, side } = run.position;
  const { remaining } = computeTotals(run.position);
  switch (rejection.reason) {
    case 'below-minimum':
      return belowMinimum(run, remaining);
    case 'insufficient': {
      const outside = await findExternalClose(exchange, run.position);
      return outside === undefined || outside === 'unproven'
        ? failed(run, rejection)
        : endExternallyClosed(run, outside);
    }
    case 'would-not-reduce': {
      const holding = await exchange.fetchPosition(market, side);
      if (holding.side === undefined)
        return endExternallyClosed(run, await describeExternalClose(exchange, run.position));
      if (holding.side !== side)
        return failed(run, {
          code: 'flipped',
          message: `The exchange now holds a ${holding.side} of ${holding.amount} ${market.base}, and this is a ${side}: nothing was sent.`,
        });
      if (!again && decimal(holding.amount).lt(amount)) return placeClose(run, holding.amount, true);
      return failed(run, rejection);
    }
    case 'precision': {
      if (again) return failed(run, rejection);
      run.position = { ...run.position, market: await exchange.loadMarket(market.symbol) };
      const cut = amountToClose(run);
      return (await isDust(run, cut)) ? belowMinimum(run, remaining) : placeClose(run, cut, true);
    }
    case 'clock':
    case 'rate-limit':
    case 'too-late':
    case 'no-connection':
      // Provably not sent: given back if nothing else was done, gone on with if orders were cancelled.
      return run.cancelsSent
        ? { kind: 'retry', reason: rejection.message }
        : {
            kind: 'released',
            fault: new Fault('exchange-unreachable', rejection.message),
          };
    default:
      return failed(run, rejection);
  }
}
