import type { Amount } from '../amount.ts';
import { type CreateResult, type ExchangeOrder, exitSide } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import { toCloseId } from '../position/client-order-id.ts';
import { notPlacedForMs, pollAttempts, pollIntervalMs } from '../position/timing.ts';
import type { ActionResult } from './action-result.ts';
import { type Execution, planExternalClose, type Rejection } from './execution.ts';
import { planFlat, readHolding } from './external-close.ts';
import { afterRejection, afterWouldNotReduce, rejectionResponse } from './judge-close-order.ts';
import { failed, refused } from './outcomes.ts';
import { firstSend } from './recovery-step.ts';
import { settleClose } from './settle-close.ts';

/** `ask-again`: provably nothing executed, and what was read since changes the plan. */
export type Sent = ActionResult | 'ask-again';

/** Sends the MARKET order that closes the position. */
export async function sendClose(run: Execution, amount: Amount): Promise<Sent> {
  const { deps, claim } = run;
  if (run.attemptUsed && !(await startAttempt(run)))
    return { kind: 'pending', reason: 'Another process has taken the claim over' };
  const { position } = run.known;
  const sentAt = deps.now();
  if (sentAt > Math.min(claim.sendDeadline, deps.until))
    return { kind: 'retry', reason: 'The time to send the close order was over' };
  const result = await createClose(run, amount, sentAt);
  if (result.kind === 'rejected' && rejectionResponse[result.reason] !== 'look-up') {
    run.closeSent = false;
    run.attemptUsed = true;
    return respond(run, result, amount);
  }
  const order = await pollClose(run, toCloseId(position), result);
  return order === undefined ? toPending(result) : settleClose(run, order, sentAt);
}

/**
 * Sends a close order that may exist again, under its own client order id, which the exchange accepts once. It proves
 * nothing by itself: an exchange that refuses it may have executed the earlier one. So a look-up follows.
 */
export async function resendClose(run: Execution, amount: Amount): Promise<ActionResult> {
  const result = await createClose(run, amount, run.claim.sentOrder?.sentAt ?? run.deps.now());
  if (result.kind !== 'rejected') return toPending(result);
  const { code, reason, message } = result;
  const pending = toPending({ kind: 'unknown', message, ...(code === reason ? {} : { code }) });
  const response = rejectionResponse[reason];
  return response === 'look-up'
    ? pending
    : { ...pending, resend: response === 'not-sent' ? 'not-sent' : 'refused' };
}

/** The only place where a close order leaves. */
export async function createClose(run: Execution, amount: Amount, sentAt: number): Promise<CreateResult> {
  const { deps, claim } = run;
  const { position } = run.known;
  // Set before the first byte: from here on the order may exist, even if its response is lost.
  run.closeSent = true;
  run.sentOrder = { amount, sentAt };
  const result = await deps.exchange.createMarketOrder(position.market, {
    clientOrderId: toCloseId(position),
    side: exitSide(position.side),
    positionSide: position.side,
    amount,
    reduceOnly: position.market.kind === 'perpetual',
    hedged: position.hedged,
    sendDeadline: claim.sendDeadline,
  });
  if (result.kind === 'accepted') run.sentOrder.orderId = result.order.orderId;
  return result;
}

export function toPending(result: CreateResult): Extract<ActionResult, { kind: 'pending' }> {
  if (result.kind === 'accepted') return { kind: 'pending', reason: 'The close order is not done yet' };
  const { message } = result;
  // Without a code, the words are Ripcord's own.
  return result.kind === 'unknown' && result.code !== undefined
    ? { kind: 'pending', reason: message, exchangeMessage: message }
    : { kind: 'pending', reason: message };
}

/** Reads the close order until the exchange reports it done; undefined when that cannot be learned now. */
export async function pollClose(
  { deps, claim, known: { position } }: Execution,
  clientOrderId: string,
  result: CreateResult,
): Promise<ExchangeOrder | undefined> {
  const sentAfter = firstSend(claim);
  let order = result.kind === 'accepted' ? result.order : undefined;
  for (let poll = 0; poll < pollAttempts && order?.status !== 'done'; poll += 1) {
    const waitMs = poll > 0 ? pollIntervalMs : 0;
    if (deps.now() + waitMs > deps.until) break;
    if (waitMs > 0) await deps.sleep(waitMs);
    try {
      const ref = order === undefined ? { clientOrderId, sentAfter } : { orderId: order.orderId };
      order = (await deps.exchange.fetchOrder(position.market, ref)) ?? order;
    } catch {
      // A failed read says nothing about the order.
    }
  }
  return order?.status === 'done' ? order : undefined;
}

/** An order that follows a rejected one has a client order id of its own, which is durable before it leaves. */
async function startAttempt(run: Execution): Promise<boolean> {
  const position = await run.deps.startAttempt(run.known.position);
  if (position === undefined) return false;
  const { goneAmount } = run.known.position;
  run.known = { ...run.known, position: { ...position, goneAmount }, rejected: undefined };
  run.attemptUsed = false;
  run.rejection = undefined;
  return true;
}

/** The exchange proved that nothing executed. The reason decides. */
async function respond(run: Execution, rejection: Rejection, amount: Amount): Promise<Sent> {
  const { reason } = rejection;
  const { position } = run.known;
  const response = afterRejection(position, reason, run.resentAfter.has(reason));
  run.rejection = rejection;
  run.resentAfter.add(reason);
  switch (response) {
    case 'plan-again':
      run.known = { ...run.known, rejected: { reason, amount }, fresh: {} };
      return 'ask-again';
    case 'send-again':
      await run.deps.sleep(pollIntervalMs);
      return sendClose(run, amount);
    case 'read-holding': {
      const { holding } = await readHolding(run.deps.exchange, position, run.deps.now());
      if (typeof holding !== 'object') return refused(run, rejection);
      planExternalClose(run, holding);
      return 'ask-again';
    }
    case 'read-position':
      return afterNothingToReduce(run, rejection, amount);
    case 'not-sent':
      return toNotSent(run, rejection);
    default:
      return refused(run, rejection);
  }
}

export function toNotSent(run: Execution, rejection: Rejection): ActionResult {
  const { reason, code, message } = rejection;
  // A request that never left has its reason as its code. An exchange error is retried for `notPlacedForMs` only.
  const isFromExchange = code !== reason;
  if (isFromExchange && run.deps.now() - run.claim.claimedAt > notPlacedForMs) return refused(run, rejection);
  if (run.known.cancelsSent)
    return { kind: 'retry', reason: message, ...(isFromExchange ? { exchangeMessage: message } : {}) };
  const fault = new Fault('exchange-unreachable', message);
  return isFromExchange ? { kind: 'released', fault, rejectedBy: 'exchange' } : { kind: 'released', fault };
}

async function afterNothingToReduce(run: Execution, rejection: Rejection, amount: Amount): Promise<Sent> {
  const { exchange } = run.deps;
  const { position } = run.known;
  const { market, side } = position;
  const held = await exchange.fetchPosition(market, side);
  const step = afterWouldNotReduce(position, held, amount, run.resentAfter.has('smaller'));
  switch (step.kind) {
    case 'closed-externally':
      return (await planFlat(run)) ? 'ask-again' : refused(run, rejection);
    case 'send':
      run.resentAfter.add('smaller');
      return sendClose(run, step.amount);
    case 'refuse':
      return refused(run, rejection);
    case 'flipped':
      return failed(run, {
        source: 'ripcord',
        code: 'flipped',
        message: `The exchange now holds a ${held.side} of ${held.amount} ${market.base}, and this position is a ${side}. It refused the order: ${rejection.message}`,
      });
  }
}
