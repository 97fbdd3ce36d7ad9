import { decimal, isPositive } from '../amount.ts';
import { toFault } from '../fault.ts';
import { addFees } from '../position/order-sync.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';
import { orderLostAfterMs } from '../position/timing.ts';
import { computeTotals } from '../position/totals.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { CancelUnconfirmed, cancelOrders } from './cancel.ts';
import { placeClose } from './close-order.ts';
import { type Execution, type ExecutionDependencies, resyncOrders } from './execution.ts';
import { endExternallyClosed, findExternalClose } from './external-close.ts';
import { amountToClose, isDust } from './order-size.ts';
import { belowMinimum, canceledIds, canceledOutcome, failed, nothingLeft, settled } from './outcomes.ts';

/** One run of a claim's action. Every request to the exchange that may change something is made here. */
export async function execute(
  deps: ExecutionDependencies,
  claimed: Position,
  claim: Claim,
): Promise<ActionRun> {
  const run: Execution = {
    deps,
    claim,
    position: claimed,
    cancelsSent: false,
    closeSent: false,
  };
  try {
    const ending = await (claim.action === 'close' ? close(run) : keep(run));
    return { ending, position: run.position, requests: deps.requests };
  } catch (thrown) {
    return { ending: endingOfFailure(run, thrown), position: run.position, requests: deps.requests };
  }
}

/** What went wrong, and what may have been sent by then, decide whether the position is simply given back. */
function endingOfFailure(run: Execution, thrown: unknown): ActionResult {
  if (run.closeSent) return { kind: 'pending', reason: toFault(thrown).message };
  if (thrown instanceof CancelUnconfirmed && thrown.refusal !== undefined) return failed(run, thrown.refusal);
  const fault = toFault(thrown);
  if (fault.code === 'exchange-refused') return failed(run, { code: fault.code, message: fault.message });
  if (
    thrown instanceof CancelUnconfirmed &&
    thrown.vanished &&
    run.deps.now() - run.claim.claimedAt > orderLostAfterMs
  )
    return {
      kind: 'attention',
      reason: `The exchange does not know an order of this position any more: ${thrown.message}.`,
    };
  if (run.cancelsSent)
    return { kind: 'retry', reason: thrown instanceof CancelUnconfirmed ? thrown.message : fault.message };
  return { kind: 'released', fault };
}

async function close(run: Execution): Promise<ActionResult> {
  const tooLarge = await aboveMaximum(run);
  if (tooLarge !== undefined) return tooLarge;
  if (await partIsTooSmall(run)) return belowMinimum(run, computeTotals(run.position).remaining);
  if (run.claim.percent !== undefined && run.position.market.kind === 'perpetual') {
    // Exits that can only reduce lock nothing and may go on guarding the rest. On spot they hold what is sold.
    await cancelOrders(run, ['entryOrders']);
    await resyncOrders(run);
    if (
      !isPositive(computeTotals(run.position).remaining) ||
      !run.position.exitOrders.every((exit) => onlyReduces(run, exit))
    )
      await cancelOrders(run, ['exitOrders']);
  } else await cancelOrders(run, ['entryOrders', 'exitOrders']);
  await learnFees(run);
  const { filled, remaining } = computeTotals(run.position);
  if (!isPositive(filled)) return settled(run, canceledOutcome(run));
  if (!isPositive(remaining)) return settled(run, nothingLeft(run));
  const amount = amountToClose(run);
  if (await isDust(run, amount)) return belowMinimum(run, remaining);
  return (await aboveMaximum(run)) ?? placeClose(run, amount);
}

function onlyReduces({ position }: Execution, exit: OrderRecord): boolean {
  return exit.status === 'done' || exit.reduceOnly === true || position.hedged || !isPositive(exit.amount);
}

/** Asked before anything is cancelled too: a refusal must not leave the position without its exits. */
async function aboveMaximum(run: Execution): Promise<ActionResult | undefined> {
  const isAbove = () => {
    const { marketAmountMax } = run.position.market;
    return marketAmountMax !== undefined && decimal(amountToClose(run)).gt(marketAmountMax);
  };
  if (!isAbove()) return undefined;
  // Binance's maximum for MARKET orders moves with the market's volume.
  run.position = { ...run.position, market: await run.deps.exchange.loadMarket(run.position.symbol) };
  const { market } = run.position;
  if (!isAbove()) return undefined;
  return failed(run, {
    code: 'above-maximum',
    message: `A MARKET order of ${amountToClose(run)} ${market.base} is above this market's maximum of ${market.marketAmountMax}.`,
  });
}

/** Asked before anything is cancelled, like the maximum. What the exits have done meanwhile is looked at first. */
async function partIsTooSmall(run: Execution): Promise<boolean> {
  const isTooSmall = async () => {
    const { remaining, entriesDone } = computeTotals(run.position);
    return entriesDone && isPositive(remaining) && isDust(run, amountToClose(run));
  };
  if (run.claim.percent === undefined || !(await isTooSmall())) return false;
  await resyncOrders(run);
  return isTooSmall();
}

async function keep(run: Execution): Promise<ActionResult> {
  await cancelOrders(run, ['entryOrders']);
  if (!isPositive(computeTotals(run.position).filled)) {
    await cancelOrders(run, ['exitOrders']);
    return settled(run, canceledOutcome(run));
  }
  // Nothing more is sent. Looking tells whether there is still a position that can be kept.
  await resyncOrders(run);
  if (!isPositive(computeTotals(run.position).remaining)) return settled(run, nothingLeft(run));
  // What the account holds may lag behind a fill that the cancel has just met.
  const outside = run.cancelsSent ? undefined : await findExternalClose(run.deps.exchange, run.position);
  if (outside !== undefined && outside !== 'unproven') return endExternallyClosed(run, outside);
  const { remaining } = computeTotals(run.position);
  const canceled =
    canceledIds(run, 'entryOrders').length > 0 ? 'The rest of the entry was cancelled; t' : 'T';
  return settled(run, {
    outcome: 'kept',
    by: 'link',
    detail: `${canceled}he position of ${remaining} ${run.position.market.base} ${outside === undefined ? 'stays open' : 'is left alone: the exchange shows none of it just now, and no trade that closed it'}.`,
    left: remaining,
  });
}

async function learnFees(run: Execution): Promise<void> {
  const entries = await addFees(run.deps.exchange, run.position, run.position.entryOrders);
  run.position = { ...run.position, entryOrders: entries };
}
