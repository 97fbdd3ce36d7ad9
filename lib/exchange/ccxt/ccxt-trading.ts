import type { Order } from 'ccxt';
import type { Amount } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import type {
  CancelResult,
  ExchangeOrder,
  MarketRules,
  OrderRef,
  ReduceResult,
  ReducibleOrder,
  Trading,
  UnconfirmedReason,
} from '../exchange.ts';
import { findRejectReason } from '../venues/error-table.ts';
import type { Venue } from '../venues/venue.ts';
import type { VenueError } from '../venues/venue-error.ts';
import { deniesKey, formatVenueError, noResponse, notSentFrom, venueErrorFrom } from './call-failure.ts';
import { sendDeadlineContext } from './ccxt-client.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import { amendStop, createEntryOrder, createExitList, createExitOrder, createOrder } from './ccxt-creates.ts';
import { toExchangeOrder, withoutFill } from './ccxt-mapping.ts';
import { createUnproven } from './ccxt-unproven.ts';

export function createTrading(connection: CcxtConnection): Trading {
  const { venue } = connection;
  return {
    recvWindowMs: venue.recvWindowMs,
    lookupLagMs: venue.lookupLagMs,
    replayWindowMs: venue.replayWindowMs,
    unproven: createUnproven(connection),
    openConnection: () => connection.openConnection(),
    retention: venue.retention,
    createMarketOrder: (market, order) =>
      createOrder(connection, market, { ...order, type: 'market' }, venue.closeParameters(order)),
    createEntryOrder: (market, order) => createEntryOrder(connection, market, order),
    exits: venue.exits,
    createExitOrder: (market, order) => createExitOrder(connection, market, order),
    ...(venue.fetchAttachedExits === undefined
      ? {}
      : { fetchAttachedExits: (...entry) => fetchAttachedExits(connection, ...entry) }),
    ...(venue.amendStop === undefined ? {} : { amendStop: (...stop) => amendStop(connection, ...stop) }),
    createExitList: (market, list) => createExitList(connection, market, list),
    cancelOrder: (market, ref, sendDeadline) => cancelOrder(connection, market, ref, sendDeadline),
    reduceOrder: (market, order, amount, sendDeadline) =>
      sendDeadlineContext.run(sendDeadline, () => reduceOrder(connection, market, order, amount)),
    fetchOrder: (market, ref) => fetchOrder(connection, market, ref),
  };
}

async function fetchOrder(
  connection: CcxtConnection,
  market: MarketRules,
  ref: OrderRef,
): Promise<ExchangeOrder | undefined> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  try {
    const found = await connection.call(() => venue.fetchOrder(client, market, ref));
    if (found === undefined) return undefined;
    const order = toExchangeOrder(venue, market, found, { conditional: ref.conditional ?? false });
    const actualId = order.conditional ? venue.triggeredOrderId(found.info ?? {}) : undefined;
    // A triggered conditional order, "closed" to ccxt, has ended. Its fill is in the order that it created.
    if (actualId === undefined && !(order.conditional && found.status === 'closed')) return order;
    const actual =
      actualId === undefined ? undefined : await fetchOrder(connection, market, { orderId: actualId });
    // Until that order is named and found, nothing is known of its fill.
    if (actual === undefined) return withoutFill(order);
    const { orderId, clientOrderId, triggerPrice } = order;
    return { ...actual, orderId, clientOrderId, triggerPrice, conditional: true, placedOrderId: actualId };
  } catch (thrown) {
    const error = venueErrorFrom(thrown);
    // An order that was archived is not found. `retention` says what that proves.
    if (error !== undefined && (isNotFound(venue, error) || isForgotten(venue, error, ref))) return undefined;
    throw connection.toFault('an order', thrown);
  }
}

/**
 * Whether an order has ended and is no longer shown. One that only its client order id names may be a close whose answer was
 * lost: taken for absent, it would be sent again.
 */
function isForgotten({ endedCodes }: Venue, { code }: VenueError, { orderId }: OrderRef): boolean {
  const ended = endedCodes.get(code);
  return ended === 'unfilled' || (ended === 'read-fill' && orderId !== undefined);
}

async function fetchAttachedExits(
  connection: CcxtConnection,
  ...[market, clientOrderId, entry]: Parameters<NonNullable<Trading['fetchAttachedExits']>>
): Promise<{ order: ExchangeOrder; isStop: boolean }[]> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  try {
    const found =
      (await connection.call(async () => venue.fetchAttachedExits?.(client, market, clientOrderId, entry))) ??
      [];
    return found.map(({ order, isStop }) => ({
      order: toExchangeOrder(venue, market, order, { conditional: false }),
      isStop,
    }));
  } catch (thrown) {
    throw connection.toFault('attached exits', thrown);
  }
}

/** What `cancelOrder` reports if the venue accepted the cancel without the order's final state. */
const acknowledged = { kind: 'unconfirmed', reason: 'acknowledged', message: 'acknowledged' } as const;

async function cancelOrder(
  connection: CcxtConnection,
  market: MarketRules,
  ref: OrderRef,
  sendDeadline: number,
): Promise<CancelResult> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  const result = await sendCancel(connection, market, ref, sendDeadline);
  if (!ref.conditional || result.kind !== 'unconfirmed') return result;
  // Accepted; or without a response, and then a look-up would most likely get none either.
  if (result.reason === 'acknowledged' || result.reason === 'no-response') return result;
  // A triggered conditional order has ended and can't be canceled. The order that it created can.
  const actualId = await connection
    .call(() => venue.fetchOrder(client, market, ref))
    .then(
      (order) => venue.triggeredOrderId(order?.info ?? {}),
      () => undefined,
    );
  if (actualId === undefined) return result;
  const actual = await sendCancel(connection, market, { orderId: actualId }, sendDeadline);
  return actual.kind === 'confirmed' ? acknowledged : actual;
}

async function sendCancel(
  connection: CcxtConnection,
  market: MarketRules,
  ref: OrderRef,
  sendDeadline: number,
): Promise<CancelResult> {
  const { venue, client } = connection;
  const { id, parameters } = venue.orderRef(market, ref);
  const send = async () =>
    venue.cancelOrder === undefined
      ? client.cancelOrder(id as string, market.symbol, parameters)
      : venue.cancelOrder(client, market, ref);
  try {
    const canceled = await connection.call(() => sendDeadlineContext.run(sendDeadline, send));
    if (canceled === undefined) return acknowledged;
    // The response to the cancel of an order list names no single order, so that order has to be read.
    const returnsOrder = canceled.id !== undefined && canceled.status !== undefined;
    if (!venue.cancelReturnsFill || ref.conditional || !returnsOrder) return acknowledged;
    const order = toExchangeOrder(venue, market, canceled as Order, { conditional: false });
    const isMeant = ref.orderId === undefined || order.orderId === ref.orderId;
    return order.status === 'done' && isMeant ? { kind: 'confirmed', order } : acknowledged;
  } catch (thrown) {
    return toFailedCancel(connection, thrown);
  }
}

/** @throws Fault `exchange-unreachable` if the venue asked for a pause: nothing was sent, and a retry has to wait. */
function toFailedCancel({ venue }: CcxtConnection, thrown: unknown): CancelResult {
  const notSent = notSentFrom(thrown);
  if (notSent?.reason === 'rate-limit') throw new Fault('exchange-unreachable', notSent.message);
  if (notSent !== undefined) return { kind: 'unconfirmed', reason: 'not-sent', message: notSent.message };
  const error = venueErrorFrom(thrown);
  if (error === undefined) return { kind: 'unconfirmed', reason: 'no-response', message: noResponse };
  const message = formatVenueError(error);
  if (error.cause === 'rate') throw new Fault('exchange-unreachable', message);
  return error.cause !== undefined || deniesKey(venue, error) || refusesCancels(venue, error)
    ? { kind: 'denied', code: error.code, message }
    : { kind: 'unconfirmed', reason: toUnconfirmedReason(venue, error), message };
}

/** Whether the error is about the market or the account, so that the next cancel would meet it too. */
function refusesCancels({ errors }: Venue, error: VenueError): boolean {
  const reason = findRejectReason(errors, error);
  return reason === 'refused-for-now' || reason === 'permission';
}

function toUnconfirmedReason(venue: Venue, error: VenueError): UnconfirmedReason {
  if (isNotFound(venue, error)) return 'not-found';
  return venue.endedCodes.has(error.code) ? 'ended' : 'error';
}

function isNotFound({ notFoundCodes, notFoundWords = [] }: Venue, error: VenueError): boolean {
  if (notFoundCodes.has(error.code)) return true;
  const message = error.message.toLowerCase();
  return error.status < 500 && notFoundWords.some((words) => message.includes(words));
}

async function reduceOrder(
  connection: CcxtConnection,
  market: MarketRules,
  order: ReducibleOrder,
  amount: Amount,
): Promise<ReduceResult> {
  const { venue, client } = connection;
  const send = venue.amendment(client, market, order, amount);
  if (send === undefined)
    return { kind: 'unsupported', message: `${connection.name} can't change this order. Nothing was sent` };
  try {
    await connection.call(send);
    return { kind: 'accepted', message: 'accepted' };
  } catch (thrown) {
    const error = venueErrorFrom(thrown);
    if (error !== undefined) return { kind: 'refused', message: formatVenueError(error) };
    const notSent = notSentFrom(thrown);
    return notSent === undefined
      ? { kind: 'unconfirmed', message: noResponse }
      : { kind: 'not-sent', message: notSent.message };
  }
}
