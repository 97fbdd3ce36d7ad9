import type { Exchange as CcxtClient } from 'ccxt';
import type { ExitList, MarketRules } from '../exchange.ts';
import type { VenueExitList } from './venue.ts';

/** The parameters of one order of a list. */
type Leg = Record<string, string | undefined>;

/** Prefixes the parameters of an order, such as `aboveStopPrice`. */
function prefixed(prefix: 'above' | 'below', leg: Leg): Leg {
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
