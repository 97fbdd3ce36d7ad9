import type { Exchange as CcxtClient, Order } from 'ccxt';
import type { EntryOrder, ExitList, MarketRules } from '../exchange.ts';
import type { VenueExitList } from './venue.ts';

/** The parameters of one order of a list. */
type Leg = Record<string, string | undefined>;

/** Prefixes the parameters of an order, such as `aboveStopPrice`. */
function prefixed(prefix: string, leg: Leg): Leg {
  return Object.fromEntries(Object.entries(leg).map(([name, value]) => [prefix + name, value]));
}

function targetLeg({ clientOrderId, price }: ExitList['takeProfit']): Leg {
  return { Type: 'LIMIT_MAKER', ClientOrderId: clientOrderId, Price: price };
}

function stopLeg({ clientOrderId, triggerPrice, price }: ExitList['stopLoss']): Leg {
  const stop = { ClientOrderId: clientOrderId, StopPrice: triggerPrice };
  return price === undefined
    ? { Type: 'STOP_LOSS', ...stop }
    : { Type: 'STOP_LOSS_LIMIT', ...stop, Price: price, TimeInForce: 'GTC' };
}

/**
 * Sends a target and a stop as an OCO, which ccxt only signs. The target of a sale is above the price and its stop below;
 * of a purchase, it is the other way around.
 * https://github.com/binance/binance-spot-api-docs/blob/master/rest-api.md#new-order-list---oco-trade
 */
export async function createExitList(
  client: CcxtClient,
  market: MarketRules,
  { listClientOrderId, side, amount, takeProfit, stopLoss }: ExitList,
): Promise<VenueExitList> {
  const [above, below] =
    side === 'sell' ? [targetLeg(takeProfit), stopLeg(stopLoss)] : [stopLeg(stopLoss), targetLeg(takeProfit)];
  const response = await client.privatePostOrderListOco({
    symbol: market.id,
    listClientOrderId,
    side: side.toUpperCase(),
    quantity: amount,
    ...prefixed('above', above),
    ...prefixed('below', below),
    newOrderRespType: 'RESULT',
  });
  const reports: Leg[] = response.orderReports;
  const find = (clientOrderId: string) => {
    const report = reports.find((each) => each.clientOrderId === clientOrderId);
    return report === undefined ? undefined : client.parseOrder(report, client.market(market.symbol));
  };
  return { takeProfit: find(takeProfit.clientOrderId), stopLoss: find(stopLoss.clientOrderId) };
}

/**
 * Sends a LIMIT purchase as an OPO, or with a target as an OPOCO: the exits are for what the purchase receives, less its
 * fee, and enter the book once it has filled wholly. The cancel of the purchase ends them.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---opo-trade
 * https://github.com/binance/binance-spot-api-docs/blob/master/faqs/opo.md
 */
export async function createAttachedEntry(
  client: CcxtClient,
  market: MarketRules,
  { clientOrderId, price, amount, attached }: EntryOrder,
): Promise<Order | undefined> {
  const { stopLoss, takeProfit } = attached ?? {};
  if (stopLoss === undefined) return undefined;
  const stop = stopLeg({ ...stopLoss, clientOrderId: `${clientOrderId}-s` });
  const request = {
    symbol: market.id,
    listClientOrderId: toListId(clientOrderId),
    workingType: 'LIMIT',
    workingSide: 'BUY',
    workingClientOrderId: clientOrderId,
    workingPrice: price,
    workingQuantity: amount,
    workingTimeInForce: 'GTC',
    pendingSide: 'SELL',
    newOrderRespType: 'RESULT',
  };
  const response =
    takeProfit === undefined
      ? await client.privatePostOrderListOpo({ ...request, ...prefixed('pending', stop) })
      : await client.privatePostOrderListOpoco({
          ...request,
          ...prefixed('pendingAbove', targetLeg({ ...takeProfit, clientOrderId: `${clientOrderId}-t` })),
          ...prefixed('pendingBelow', stop),
        });
  const reports: Leg[] = response.orderReports;
  const report = reports.find((each) => each.clientOrderId === clientOrderId);
  return report === undefined ? undefined : client.parseOrder(report, client.market(market.symbol));
}

function toListId(entryId: string): string {
  return `${entryId}-l`;
}

const refusedStatuses = ['EXPIRED', 'REJECTED'];

/**
 * Reads the exits of a purchase that has filled. Those that wait for it, PENDING_NEW, are no exits yet; those that the
 * book has refused never were.
 * https://developers.binance.com/docs/binance-spot-api-docs/enums#order-status-status
 */
export async function fetchAttachedExits(
  client: CcxtClient,
  market: MarketRules,
  clientOrderId: string,
): Promise<{ order: Order; isStop: boolean }[]> {
  const list = await client.privateGetOrderList({ origClientOrderId: toListId(clientOrderId) });
  const members: Leg[] = list.orders;
  const exits = members.filter((each) => each.clientOrderId !== clientOrderId);
  const orders = await Promise.all(
    exits.map(({ orderId }) => client.fetchOrder(String(orderId), market.symbol)),
  );
  const isRefused = orders.every(
    ({ info, filled }) => refusedStatuses.includes(info.status) && Number(filled) === 0,
  );
  const isPending = orders.some(({ info }) => info.status === 'PENDING_NEW');
  return isRefused || isPending
    ? []
    : orders.map((order) => ({ order, isStop: String(order.info.type).startsWith('STOP_LOSS') }));
}
