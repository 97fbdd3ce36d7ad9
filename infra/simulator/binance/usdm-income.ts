import { decimal } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, Fill } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { toFixedPlaces } from './format.ts';
import type { Params } from './request.ts';
import { weekMs } from './usdm-orders.ts';

const keptMs = 90 * 86_400_000;

interface Income {
  incomeType: 'FUNDING_FEE' | 'REALIZED_PNL' | 'COMMISSION';
  income: string;
  asset: string;
}

function toIncomes(core: SimulatedExchange, fill: Fill): Income[] {
  const paid = toFixedPlaces(decimal(fill.fee).negated());
  if (fill.cause === 'funding') return [{ incomeType: 'FUNDING_FEE', income: paid, asset: fill.feeAsset }];
  const { quote } = core.state.market('usdm', fill.symbol);
  const commission: Income = { incomeType: 'COMMISSION', income: paid, asset: fill.feeAsset };
  if (decimal(fill.realizedPnl).isZero()) return [commission];
  return [{ incomeType: 'REALIZED_PNL', income: toFixedPlaces(fill.realizedPnl), asset: quote }, commission];
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/Get-Income-History */
export function listIncome(core: SimulatedExchange, params: Params, account: Account): unknown {
  const [symbol, incomeType] = [params.text('symbol'), params.text('incomeType')];
  if (symbol !== undefined) core.state.market('usdm', symbol);
  const until = params.integer('endTime') ?? core.now();
  // Without times, only the last seven days; and at most the last three months.
  const since = Math.max(params.integer('startTime') ?? until - weekMs, core.now() - keptMs);
  const limit = Math.min(params.integer('limit') ?? 100, 1000);
  const from = ((params.integer('page') ?? 1) - 1) * limit;
  return core.state.fills
    .filter(
      (fill) =>
        fill.account === account.id &&
        fill.market === 'usdm' &&
        (symbol === undefined || fill.symbol === symbol) &&
        fill.at >= since &&
        fill.at <= until,
    )
    .flatMap((fill) => toIncomes(core, fill).map((income) => toIncome(fill, income)))
    .filter((income) => incomeType === undefined || income.incomeType === incomeType)
    .slice(from, from + limit);
}

/** A `tranId` is unique among the incomes of one type. */
function toIncome(fill: Fill, { incomeType, income, asset }: Income) {
  return {
    symbol: fill.symbol,
    incomeType,
    income,
    asset,
    info: incomeType,
    time: fill.at,
    tranId: fill.id,
    tradeId: incomeType === 'FUNDING_FEE' ? '' : String(fill.id),
  };
}

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api/User-Commission-Rate */
export function queryCommissionRate(core: SimulatedExchange, params: Params): unknown {
  const market = core.state.market('usdm', params.required('symbol'));
  return {
    symbol: market.symbol,
    makerCommissionRate: feeRateOf(market, 'maker'),
    takerCommissionRate: feeRateOf(market, 'taker'),
  };
}
