import type { Order } from 'ccxt';
import type {
  AmendResult,
  CreateListResult,
  CreateResult,
  EntryOrder,
  ExitList,
  ExitOrder,
  MarketRules,
  Trading,
} from '../exchange.ts';
import { findRejectReason } from '../venues/error-table.ts';
import type { Venue } from '../venues/venue.ts';
import { formatVenueError, noResponse, notSentFrom, venueErrorFrom } from './call-failure.ts';
import { sendDeadlineContext } from './ccxt-client.ts';
import type { CcxtConnection } from './ccxt-connection.ts';
import {
  asCcxtNumber,
  type SentOrder,
  toAcknowledgedOrder,
  toExchangeOrder,
  withoutFill,
} from './ccxt-mapping.ts';

export async function createOrder(
  connection: CcxtConnection,
  market: MarketRules,
  order: SentOrder,
  parameters: Record<string, unknown>,
): Promise<CreateResult> {
  const { venue, client } = connection;
  connection.registerMarket(market);
  const send = () =>
    order.attached !== undefined && venue.createAttachedEntry !== undefined
      ? venue.createAttachedEntry(client, market, order)
      : (venue.createOrder?.(client, market, order, parameters) ??
        client.createOrder(
          market.symbol,
          order.type,
          order.side,
          asCcxtNumber(order.amount),
          order.price === undefined ? undefined : asCcxtNumber(order.price),
          { clientOrderId: order.clientOrderId, ...parameters },
        ));
  try {
    const created = await connection.call(() => sendDeadlineContext.run(order.sendDeadline, send));
    return toCreateResult(venue, market, created, order);
  } catch (thrown) {
    return toFailedCreate(connection, thrown);
  }
}

export async function createExitList(
  connection: CcxtConnection,
  market: MarketRules,
  list: ExitList,
): Promise<CreateListResult> {
  const { venue, client } = connection;
  const send = venue.createExitList;
  if (send === undefined) return unsupported(connection);
  connection.registerMarket(market);
  try {
    const created = await connection.call(() =>
      sendDeadlineContext.run(list.sendDeadline, () => send(client, market, list)),
    );
    const toOrder = (order: Order) => toExchangeOrder(venue, market, order, { conditional: false });
    const { takeProfit, stopLoss } = created;
    return takeProfit === undefined || stopLoss === undefined
      ? { kind: 'unknown', message: 'the response names no order' }
      : { kind: 'accepted', takeProfit: toOrder(takeProfit), stopLoss: toOrder(stopLoss) };
  } catch (thrown) {
    return toFailedCreate(connection, thrown);
  }
}

export async function amendStop(
  connection: CcxtConnection,
  ...[market, orderId, stop, sendDeadline]: Parameters<NonNullable<Trading['amendStop']>>
): Promise<AmendResult> {
  const { venue, client } = connection;
  try {
    await connection.call(() =>
      sendDeadlineContext.run(sendDeadline, async () => venue.amendStop?.(client, market, orderId, stop)),
    );
    return { kind: 'accepted' };
  } catch (thrown) {
    const failed = toFailedCreate(connection, thrown);
    // The order stays the same one, so that reading it shows what an error without a meaning has left.
    return failed.kind === 'unknown' && failed.code !== undefined
      ? { ...failed, kind: 'rejected', reason: 'other', code: failed.code }
      : failed;
  }
}

function toCreateResult(
  venue: Venue,
  market: MarketRules,
  created: Order | undefined,
  sent: SentOrder,
): CreateResult {
  if (created?.id === undefined) return { kind: 'unknown', message: 'the response names no order' };
  if (!venue.createReturnsFill)
    return { kind: 'accepted', order: toAcknowledgedOrder(created.id, market, sent) };
  const conditional = sent.restsAs?.conditional ?? false;
  const order = toExchangeOrder(venue, market, created, { conditional });
  return { kind: 'accepted', order: conditional ? withoutFill(order) : order };
}

/** Only what `exits` names is sent as a conditional order: some venues execute others at once, at MARKET. */
export async function createEntryOrder(
  connection: CcxtConnection,
  market: MarketRules,
  order: EntryOrder,
): Promise<CreateResult> {
  const { venue } = connection;
  if (order.attached !== undefined && venue.exits[market.kind]?.attach === undefined)
    return unsupported(connection);
  return createOrder(connection, market, order, {
    ...(order.cost === undefined ? {} : { cost: order.cost }),
    ...venue.entryParameters(order),
  });
}

type NotAccepted = Exclude<CreateResult, { kind: 'accepted' }>;

function toFailedCreate({ venue }: CcxtConnection, thrown: unknown): NotAccepted {
  const notSent = notSentFrom(thrown);
  if (notSent !== undefined) {
    const { reason, message } = notSent;
    return reason === 'unsupported'
      ? { kind: 'rejected', reason: 'other', code: reason, message }
      : { kind: 'rejected', reason, code: reason, message };
  }
  const error = venueErrorFrom(thrown);
  if (error === undefined) return { kind: 'unknown', message: noResponse };
  const { code } = error;
  const message = formatVenueError(error);
  const reason = findRejectReason(venue.errors, error);
  return reason === undefined
    ? { kind: 'unknown', code, message, errorClass: error.errorClass }
    : { kind: 'rejected', reason, code, message };
}

export async function createExitOrder(
  connection: CcxtConnection,
  market: MarketRules,
  order: ExitOrder,
): Promise<CreateResult> {
  const { venue } = connection;
  const support = venue.exits[market.kind];
  if (support?.forms.has(order.kind) !== true) return unsupported(connection);
  const type = order.price === undefined ? 'market' : 'limit';
  const reduce = venue.closeParameters({ ...order, reduceOnly: market.kind === 'perpetual' });
  if (order.kind === 'take-profit') return createOrder(connection, market, { ...order, type }, reduce);
  const stop = { ...order, type, restsAs: support.stopRef } as const;
  return createOrder(connection, market, stop, { ...reduce, ...venue.stopParameters(order, market) });
}

function unsupported({ name }: CcxtConnection) {
  const message = `${name} can't hold such an exit. Nothing was sent`;
  return { kind: 'rejected', reason: 'other', code: 'unsupported', message } as const;
}
