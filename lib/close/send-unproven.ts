import { type Amount, decimal, smaller, toAmount, truncateToStep } from '../amount.ts';
import type { Balance, CreateResult, ExchangeOrder } from '../exchange/exchange.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Position } from '../position/position.ts';
import type { ActionResult } from './action-result.ts';
import type { Execution, Rejection } from './execution.ts';
import { judgeDust, marketOrderStep } from './order-size.ts';
import { failed } from './outcomes.ts';
import { createClose, pollClose, type Sent, toNotSent, toPending } from './send-close.ts';
import { settleClose } from './settle-close.ts';

/**
 * Sends the MARKET sale that closes a position at an exchange that is not proven. It is sent once, in no state again, and
 * only if nothing else in the market could be taken for it.
 */
export async function sendUnproven(run: Execution, planned: Amount): Promise<Sent> {
  const { deps, claim } = run;
  const { position } = run.known;
  const checked = await checkSale(run, planned);
  if ('refusal' in checked) return checked.refusal;
  const blocking = await deps.blockMarket(position);
  if (blocking !== undefined) return refuseBlocked(run, blocking);
  const sentAt = deps.now();
  if (sentAt > Math.min(claim.sendDeadline, deps.until))
    return { kind: 'retry', reason: 'The time to send the close order was over' };
  const result = await createClose(run, checked.amount, sentAt);
  if (result.kind === 'rejected') return endNotSent(run, result);
  run.sentOrder = {
    amount: checked.amount,
    sentAt,
    balanceBefore: checked.balance.total,
    ...(result.kind === 'accepted' ? { orderId: result.order.orderId } : { errorClass: result.errorClass }),
  };
  return awaitResult(run, result, checked.amount, sentAt);
}

/** Only an order id of the exchange is looked up: no other look-up shows this order, or that there is none. */
async function awaitResult(
  run: Execution,
  result: Exclude<CreateResult, { kind: 'rejected' }>,
  amount: Amount,
  sentAt: number,
): Promise<Sent> {
  if (result.kind === 'unknown') return toPending(result);
  const order = await pollClose(run, toCloseId(run.known.position), result);
  return order === undefined || !isSale(order, amount) ? toPending(result) : settleClose(run, order, sentAt);
}

/** Whether the exchange's figures are those of the sale that was sent. */
export function isSale({ side, amount }: ExchangeOrder, sent: Amount): boolean {
  return side === 'sell' && decimal(amount).eq(sent);
}

/** Nothing left this process: the fault of a request, or of the way to the exchange. */
function endNotSent(run: Execution, rejection: Rejection): ActionResult {
  run.closeSent = false;
  const { reason, code, message } = rejection;
  return reason === 'other'
    ? failed(run, { source: 'ripcord', code, message: `${message}. Nothing was sent.` })
    : toNotSent(run, rejection);
}

type Checked = { refusal: ActionResult } | { amount: Amount; balance: Balance };

/** Reads what could be taken for this sale, and what the account can sell. */
async function checkSale(run: Execution, planned: Amount): Promise<Checked> {
  const { exchange } = run.deps;
  const { position, fresh } = run.known;
  const { market } = position;
  const [open, balance, taker] = await Promise.all([
    exchange.fetchOpenOrders(market),
    exchange.fetchBalance(market.base),
    exchange.fetchTakerRate(market),
  ]);
  if (open.length > 0)
    return {
      refusal: refuseOpenOrders(
        run,
        open.map(({ order }) => order.orderId),
      ),
    };
  const amount = computeSale(position, planned, balance.free, taker);
  const isTooSmall = judgeDust(position, amount, fresh.price);
  const price = isTooSmall === 'needs-price' ? await exchange.fetchPrice(market) : undefined;
  if (judgeDust(position, amount, price ?? fresh.price) !== false)
    return { refusal: refuseTooSmall(run, amount, balance.free) };
  return { amount, balance };
}

/** The fee of a sale may be taken in the coin that is sold: that much of the free balance has to be left. */
function computeSale(position: Position, planned: Amount, free: Amount, taker: Amount): Amount {
  const most = toAmount(decimal(free).times(decimal('1').minus(taker)));
  return truncateToStep(smaller(planned, most), marketOrderStep(position.market));
}

function refuseOpenOrders(run: Execution, orderIds: string[]): ActionResult {
  const { symbol } = run.known.position;
  return failed(run, {
    source: 'ripcord',
    code: 'open-orders',
    message: `${symbol} has open orders (${orderIds.join(', ')}), whose fills could be taken for those of the close. Nothing was sent. Cancel them at the exchange, then close again.`,
  });
}

function refuseTooSmall(run: Execution, amount: Amount, free: Amount): ActionResult {
  const { base } = run.known.position.market;
  return failed(run, {
    source: 'ripcord',
    code: 'below-minimum',
    message: `Of ${free} ${base} that is free, ${amount} ${base} could be sold, which is below the market's minimum. Nothing was sent.`,
  });
}

function refuseBlocked(run: Execution, { positionId, symbol }: Position): ActionResult {
  return failed(run, {
    source: 'ripcord',
    code: 'market-blocked',
    message: `The result of the close order of ${positionId} in ${symbol} is not known, so no other close is sent there. Nothing was sent. State what that order sold: ripcord positions resolve ${positionId} --sold AMOUNT --apply`,
  });
}
