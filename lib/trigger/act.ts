import { decimal, isPositive } from '../amount.ts';
import { asFault } from '../fault.ts';
import { addFees } from '../position/look.ts';
import type { Claim, Position } from '../position/position.ts';
import { tallyOf } from '../position/tally.ts';
import { vanishedMs } from '../position/timing.ts';
import { CancelUnsettled, cancelAll } from './cancel.ts';
import { placeClose } from './close-order.ts';
import type { Acted, Ending } from './ending.ts';
import { amountToClose, isDust } from './order-size.ts';
import { canceledIds, canceledOutcome, failed, nothingLeft, settled, tooSmall } from './outcomes.ts';
import { closedOutside, endOutside } from './outside.ts';
import { type ActDependencies, lookAgain, type Run } from './run.ts';

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
  if (run.claim.percent !== undefined && run.position.market.kind === 'perpetual') {
    // Reduce-only exits lock nothing, so they may go on guarding the rest. On spot they hold what is to be sold.
    await cancelOrders(run, ['entries']);
    await lookAgain(run);
    if (!isPositive(tallyOf(run.position).filled)) await cancelOrders(run, ['exits']);
  } else await cancelOrders(run, ['entries', 'exits']);
  await learnFees(run);
  const { filled, left } = tallyOf(run.position);
  if (!isPositive(filled)) return settled(run, canceledOutcome(run));
  if (!isPositive(left)) return settled(run, nothingLeft(run));
  const { market } = run.position;
  const amount = amountToClose(run);
  if (await isDust(run, amount)) return tooSmall(run, left);
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
  await lookAgain(run);
  if (!isPositive(tallyOf(run.position).left)) return settled(run, nothingLeft(run));
  const outside = await closedOutside(run.deps.exchange, run.position);
  if (outside !== undefined) return endOutside(run, outside);
  const { left } = tallyOf(run.position);
  const canceled = canceledIds(run, 'entries').length > 0 ? 'The rest of the entry was cancelled; t' : 'T';
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
  // Whoever had this claim before may have sent some already.
  run.cancelsSent = true;
  // One that wakes after its deadline may have been overtaken: it sends nothing at all.
  if (run.deps.now() > run.claim.sendBefore) throw new CancelUnsettled('the time to act was over');
  const ended = await Promise.allSettled(
    books.map(async (book) => {
      const records = await cancelAll(run.deps, run.position, run.claim, run.position[book]);
      run.position = { ...run.position, [book]: records };
    }),
  );
  const broken = ended.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
};

const learnFees = async (run: Run): Promise<void> => {
  const entries = await addFees(run.deps.exchange, run.position, run.position.entries);
  run.position = { ...run.position, entries };
};
