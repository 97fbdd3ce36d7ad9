import type { ExchangeOrder } from '../exchange/exchange.ts';
import { toFault } from '../fault.ts';
import { toCloseId } from '../position/client-order-id.ts';
import type { Claim, Position } from '../position/position.ts';
import type { Services } from '../services.ts';
import type { ExecutionDependencies } from './execution.ts';
import {
  describeUnknownClose,
  type Findings,
  judgeTraces,
  quietIntervalMs,
  quietMs,
  quietReads,
  toUnknownSale,
} from './judge-traces.ts';
import { mayHaveSent } from './market-block.ts';
import { isSale } from './send-unproven.ts';

/** What a claim remembers of the reads around a close order that can't be proven. */
type Quiet = Pick<Claim, 'notFoundCount' | 'sentOrder' | 'lookAgainAt'>;

export type UnprovenStep =
  /** No process of this attempt sent its order, and none can send it any more. */
  | { kind: 'not-sent' }
  /** The exchange reports the order as done, under its own id. */
  | { kind: 'settle'; order: ExchangeOrder }
  | { kind: 'wait'; reason: string; quiet: Quiet }
  /** Only the owner can say what the order sold. */
  | { kind: 'needs-attention'; reason: string };

/**
 * Reads what became of a close order at an exchange that is not proven. Nothing that it finds is acted on, except the
 * order itself under the exchange's own id.
 */
export async function recoverUnproven(
  { store }: Pick<Services, 'store'>,
  deps: ExecutionDependencies,
  position: Position,
  claim: Claim,
): Promise<UnprovenStep> {
  // The block is taken before the order is sent, and after the deadline nothing is sent with or without it.
  if (!(await mayHaveSent(store, position))) return { kind: 'not-sent' };
  const order = await fetchOwnOrder(deps, position, claim);
  if (order !== undefined) return { kind: 'settle', order };
  const sale = toUnknownSale(toCloseId(position), position, claim.sentOrder ?? {});
  const sentAt = claim.sentOrder?.sentAt ?? claim.claimedAt;
  const readAt = deps.now();
  const { clientOrderId } = sale;
  const { unproven } = deps.exchange;
  const traces = await unproven?.fetchTraces(position.market, { clientOrderId, sentAt }).catch(toFault);
  const findings =
    traces !== undefined && 'named' in traces
      ? judgeTraces(sale, traces)
      : unreadFindings(traces?.message ?? '');
  return decide(claim, findings, readAt, (isQuietForLong) =>
    describeUnknownClose(sale, {
      findings: [...describeOwnOrder(claim), ...findings.sentences],
      message: claim.lastExchangeMessage,
      isQuietForLong,
    }),
  );
}

function unreadFindings(message: string): Findings {
  return { isSomething: false, isQuiet: false, sentences: [message] };
}

function describeOwnOrder({ sentOrder }: Claim): string[] {
  const { orderId } = sentOrder ?? {};
  return orderId === undefined ? [] : [`The exchange named it ${orderId}, and does not show its result.`];
}

async function fetchOwnOrder(
  { exchange }: ExecutionDependencies,
  { market }: Position,
  { sentOrder }: Claim,
): Promise<ExchangeOrder | undefined> {
  const { orderId, amount } = sentOrder ?? {};
  if (orderId === undefined || amount === undefined) return undefined;
  const order = await exchange.fetchOrder(market, { orderId }).catch(() => undefined);
  return order?.status === 'done' && isSale(order, amount) ? order : undefined;
}

/**
 * Pure. Something that was found, or enough reads without anything, ends the wait: the owner has to know, and no later
 * read proves more. An order that the exchange named is waited for, because its look-up can still end it.
 */
function decide(
  { notFoundCount = 0, claimedAt, sentOrder = { sentAt: claimedAt } }: Claim,
  { isSomething, isQuiet }: Findings,
  readAt: number,
  describe: (isQuietForLong: boolean) => string,
): UnprovenStep {
  const count = notFoundCount + 1;
  const quietSince = sentOrder.quietSince ?? readAt;
  const isLong = count >= quietReads && readAt - quietSince >= quietMs;
  const sawMore = sentOrder.sawMore === true || !isQuiet;
  const waitsForOrder = sentOrder.orderId !== undefined;
  if (isLong || (isSomething && !waitsForOrder))
    return { kind: 'needs-attention', reason: describe(isLong && !sawMore) };
  const lookAgainAt = readAt + quietIntervalMs;
  const quiet = {
    notFoundCount: count,
    sentOrder: { ...sentOrder, quietSince, ...(sawMore && { sawMore }) },
    lookAgainAt,
  };
  return { kind: 'wait', reason: 'The result of the close order is not known yet', quiet };
}
