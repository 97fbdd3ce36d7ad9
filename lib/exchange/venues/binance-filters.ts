import type { Market } from 'ccxt';
import type { Amount } from '../../decimal.ts';
import type { MarketRules } from '../exchange.ts';
import { parsePositiveAmount } from './parse-amount.ts';

/**
 * The filters of a market in `exchangeInfo`.
 *
 * https://developers.binance.com/docs/binance-spot-api-docs/filters
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/common-definition
 */
interface Filter {
  filterType?: string;
  minQty?: string;
  maxQty?: string;
  stepSize?: string;
  minNotional?: string;
  maxNotional?: string;
  /** The minimum on futures, where it applies to all orders that don't only reduce. */
  notional?: string;
  maxNumAlgoOrders?: number | string;
  applyToMarket?: unknown;
  applyMinToMarket?: unknown;
  applyMaxToMarket?: unknown;
}

function parseCount(count: number | string | undefined): number | undefined {
  return count === undefined ? undefined : Number(count);
}

/** The rules of MARKET and conditional orders. Zeros of MARKET_LOT_SIZE mean "as LOT_SIZE". */
export function marketRules(market: Market): Partial<MarketRules> {
  const filters: Filter[] = market?.info?.filters ?? [];
  const find = (type: string) => filters.find(({ filterType }) => filterType === type);
  const lot = find('MARKET_LOT_SIZE');
  return {
    marketAmountStep: parsePositiveAmount(lot?.stepSize),
    marketAmountMin: parsePositiveAmount(lot?.minQty),
    marketAmountMax: parsePositiveAmount(lot?.maxQty),
    opoAllowed: String(market?.info?.opoAllowed) === 'true',
    conditionalMax: parseCount(find('MAX_NUM_ALGO_ORDERS')?.maxNumAlgoOrders),
    ...valueRules(find('NOTIONAL'), find('MIN_NOTIONAL')),
  };
}

/** A market has one of the two filters: NOTIONAL limits the value in both directions, MIN_NOTIONAL in one. */
function valueRules(range: Filter | undefined, minimum: Filter | undefined): Partial<MarketRules> {
  const restingCostMin = parsePositiveAmount(range?.minNotional ?? minimum?.minNotional ?? minimum?.notional);
  if (range !== undefined)
    return {
      restingCostMin,
      costMin: ifApplied(range.applyMinToMarket, range.minNotional),
      costMax: ifApplied(range.applyMaxToMarket, range.maxNotional),
    };
  return { restingCostMin, costMin: ifApplied(minimum?.applyToMarket, restingCostMin) };
}

/** A limit that doesn't say otherwise applies to MARKET orders too. */
function ifApplied(applies: unknown, limit: string | undefined): Amount | undefined {
  return String(applies ?? true) === 'true' ? parsePositiveAmount(limit) : undefined;
}
