import { type Amount, decimal, isPositive, truncateToStep } from '../amount.ts';
import { type CreateResult, exitSideOf, type OrderView } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import { addFees, lookAtOrders } from '../position/order-sync.ts';
import { type Claim, clientOrderIdOf, type OrderRecord, type Position } from '../position/position.ts';
import { followWindowMs, settleLooks, settlePauseMs } from '../position/timing.ts';
import { recordOf, tallyOf } from '../position/totals.ts';
import type { Acted, Ending } from './action-result.ts';
import { canceledBy, cancelOrders } from './cancel.ts';
import type { ActDependencies, Run } from './execution.ts';
import { closedOutside, describeOutside, endOutside } from './external-close.ts';
import { amountToClose, isDust, marketStepOf } from './order-size.ts';
import { failed, settled, tooSmall } from './outcomes.ts';

/** Sends the MARKET order that closes the position: the only place where one leaves. */
export const placeClose = async (run: Run, amount: Amount, again = false): Promise<Ending> => {
  const { deps, claim, position } = run;
  const sentAt = deps.now();
  if (sentAt > claim.sendBefore)
    return { kind: 'retry', reason: 'the time to send the close order was over' };
  const clientOrderId = clientOrderIdOf(position.positionId, 'close', position.attempt);
  run.closeSent = true;
  const result = await deps.exchange.createMarketOrder(position.market, {
    clientOrderId,
    side: exitSideOf(position.side),
    positionSide: position.side,
    amount,
    reduceOnly: position.market.kind === 'perpetual',
    hedged: position.hedged,
    sendBefore: claim.sendBefore,
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
};

/**
 * Ends a claim by a close order that recovery has found. What its owner had learned of the other orders died
 * with it, so they are looked at again. Throws where they can't be.
 */
export const finishFound = async (
  deps: ActDependencies,
  position: Position,
  claim: Claim,
  order: OrderView,
): Promise<Acted> => {
  const orders = await lookAtOrders(deps.exchange, position, deps.now());
  // A fee that is missing would look like something that was left.
  const entries = await addFees(deps.exchange, position, orders.entries);
  const run: Run = {
    deps,
    claim,
    position: {
      ...position,
      entries: noteEnded(claim, position.entries, entries),
      exits: noteEnded(claim, position.exits, orders.exits),
    },
    cancelsSent: true,
    closeSent: true,
  };
  return { ending: await endClose(run, order), position: run.position, requests: deps.requests };
};

/** Orders that were live when the claim began and have ended since, with something unfilled, it has cancelled. */
const noteEnded = (claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] =>
  after.map((order, index) =>
    before[index]?.status !== 'done' && order.status === 'done' ? canceledBy(claim, order) : order,
  );

/** Reads the close order until the exchange calls it done; undefined where that can't be learned now. */
const followClose = async (
  { deps, claim, position }: Run,
  clientOrderId: string,
  result: CreateResult,
): Promise<OrderView | undefined> => {
  let order = result.kind === 'accepted' ? result.order : undefined;
  for (let look = 0; look < settleLooks && order?.status !== 'done'; look += 1) {
    if (look > 0) await deps.pause(settlePauseMs);
    if (deps.now() > claim.sendBefore + followWindowMs) break;
    try {
      const name = order === undefined ? { clientOrderId } : { orderId: order.orderId };
      order = (await deps.exchange.fetchOrder(position.market, name)) ?? order;
    } catch {
      // A failed look says nothing about the order.
    }
  }
  return order?.status === 'done' ? order : undefined;
};

/** What a finished close order means. */
const endClose = async (run: Run, order: OrderView, sentAt?: number): Promise<Ending> => {
  const { exchange } = run.deps;
  const { market, positionId, attempt, side } = run.position;
  const holdsNone = async () =>
    market.kind === 'perpetual' && (await exchange.fetchHolding(market, side)).side !== side;
  if (!isPositive(order.filled)) {
    // Venues that only acknowledge find out afterwards that there is nothing to reduce.
    if (await holdsNone()) return endOutside(run, await describeOutside(exchange, run.position));
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
    closeClientOrderId: clientOrderIdOf(positionId, 'close', attempt),
    at: order.at,
    sentAt,
  } as const;
  const after: Position = { ...run.position, exits: [...run.position.exits, recordOf(order)] };
  const { left } = tallyOf(after);
  const rest = truncateToStep(left, marketStepOf(market));
  const goesOn = isPositive(rest) && !(await isDust({ ...run, position: after }, rest));
  if (run.claim.percent !== undefined && goesOn) {
    run.position = after;
    return settled(run, { ...told, left }, true);
  }
  if (!goesOn) {
    // A part can come to all that there was: then its exits have nothing left to guard.
    if (run.claim.percent !== undefined) await cancelOrders(run, ['exits']);
    const dust = isPositive(rest)
      ? ` ${left} ${market.base} of it is below the exchange's minimum for an order, so it stays in the account.`
      : '';
    return settled(run, { ...told, detail: told.detail + dust, left });
  }
  // A reduce-only order ends early, or was sent for less, where the account holds less than the position's own.
  if (await holdsNone()) return settled(run, { ...told, left: '0' });
  run.position = after;
  return {
    kind: 'attention',
    reason: `The MARKET order ${order.orderId} executed ${order.filled} of ${order.amount} ${market.base}; ${left} ${market.base} is left.`,
  };
};

/** The exchange has proved that nothing was executed. What it was about decides. */
const afterRejection = async (
  run: Run,
  rejection: Extract<CreateResult, { kind: 'rejected' }>,
  amount: Amount,
  again: boolean,
): Promise<Ending> => {
  const { exchange } = run.deps;
  const { market, side } = run.position;
  const { left } = tallyOf(run.position);
  switch (rejection.reason) {
    case 'below-minimum':
      return tooSmall(run, left);
    case 'insufficient': {
      const outside = await closedOutside(exchange, run.position);
      return outside === undefined || outside === 'unproven'
        ? failed(run, rejection)
        : endOutside(run, outside);
    }
    case 'would-not-reduce': {
      const holding = await exchange.fetchHolding(market, side);
      if (holding.side === undefined) return endOutside(run, await describeOutside(exchange, run.position));
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
      return (await isDust(run, cut)) ? tooSmall(run, left) : placeClose(run, cut, true);
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
};
