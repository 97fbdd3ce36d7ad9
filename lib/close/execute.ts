import { type Amount, decimal } from '../amount.ts';
import type { ExchangeOrder, MarketRules } from '../exchange/exchange.ts';
import { Fault, toFault } from '../fault.ts';
import { computeLastFillBy } from '../position/ending.ts';
import { addExitFees, addFees, syncOrders } from '../position/order-sync.ts';
import { isPart } from '../position/part.ts';
import type { Claim, OrderRecord, Position } from '../position/position.ts';
import { holdingLagMs } from '../position/timing.ts';
import { computeTotals } from '../position/totals.ts';
import { readBalance } from './account-balance.ts';
import type { ActionResult, ActionRun } from './action-result.ts';
import { cancelBooks, markCanceled } from './cancel.ts';
import { countGone, withoutLateFills } from './coins-gone.ts';
import { type Execution, type ExecutionDependencies, startExecution, toActionRun } from './execution.ts';
import { type HoldingRead, readHeldToReduce, readHolding, readHoldingToClose } from './external-close.ts';
import { nextStep } from './next-step.ts';
import {
  aboveMaximum,
  canceled,
  closedExternally,
  describeCanceledRest,
  endRejected,
  exitsClosed,
  marketClosed,
  missing,
  reached,
  refused,
  settled,
  tooSmall,
} from './outcomes.ts';
import { resultOfProblem } from './result-of-problem.ts';
import { resendClose, type Sent, sendClose } from './send-close.ts';
import { sendUnproven } from './send-unproven.ts';
import { settleClose } from './settle-close.ts';
import type { Knowledge, PlannedEnd, Step } from './step.ts';

/** Runs a claim's action: asks `nextStep` what to do, does it, and asks again until it ends. */
export async function execute(
  deps: ExecutionDependencies,
  claimed: Position,
  claim: Claim,
): Promise<ActionRun> {
  const run = startExecution(deps, claimed, claim);
  return finish(run, () => runSteps(run));
}

/** Ends a claim by a close order that recovery found. */
export async function executeFound(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
  order: ExchangeOrder,
): Promise<ActionRun> {
  const run = startExecution(deps, position, claim, { cancels: true, close: true });
  return finish(run, async () => {
    const known = await readOrders(deps, position, claim);
    // A missing fee would look like an amount that remains.
    const entryOrders = await addFees(deps.exchange, known, known.entryOrders);
    run.known = { ...run.known, position: { ...known, entryOrders } };
    const settled = await settleClose(run, order);
    return settled === 'ask-again' ? runSteps(run) : settled;
  });
}

/**
 * Sends the close order of an earlier holder again: as it was sent, or, if that is not known, as the plan sends it now.
 * It ends with a look-up still to be made.
 */
export async function executeAgain(
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
): Promise<ActionRun> {
  const run = startExecution(deps, position, claim, { cancels: true, close: true });
  run.resends = true;
  const amount = claim.sentOrder?.amount;
  return finish(run, () => (amount === undefined ? runSteps(run) : resendClose(run, amount)));
}

/** Reads the orders of a claim whose holder died, and with it what the holder had learned of them. */
export async function readOrders(
  { exchange, now }: ExecutionDependencies,
  position: Position,
  claim: Claim,
): Promise<Position> {
  const { entryOrders, exitOrders } = await syncOrders(exchange, position, now());
  return {
    ...position,
    entryOrders: markEnded(claim, position.entryOrders, entryOrders),
    exitOrders: markEnded(claim, position.exitOrders, exitOrders),
  };
}

/** Orders that were live when the claim began and ended since with something unfilled: the claim canceled them. */
function markEnded(claim: Claim, before: OrderRecord[], after: OrderRecord[]): OrderRecord[] {
  return after.map((order, index) =>
    before[index]?.status !== 'done' && order.status === 'done' ? markCanceled(claim, order) : order,
  );
}

async function finish(run: Execution, steps: () => Promise<ActionResult>): Promise<ActionRun> {
  try {
    return toActionRun(run, await steps());
  } catch (thrown) {
    return toActionRun(run, resultOfFault(run, toFault(thrown)));
  }
}

/** If a read after a rejection fails, the rejection is the result: only a new hit sends a MARKET close again. */
function resultOfFault(run: Execution, fault: Fault): ActionResult {
  const { rejection, closeSent, deps } = run;
  const isReadFailed = fault.code !== 'table-unreachable' && deps.now() <= deps.until;
  return rejection !== undefined && !closeSent && isReadFailed
    ? refused(run, rejection)
    : resultOfProblem(run, { kind: 'fault', fault });
}

async function runSteps(run: Execution): Promise<ActionResult> {
  for (;;) {
    const step = nextStep(run.known, run.claim);
    if (run.resends && step.kind === 'send') return resendClose(run, step.amount);
    if (run.resends && isEnd(step)) return { kind: 'pending', reason: 'The close order may have executed' };
    if (step.kind === 'end') return plannedEnds[step.end](run);
    if (step.kind === 'end-rejected') return endRejected(run, step.end);
    if (step.kind === 'end-external') return closedExternally(run, step.external);
    if (run.deps.now() > run.deps.until) return resultOfProblem(run, timeIsOver);
    if (step.kind === 'send') {
      const sent = await send(run, step.amount);
      if (sent !== 'ask-again') return sent;
      continue;
    }
    const before = run.known;
    if (step.kind === 'count-gone') run.known = countProvenGone(run, step.gone);
    else if (step.kind !== 'cancel') run.known = await read(run, step.kind);
    else {
      const problem = await cancelBooks(run, step.books);
      if (problem !== undefined) return resultOfProblem(run, problem);
    }
    run.known = withoutLateFills(before, run.known);
  }
}

/** Nothing of what makes a close exactly once can be counted on at an exchange that is not proven. */
function send(run: Execution, amount: Amount): Promise<Sent> {
  return run.deps.exchange.unproven === undefined ? sendClose(run, amount) : sendUnproven(run, amount);
}

function isEnd({ kind }: Step): boolean {
  return kind.startsWith('end');
}

/** What is known is saved, and another invocation continues. */
const timeIsOver = { kind: 'unconfirmed', message: 'No time was left to act', lost: false } as const;

/** What a dead holder of the claim has canceled would look canceled by the owner, and its exits would not return. */
async function readOrdersOf({ deps, known, claim }: Execution): Promise<Position> {
  const { position } = known;
  if (claim.takenOver === true) return readOrders(deps, position, claim);
  return { ...position, ...(await syncOrders(deps.exchange, position, deps.now())) };
}

/** Soon after a fill the account may still look as it was before, and then nothing is gone. Throws `exchange-unreachable`. */
function countProvenGone({ deps, known }: Execution, gone: Amount): Knowledge {
  const { position } = known;
  if (deps.now() - computeLastFillBy(position) >= holdingLagMs) return countGone(known, gone);
  const { base } = position.market;
  throw new Fault(
    'exchange-unreachable',
    `The account does not show ${gone} ${base} of the position yet, soon after its entry filled.`,
  );
}

type ReadKind = Exclude<
  Step['kind'],
  'count-gone' | 'cancel' | 'send' | 'end' | 'end-rejected' | 'end-external'
>;

async function read(run: Execution, kind: ReadKind): Promise<Knowledge> {
  const { deps, known } = run;
  const { position, fresh } = known;
  const { exchange } = deps;
  switch (kind) {
    case 'read-orders':
      return { ...known, position: await readOrdersOf(run), fresh: { ...fresh, orders: true } };
    case 'read-fees': {
      const [entryOrders, exitOrders] = await Promise.all([
        addFees(exchange, position, position.entryOrders),
        addExitFees(exchange, position, position.exitOrders),
      ]);
      return {
        ...known,
        position: { ...position, entryOrders, exitOrders },
        fresh: { ...fresh, fees: true },
      };
    }
    case 'read-market':
      return withMarket(known, await exchange.loadMarket(position.symbol));
    case 'check-market':
      return checkMarket(run);
    case 'read-price':
      return { ...known, fresh: { ...fresh, price: await exchange.fetchPrice(position.market) } };
    case 'read-holding': {
      const { holding, held } = await readHoldingFor(run);
      // What is missing is judged on orders that were read after it was seen: an exit may have filled.
      const seen = typeof holding === 'object' ? { holding } : { ...fresh, holding, held };
      return { ...known, fresh: isReducing(run) ? { ...seen, orders: false } : seen };
    }
    case 'read-balance':
      return withBalance(run);
  }
}

async function readHoldingFor(run: Execution): Promise<HoldingRead> {
  const { deps, claim, known } = run;
  const { position, fresh } = known;
  if (isReducing(run)) return readHeldToReduce(deps, position);
  return claim.action === 'close' && position.market.kind === 'perpetual'
    ? { holding: await readHoldingToClose(deps, position) }
    : readHolding(deps.exchange, position, deps.now(), fresh.price);
}

function isReducing({ claim, known }: Execution): boolean {
  return claim.action === 'close' && isPart(claim) && known.position.market.kind === 'perpetual';
}

/** Orders that were read before it are older, and an exit may have filled since. */
async function withBalance({ deps, known }: Execution): Promise<Knowledge> {
  const holders = known.rejected !== undefined;
  const balance = await readBalance(deps.exchange, known.position, { holders });
  return { ...known, fresh: { ...known.fresh, orders: false, balance } };
}

/** A close waits only this long for a check: a late close is the greater risk. */
const checkMarketMs = 800;

async function checkMarket({ deps, known }: Execution): Promise<Knowledge> {
  const market = await Promise.race([
    deps.exchange.readMarket(known.position.market),
    deps.sleep(checkMarketMs).then(() => undefined),
  ]).catch(() => undefined);
  const trading = market === 'closed' ? 'closed' : 'open';
  const checked: Knowledge = { ...known, fresh: { ...known.fresh, trading } };
  return market === undefined || market === 'closed' ? checked : withMarket(checked, market);
}

function withMarket(known: Knowledge, market: MarketRules): Knowledge {
  const { position, fresh } = known;
  return { ...known, position: { ...position, market }, fresh: { ...fresh, market: true } };
}

const plannedEnds: Record<PlannedEnd, (run: Execution) => ActionResult> = {
  canceled,
  'exits-closed': exitsClosed,
  'too-small': tooSmall,
  'above-maximum': aboveMaximum,
  'market-closed': marketClosed,
  kept,
  reached,
  missing,
};

function kept(run: Execution): ActionResult {
  const { position, fresh } = run.known;
  const { remaining } = computeTotals(position);
  const amount = `${remaining} ${position.market.base}`;
  const rest = describeCanceledRest(run);
  const open =
    fresh.holding === 'missing'
      ? `The position of ${amount} was not closed. The exchange no longer shows it.`
      : `The position of ${amount} stays open.${describeLess(fresh.held, remaining, position)}`;
  return settled(run, { outcome: 'kept', closedBy: 'ripcord', detail: rest + open, remaining });
}

/** A keep changes nothing, so the position's own count stays as it is. */
function describeLess(held: Amount | undefined, remaining: Amount, { market }: Position): string {
  const isLess = held !== undefined && decimal(held).lt(remaining);
  return isLess ? ` The account holds only ${held} ${market.base} now.` : '';
}
