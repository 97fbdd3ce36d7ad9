import { type Amount, decimal, isPositive, larger, toAmount, truncateToStep } from '../amount.ts';
import { type CreateResult, type Exchange, exitSideOf, type OrderView } from '../exchange/exchange.ts';
import { asFault, Fault } from '../fault.ts';
import { addFees, lookAtOrders } from '../position/look.ts';
import { type Claim, clientOrderIdOf, type Outcome, type Position } from '../position/position.ts';
import { lastExitOf, tallyOf } from '../position/tally.ts';
import { settleLooks, settlePauseMs } from '../position/timing.ts';
import { CancelUnsettled, cancelAll } from './cancel.ts';
import type { Acted, Ending } from './ending.ts';
import { closedOutside, describeTrade } from './outside.ts';

export interface ActDependencies {
  exchange: Exchange;
  now(): number;
  pause(ms: number): Promise<void>;
}

/** One run of a claim's action. Every request to the exchange that may change something is made here. */
export const act = async (deps: ActDependencies, claimed: Position, claim: Claim): Promise<Acted> => {
  const run: Run = {
    deps,
    claim,
    position: claimed,
    canceledEntries: [],
    canceledExits: [],
    cancelsSent: false,
    closeSent: false,
  };
  try {
    return { ending: await (claim.action === 'close' ? close(run) : keep(run)), position: run.position };
  } catch (thrown) {
    return { ending: endingOfFailure(run, thrown), position: run.position };
  }
};

interface Run {
  deps: ActDependencies;
  claim: Claim;
  position: Position;
  canceledEntries: string[];
  canceledExits: string[];
  cancelsSent: boolean;
  /** A close order may be under way: nothing but its own fate may end the claim. */
  closeSent: boolean;
}

/** What went wrong, and what may have been sent by then, decide whether the position is simply given back. */
const endingOfFailure = (run: Run, thrown: unknown): Ending => {
  if (run.closeSent) return { kind: 'pending', reason: asFault(thrown).message };
  if (thrown instanceof CancelUnsettled && thrown.refusal !== undefined) return failed(run, thrown.refusal);
  if (run.cancelsSent)
    return { kind: 'retry', reason: thrown instanceof Error ? thrown.message : String(thrown) };
  const fault = asFault(thrown);
  if (fault.code === 'exchange-refused') return failed(run, { code: fault.code, message: fault.message });
  return { kind: 'released', fault };
};

const close = async (run: Run): Promise<Ending> => {
  await cancelOrders(run, ['entries', 'exits']);
  await learnFees(run);
  const { filled, left } = tallyOf(run.position);
  if (!isPositive(filled)) return settled(run, canceledOutcome(run));
  if (!isPositive(left)) return settled(run, closedByExit(run));
  const { market } = run.position;
  const amount = truncateToStep(left, largerStep(market.amountStep, market.marketAmountStep));
  if (await isDust(run, amount)) return settled(run, dust(run, left));
  if (market.marketAmountMax !== undefined && decimal(amount).gt(market.marketAmountMax))
    return failed(run, {
      code: 'above-maximum',
      message: `A MARKET order of ${amount} ${market.base} is above this market's maximum of ${market.marketAmountMax}.`,
    });
  return placeClose(run, amount);
};

const keep = async (run: Run): Promise<Ending> => {
  await cancelOrders(run, ['entries']);
  if (!isPositive(tallyOf(run.position).filled)) {
    await cancelOrders(run, ['exits']);
    return settled(run, canceledOutcome(run));
  }
  // Nothing more is sent. Looking tells whether there is still a position that can be kept.
  run.position = {
    ...run.position,
    ...(await lookAtOrders(run.deps.exchange, run.position, run.deps.now())),
  };
  const { left } = tallyOf(run.position);
  if (!isPositive(left)) return settled(run, closedByExit(run));
  const outside = await closedOutside(run.deps.exchange, run.position);
  if (outside !== undefined)
    return settled(run, {
      outcome: 'closed',
      by: 'outside',
      detail: outside.detail,
      at: outside.at,
      left: '0',
    });
  const canceled = run.canceledEntries.length > 0 ? 'The rest of the entry was cancelled; t' : 'T';
  return settled(run, {
    outcome: 'kept',
    by: 'link',
    detail: `${canceled}he position of ${left} ${run.position.market.base} stays open.`,
    left,
  });
};

/** Cancels what is not done, all at once, and takes over what the exchange says of it. */
const cancelOrders = async (run: Run, books: ('entries' | 'exits')[]): Promise<void> => {
  const open = books.some((book) => run.position[book].some((order) => order.status !== 'done'));
  if (!open) return;
  run.cancelsSent = true;
  const ended = await Promise.allSettled(
    books.map(async (book) => {
      const results = await cancelAll(run.deps, run.position, run.position[book]);
      const ids = results.flatMap(({ byUs, record }) => (byUs && record.orderId ? [record.orderId] : []));
      (book === 'entries' ? run.canceledEntries : run.canceledExits).push(...ids);
      run.position = { ...run.position, [book]: results.map((result) => result.record) };
    }),
  );
  const broken = ended.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
};

const learnFees = async (run: Run): Promise<void> => {
  const entries = await addFees(run.deps.exchange, run.position, run.position.entries);
  run.position = { ...run.position, entries };
};

const largerStep = (step: Amount, own: Amount | undefined): Amount =>
  own === undefined ? step : larger(step, own);

/** A price at hand is enough unless the value is near the minimum: then the exchange is asked for one. */
const nearMinimum = 3;

/** Whether the exchange would refuse a MARKET order of this amount as too small. */
const isDust = async (run: Run, amount: Amount): Promise<boolean> => {
  const { market, seen } = run.position;
  if (!isPositive(amount) || decimal(amount).lt(larger(market.amountMin, market.marketAmountMin ?? '0')))
    return true;
  if (market.costMin === undefined || market.kind === 'perpetual') return false;
  const known = seen?.price ?? tallyOf(run.position).averageEntry;
  if (known !== undefined && decimal(amount).times(known).gte(decimal(market.costMin).times(nearMinimum)))
    return false;
  const price = await run.deps.exchange.fetchPrice(market);
  return decimal(amount).times(price).lt(market.costMin);
};

const placeClose = async (run: Run, amount: Amount, again = false): Promise<Ending> => {
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
      reason: result.kind === 'accepted' ? 'the order is not done yet' : result.message,
    };
  return endingOfClose(run, order, sentAt);
};

/** Reads the close order until the exchange calls it done; undefined where that can't be learned now. */
const followClose = async (
  { deps, position }: Run,
  clientOrderId: string,
  result: CreateResult,
): Promise<OrderView | undefined> => {
  let order = result.kind === 'accepted' ? result.order : undefined;
  for (let look = 0; look < settleLooks && order?.status !== 'done'; look += 1) {
    if (look > 0) await deps.pause(settlePauseMs);
    try {
      const name = order === undefined ? { clientOrderId } : { orderId: order.orderId };
      order = (await deps.exchange.fetchOrder(position.market, name)) ?? order;
    } catch {
      // A failed look says nothing about the order.
    }
  }
  return order?.status === 'done' ? order : undefined;
};

/** What a finished close order means. Also how recovery ends a claim whose order it has found. */
export const endingOfClose = (
  run: Pick<Run, 'position' | 'claim' | 'deps'>,
  order: OrderView,
  sentAt?: number,
): Ending => {
  const { position } = run;
  const { left } = tallyOf(position);
  const base = position.market.base;
  if (!isPositive(order.filled))
    return failed(run, {
      code: 'not-executed',
      message: `The exchange took the MARKET order ${order.orderId} and ended it without executing any of it.`,
    });
  const rest = decimal(left).minus(order.filled);
  const sellable = truncateToStep(
    toAmount(rest.gt(0) ? rest : decimal('0')),
    largerStep(position.market.amountStep, position.market.marketAmountStep),
  );
  if (decimal(order.filled).lt(order.amount) && isPositive(sellable))
    return {
      kind: 'attention',
      reason: `The MARKET order ${order.orderId} executed ${order.filled} of ${order.amount} ${base}; ${toAmount(rest)} ${base} is left.`,
    };
  return settled(run, {
    outcome: 'closed',
    by: 'link',
    detail: `Closed ${order.filled} ${base} with MARKET order ${order.orderId}${order.average === undefined ? '' : ` at ${order.average} ${position.market.quote}`}.`,
    closedAmount: order.filled,
    averagePrice: order.average,
    left: toAmount(rest.gt(0) ? rest : decimal('0')),
    closeOrderId: order.orderId,
    closeClientOrderId: clientOrderIdOf(position.positionId, 'close', position.attempt),
    at: order.at,
    sentAt,
  });
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
      return settled(run, dust(run, left));
    case 'insufficient': {
      const outside = await closedOutside(exchange, run.position);
      if (outside === undefined) return failed(run, rejection);
      return settled(run, {
        outcome: 'closed',
        by: 'outside',
        detail: outside.detail,
        at: outside.at,
        left: '0',
      });
    }
    case 'would-not-reduce': {
      const holding = await exchange.fetchHolding(market, side);
      if (holding.side === undefined) {
        const trade = await describeTrade(exchange, run.position);
        return settled(run, {
          outcome: 'closed',
          by: 'outside',
          detail: `The position was closed outside Ripcord: the exchange holds none of it any more${trade.words}.`,
          at: trade.at,
          left: '0',
        });
      }
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
      const rules = run.position.market;
      const cut = truncateToStep(left, largerStep(rules.amountStep, rules.marketAmountStep));
      return (await isDust(run, cut)) ? settled(run, dust(run, left)) : placeClose(run, cut, true);
    }
    case 'clock':
    case 'rate-limit':
    case 'too-late':
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

interface Told {
  outcome: Outcome['outcome'];
  by: Outcome['by'];
  detail: string;
  left: Amount;
  closedAmount?: Amount;
  averagePrice?: Amount | undefined;
  closeOrderId?: string;
  closeClientOrderId?: string;
  /** When the exchange says it came about, epoch milliseconds. */
  at?: number | undefined;
  sentAt?: number | undefined;
}

const settled = (run: Pick<Run, 'position' | 'claim' | 'deps'> & Partial<Run>, told: Told): Ending => ({
  kind: 'settled',
  outcome: {
    outcome: told.outcome,
    by: told.by,
    action: run.claim.action,
    linkId: run.claim.linkId,
    detail: told.detail,
    entryFilled: tallyOf(run.position).filled,
    closedAmount: told.closedAmount ?? '0',
    averagePrice: told.averagePrice,
    left: told.left,
    closeOrderId: told.closeOrderId,
    closeClientOrderId: told.closeClientOrderId,
    canceledEntryOrderIds: run.canceledEntries ?? [],
    canceledExitOrderIds: run.canceledExits ?? [],
    claimedAt: new Date(run.claim.claimedAt).toISOString(),
    sentAt: told.sentAt === undefined ? undefined : new Date(told.sentAt).toISOString(),
    settledAt: new Date(told.at ?? run.deps.now()).toISOString(),
  },
});

const failed = (
  run: Pick<Run, 'claim' | 'deps'> & Partial<Run>,
  refusal: { code: string; message: string },
): Ending => ({
  kind: 'failed',
  failure: {
    code: refusal.code,
    message: refusal.message,
    linkId: run.claim.linkId,
    at: new Date(run.deps.now()).toISOString(),
    canceledExitOrderIds: run.canceledExits ?? [],
  },
});

const canceledOutcome = (run: Run): Told => {
  const byUs = run.canceledEntries.length > 0;
  const last = Math.max(0, ...run.position.entries.map((entry) => entry.at ?? 0));
  return {
    outcome: 'canceled',
    by: byUs ? 'link' : 'outside',
    detail: byUs
      ? 'The entry had not been filled and was cancelled.'
      : 'The entry had been cancelled outside Ripcord before anything filled; nothing was done.',
    left: '0',
    at: byUs || last === 0 ? undefined : last,
  };
};

const closedByExit = (run: Run): Told => {
  const exit = lastExitOf(run.position);
  return {
    outcome: 'closed',
    by: 'exit-order',
    detail: `Its own exit order ${exit?.orderId ?? ''} (${exit?.type ?? 'exit'}) had closed the position${exit?.average === undefined ? '' : ` at ${exit.average} ${run.position.market.quote}`}; no order was sent.`,
    averagePrice: exit?.average,
    left: '0',
    at: exit?.at,
  };
};

const dust = (run: Run, left: Amount): Told => ({
  outcome: 'dust',
  by: 'link',
  detail: `${left} ${run.position.market.base} is below the exchange's minimum for an order, so it stays in the account.`,
  left,
});
