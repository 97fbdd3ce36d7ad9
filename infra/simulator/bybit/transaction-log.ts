import { type Decimal, decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, Fill } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { parameterError } from './errors.ts';
import { toCategory, toOrderId, toOrderLinkId } from './order-shapes.ts';
import type { Params } from './request.ts';

const dayMs = 86_400_000;

function parseSpan(core: SimulatedExchange, params: Params): { since: number; until: number } {
  const [startTime, endTime] = [params.integer('startTime'), params.integer('endTime')];
  if (startTime !== undefined && endTime !== undefined && endTime - startTime > 7 * dayMs)
    throw parameterError('The time range between startTime and endTime cannot exceed 7 days.');
  const until = endTime ?? (startTime === undefined ? core.now() : startTime + dayMs);
  return { since: startTime ?? until - dayMs, until };
}

/** One coin that an execution changed. A spot trade changes two or three. */
interface Change {
  fill: Fill;
  currency: string;
  cashFlow: Decimal;
  fee: Decimal;
  funding: Decimal;
}

function toChanges(core: SimulatedExchange, fill: Fill): Change[] {
  const market = core.state.market(fill.market, fill.symbol);
  const none = decimal('0');
  if (fill.cause === 'funding')
    return [
      { fill, currency: market.quote, cashFlow: none, fee: none, funding: decimal(fill.fee).negated() },
    ];
  const sign = fill.side === 'buy' ? '1' : '-1';
  const flows = new Map<string, Decimal>(
    fill.market === 'usdm'
      ? [[market.quote, decimal(fill.realizedPnl)]]
      : [
          [market.base, decimal(fill.amount).times(sign)],
          [market.quote, decimal(fill.cost).times(sign).negated()],
        ],
  );
  if (!flows.has(fill.feeAsset)) flows.set(fill.feeAsset, none);
  return [...flows].map(([currency, cashFlow]) => ({
    fill,
    currency,
    cashFlow,
    fee: currency === fill.feeAsset ? decimal(fill.fee) : none,
    funding: none,
  }));
}

function toLogEntry(core: SimulatedExchange, { fill, currency, cashFlow, fee, funding }: Change) {
  const isFunding = fill.cause === 'funding';
  const order = isFunding ? undefined : core.state.order(fill.orderId);
  const market = core.state.market(fill.market, fill.symbol);
  return {
    id: `${fill.account}_${fill.symbol}_${fill.id}_${currency}`,
    symbol: fill.symbol,
    category: toCategory(fill.market),
    side: fill.side === 'buy' ? 'Buy' : 'Sell',
    transactionTime: String(fill.at),
    type: isFunding ? 'SETTLEMENT' : 'TRADE',
    transSubType: '',
    // On spot, the change of this currency; on perpetuals, the amount of the trade.
    qty: fill.market === 'spot' ? text(cashFlow) : fill.amount,
    size: '',
    currency,
    tradePrice: fill.price,
    // Positive is received, the opposite of an execution's execFee.
    funding: isFunding ? text(funding) : '',
    fee: text(fee),
    cashFlow: text(cashFlow),
    change: text(cashFlow.plus(funding).minus(fee)),
    cashBalance: '',
    feeRate: isFunding ? '' : feeRateOf(market, fill.maker ? 'maker' : 'taker'),
    bonusChange: '',
    tradeId: String(fill.id),
    orderId: order === undefined ? '' : toOrderId(order),
    orderLinkId: order === undefined ? '' : toOrderLinkId(order),
    extraFees: '',
  };
}

/** https://bybit-exchange.github.io/docs/v5/account/transaction-log */
export function listTransactions(core: SimulatedExchange, params: Params, account: Account): unknown {
  const { since, until } = parseSpan(core, params);
  const [category, currency, type] = [params.text('category'), params.text('currency'), params.text('type')];
  const entries = core.state.fills
    .filter((fill) => fill.account === account.id && fill.at >= since && fill.at <= until)
    .toReversed()
    .flatMap((fill) => toChanges(core, fill))
    .map((change) => toLogEntry(core, change))
    .filter(
      (entry) =>
        (category === undefined || entry.category === category) &&
        (currency === undefined || entry.currency === currency) &&
        (type === undefined || entry.type === type),
    );
  const from = params.integer('cursor') ?? 0;
  const size = Math.min(params.integer('limit') ?? 20, 50);
  return {
    list: entries.slice(from, from + size),
    nextPageCursor: from + size < entries.length ? String(from + size) : '',
  };
}
