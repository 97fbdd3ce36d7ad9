import type { Exchange as CcxtClient, Trade } from 'ccxt';
import { decimal, toAmount } from '../../decimal.ts';
import type { MarketRules, TradedOrder, TradeRange } from '../exchange.ts';
import { sumFills } from './fills.ts';
import { type Fields, fetchPages } from './lists.ts';
import type { ListedFills, VenueTrade } from './venue.ts';

/** A commission is negative, unless a discount applies. It is in the coin that was received, or in BGB. */
function toFee(client: CcxtClient, { feeCoin, totalFee, deduction }: Fields) {
  const fee = decimal(String(totalFee || '0'));
  return {
    cost: toAmount(deduction === 'yes' ? fee.abs() : fee.negated()),
    currency: client.safeCurrencyCode(String(feeCoin)),
  };
}

function toTrade(client: CcxtClient, row: Fields): Trade {
  const trade = {
    id: row.tradeId,
    order: row.orderId,
    side: String(row.side).toLowerCase(),
    amount: row.size,
    price: row.priceAvg,
    cost: row.amount,
    fee: toFee(client, row.feeDetail as Fields),
    timestamp: Number(row.cTime),
  };
  return trade as unknown as Trade;
}

/** Latest first. https://www.bitget.com/api-doc/spot/trade/Get-Fills */
async function fetchRows(client: CcxtClient, { id }: MarketRules, selection: Fields): Promise<Trade[]> {
  const pages = { idName: 'tradeId', before: 'idLessThan' };
  const request = { symbol: id, ...selection };
  const rows = await fetchPages((page) => client.privateSpotGetV2SpotTradeFills(page), request, pages);
  return rows.map((row) => toTrade(client, row));
}

export async function fetchFills(
  client: CcxtClient,
  market: MarketRules,
  { orderId }: TradedOrder,
): Promise<ListedFills> {
  return sumFills(await fetchRows(client, market, { orderId }), orderId);
}

/** Oldest first. */
export async function fetchTrades(
  client: CcxtClient,
  market: MarketRules,
  { since, until, orderId }: TradeRange,
): Promise<VenueTrade[]> {
  const order = orderId === undefined ? {} : { orderId };
  const trades = await fetchRows(client, market, { startTime: since, endTime: until, ...order });
  return trades.reverse().map((trade) => ({ trade, cause: 'trade' }));
}
