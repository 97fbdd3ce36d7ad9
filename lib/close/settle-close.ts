import { type Amount, isPositive, sum } from '../amount.ts';
import type { ExchangeOrder } from '../exchange/exchange.ts';
import { toCloseId } from '../position/client-order-id.ts';
import { addExitFees } from '../position/order-sync.ts';
import { isPart } from '../position/part.ts';
import type { Claim, Position } from '../position/position.ts';
import { computeTotals, sumExitFees } from '../position/totals.ts';
import { afterSelling, describeGone, describeShortfall, readBalance } from './account-balance.ts';
import type { ActionResult } from './action-result.ts';
import { cancelBooks } from './cancel.ts';
import { type Execution, withClose } from './execution.ts';
import { planFlat } from './external-close.ts';
import { afterClose, type CloseFacts, type CloseStep } from './judge-close-order.ts';
import { amountToClose } from './order-size.ts';
import { failed, type OutcomeFacts, settled, toDustSentence } from './outcomes.ts';
import { resultOfProblem } from './result-of-problem.ts';
import { shrinkExits } from './shrink-exits.ts';

/** Ends a claim by its close order, which the exchange reports as done. */
export async function settleClose(
  run: Execution,
  order: ExchangeOrder,
  sentAt?: number,
): Promise<ActionResult | 'ask-again'> {
  run.closeOrder = order;
  const { position } = run.known;
  const planned = amountToClose(position, run.claim);
  const marketRead = run.known.fresh.market;
  const facts: CloseFacts = {
    position: withClose(position, order, run.claim),
    order,
    planned,
    isPart: isPart(run.claim),
    marketRead,
  };
  for (;;) {
    const step = afterClose(facts);
    if (step.kind === 'read-fees') await readFees(run, facts);
    else if (step.kind === 'read-balance') facts.heldAfter = await readHeldAfter(run, facts);
    else if (step.kind === 'read-market') await readMarket(run, facts);
    else if (step.kind === 'read-price')
      facts.freshPrice = await run.deps.exchange.fetchPrice(position.market);
    else if (step.kind === 'read-position') facts.holdsNone = await holdsNone(run);
    else return endClose(run, order, facts.position, step, sentAt);
  }
}

async function readFees(run: Execution, facts: CloseFacts): Promise<void> {
  const { position } = facts;
  const exitOrders = await addExitFees(run.deps.exchange, position, position.exitOrders);
  facts.position = { ...position, exitOrders };
  facts.feesRead = true;
  const others = exitOrders.slice(0, -1);
  run.known = { ...run.known, position: { ...run.known.position, exitOrders: others } };
}

/** The order has executed: rules that can't be read don't delay its outcome. */
async function readMarket(run: Execution, facts: CloseFacts): Promise<void> {
  const known = run.known.position;
  const market = await run.deps.exchange.loadMarket(known.symbol).catch(() => known.market);
  facts.position = { ...facts.position, market };
  facts.marketRead = true;
  run.known = { ...run.known, position: { ...known, market } };
}

/** Recovery settles a sale whose holder's reads died with it, so it reads the balance again. */
async function readHeldAfter(run: Execution, { position, order }: CloseFacts): Promise<Amount> {
  const { fresh } = run.known;
  const { baseFee = '0' } = position.exitOrders.at(-1) ?? {};
  const balance =
    fresh.balance === undefined
      ? await readBalance(run.deps.exchange, run.known.position, { holders: true })
      : afterSelling(fresh.balance, sum([order.filled, baseFee]));
  run.known = { ...run.known, fresh: { ...fresh, balance } };
  return balance.total;
}

async function holdsNone({ deps, known }: Execution): Promise<boolean> {
  const { market, side } = known.position;
  return (await deps.exchange.fetchPosition(market, side)).side !== side;
}

type CloseEnd = Exclude<
  CloseStep,
  { kind: 'read-fees' | 'read-market' | 'read-price' | 'read-position' | 'read-balance' }
>;

async function endClose(
  run: Execution,
  order: ExchangeOrder,
  after: Position,
  step: CloseEnd,
  sentAt: number | undefined,
): Promise<ActionResult | 'ask-again'> {
  const { base } = after.market;
  switch (step.kind) {
    case 'closed-externally':
      return (await planFlat(run)) ? 'ask-again' : notExecuted(run, order);
    case 'not-executed':
      return notExecuted(run, order);
    case 'unread-fees':
      return { kind: 'pending', reason: 'The fees of exit orders could not be read yet' };
    case 'executed-in-part': {
      run.known = { ...run.known, position: after };
      const { remaining } = step;
      return {
        kind: 'attention',
        reason: `MARKET order ${order.orderId} executed ${order.filled} of ${order.amount} ${base}; ${remaining} ${base} is still open.`,
      };
    }
    case 'reopen':
      return reopen(run, after, toFacts(run, order, sentAt), step);
    case 'settle':
      return settleAll(run, after, { ...toFacts(run, order, sentAt), remaining: step.remaining }, step);
  }
}

function notExecuted(run: Execution, { orderId }: ExchangeOrder): ActionResult {
  return failed(run, {
    source: 'exchange',
    code: 'not-executed',
    message: `The exchange accepted MARKET order ${orderId} and ended it without executing any of it.`,
  });
}

/** What was gone stays gone, so that a later close does not sell coins that were bought since. */
async function reopen(
  run: Execution,
  after: Position,
  facts: Omit<OutcomeFacts, 'remaining'>,
  step: Extract<CloseStep, { kind: 'reopen' }>,
): Promise<ActionResult> {
  const { shortfall } = step;
  const goneAmount = sum([after.goneAmount ?? '0', shortfall?.gone ?? '0']);
  const until = Math.min(run.claim.sendDeadline, run.deps.until);
  const { position, sentences } = await shrinkExits(run.deps, { ...after, goneAmount }, until);
  run.known = { ...run.known, position };
  const { remaining } = computeTotals(position);
  if (!isPositive(remaining)) return settleByExits(run, after, facts, step);
  const isReached = isTargetReached(position, run.claim);
  const detail = [
    facts.detail,
    ...(isReached ? [] : [`More than ${run.claim.toPercent} % of what filled is still open.`]),
    ...describeGone(run),
    ...describeShortfall(run, shortfall),
    ...sentences,
  ].join(' ');
  return settled(run, { ...facts, detail, remaining, isReached }, { reopens: true });
}

/** A thin order book, or what other orders hold, may leave more than the target. */
function isTargetReached(position: Position, { toPercent }: Claim): boolean {
  return toPercent === undefined || !isPositive(amountToClose(position, { toPercent }));
}

/** Exits closed the rest while they were reduced. */
function settleByExits(
  run: Execution,
  after: Position,
  facts: Omit<OutcomeFacts, 'remaining'>,
  reopened: Extract<CloseStep, { kind: 'reopen' }>,
): Promise<ActionResult> {
  const { position } = run.known;
  const exitOrders = position.exitOrders.slice(0, -1);
  run.known = { ...run.known, position: { ...position, exitOrders } };
  const ids = exitOrders
    .filter(({ filled }, index) => filled !== after.exitOrders[index]?.filled)
    .map(({ orderId }) => orderId);
  const detail = `${facts.detail} Exit order${ids.length > 1 ? 's' : ''} ${ids.join(', ')} closed the rest.`;
  return settleAll(run, position, { ...facts, detail, remaining: '0' }, { ...reopened, dust: false });
}

async function settleAll(
  run: Execution,
  after: Position,
  facts: OutcomeFacts,
  { dust, shortfall }: Pick<Extract<CloseStep, { kind: 'settle' }>, 'dust' | 'shortfall'>,
): Promise<ActionResult> {
  // A part can come to all that there was. Then its exits have nothing left to protect.
  const problem = isPart(run.claim) ? await cancelBooks(run, ['exitOrders']) : undefined;
  if (problem !== undefined) return resultOfProblem(run, problem);
  const { position } = run.known;
  const { base } = position.market;
  const fees = sumExitFees(position);
  const detail = [
    facts.detail,
    ...(isPositive(fees) ? [`Fees of exit orders took ${fees} ${base} of the position.`] : []),
    ...describeGone(run),
    ...describeShortfall(run, shortfall),
    ...(dust ? [toDustSentence(facts.remaining, base)] : []),
  ];
  const result = settled(run, { ...facts, detail: detail.join(' '), isReached: true });
  // The close order belongs to the position's profit, and is none of the exits that the outcome is about.
  const exitOrders = [...position.exitOrders, ...after.exitOrders.slice(-1)];
  run.known = { ...run.known, position: { ...position, exitOrders } };
  return result;
}

function toFacts(
  { known }: Execution,
  order: ExchangeOrder,
  sentAt: number | undefined,
): Omit<OutcomeFacts, 'remaining'> {
  const { market } = known.position;
  const price = order.average === undefined ? '' : ` at ${order.average} ${market.quote}`;
  return {
    outcome: 'closed',
    closedBy: 'ripcord',
    detail: `Closed ${order.filled} ${market.base} with MARKET order ${order.orderId}${price}.`,
    closedAmount: order.filled,
    averagePrice: order.average,
    closeOrderId: order.orderId,
    closeClientOrderId: toCloseId(known.position),
    at: order.updatedAt,
    sentAt,
  };
}
