import { decimal, isPositive } from '../amount.ts';
import { asFault } from '../fault.ts';
import { addFees } from '../position/order-sync.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';
import { vanishedMs } from '../position/timing.ts';
import { tallyOf } from '../position/totals.ts';
import type { Acted, Ending } from './action-result.ts';
import { CancelUnsettled, cancelOrders } from './cancel.ts';
import { placeClose } from './close-order.ts';
import { type ActDependencies, lookAgain, type Run } from './execution.ts';
import { closedOutside, endOutside } from './external-close.ts';
import { amountToClose, isDust } from './order-size.ts';
import { canceledIds, canceledOutcome, failed, nothingLeft, settled, tooSmall } from './outcomes.ts';

/** One run of a claim's action. Every request to the exchange that may change something is made here. */
export const act = async (deps: ActDependencies, claimed: Position, claim: Claim): Promise<Acted> => {
  const run: Run = {
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
};

/** What went wrong, and what may have been sent by then, decide whether the position is simply given back. */
const endingOfFailure = (run: Run, thrown: unknown): Ending => {
  if (run.closeSent) return { kind: 'pending', reason: asFault(thrown).message };
  if (thrown instanceof CancelUnsettled && thrown.refusal !== undefined) return failed(run, thrown.refusal);
  const fault = asFault(thrown);
  if (fault.code === 'exchange-refused') return failed(run, { code: fault.code, message: fault.message });
  if (
    thrown instanceof CancelUnsettled &&
    thrown.vanished &&
    run.deps.now() - run.claim.claimedAt > vanishedMs
  )
    return {
      kind: 'attention',
      reason: `The exchange does not know an order of this position any more: ${thrown.message}.`,
    };
  if (run.cancelsSent)
    return { kind: 'retry', reason: thrown instanceof CancelUnsettled ? thrown.message : fault.message };
  return { kind: 'released', fault };
};

const close = async (run: Run): Promise<Ending> => {
  const tooLarge = await aboveMaximum(run);
  if (tooLarge !== undefined) return tooLarge;
  if (await partIsTooSmall(run)) return tooSmall(run, tallyOf(run.position).left);
  if (run.claim.percent !== undefined && run.position.market.kind === 'perpetual') {
    // Exits that can only reduce lock nothing and may go on guarding the rest. On spot they hold what is sold.
    await cancelOrders(run, ['entries']);
    await lookAgain(run);
    if (
      !isPositive(tallyOf(run.position).left) ||
      !run.position.exits.every((exit) => onlyReduces(run, exit))
    )
      await cancelOrders(run, ['exits']);
  } else await cancelOrders(run, ['entries', 'exits']);
  await learnFees(run);
  const { filled, left } = tallyOf(run.position);
  if (!isPositive(filled)) return settled(run, canceledOutcome(run));
  if (!isPositive(left)) return settled(run, nothingLeft(run));
  const amount = amountToClose(run);
  if (await isDust(run, amount)) return tooSmall(run, left);
  return (await aboveMaximum(run)) ?? placeClose(run, amount);
};

const onlyReduces = ({ position }: Run, exit: OrderRecord): boolean =>
  exit.status === 'done' || exit.reduceOnly === true || position.hedged || !isPositive(exit.amount);

/** Asked before anything is cancelled too: a refusal must not leave the position without its exits. */
const aboveMaximum = async (run: Run): Promise<Ending | undefined> => {
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
};

/** Asked before anything is cancelled, like the maximum. What the exits have done meanwhile is looked at first. */
const partIsTooSmall = async (run: Run): Promise<boolean> => {
  const isTooSmall = async () => {
    const { left, entriesDone } = tallyOf(run.position);
    return entriesDone && isPositive(left) && isDust(run, amountToClose(run));
  };
  if (run.claim.percent === undefined || !(await isTooSmall())) return false;
  await lookAgain(run);
  return isTooSmall();
};

const keep = async (run: Run): Promise<Ending> => {
  await cancelOrders(run, ['entries']);
  if (!isPositive(tallyOf(run.position).filled)) {
    await cancelOrders(run, ['exits']);
    return settled(run, canceledOutcome(run));
  }
  // Nothing more is sent. Looking tells whether there is still a position that can be kept.
  await lookAgain(run);
  if (!isPositive(tallyOf(run.position).left)) return settled(run, nothingLeft(run));
  // What the account holds may lag behind a fill that the cancel has just met.
  const outside = run.cancelsSent ? undefined : await closedOutside(run.deps.exchange, run.position);
  if (outside !== undefined && outside !== 'unproven') return endOutside(run, outside);
  const { left } = tallyOf(run.position);
  const canceled = canceledIds(run, 'entries').length > 0 ? 'The rest of the entry was cancelled; t' : 'T';
  return settled(run, {
    outcome: 'kept',
    by: 'link',
    detail: `${canceled}he position of ${left} ${run.position.market.base} ${outside === undefined ? 'stays open' : 'is left alone: the exchange shows none of it just now, and no trade that closed it'}.`,
    left,
  });
};

const learnFees = async (run: Run): Promise<void> => {
  const entries = await addFees(run.deps.exchange, run.position, run.position.entries);
  run.position = { ...run.position, entries };
};
