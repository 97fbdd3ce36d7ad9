import { decimal, text } from '../core/amounts.ts';
import { feeRateOf } from '../core/fees.ts';
import type { Account, Fill, Market, PositionSide } from '../core/model.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { publicRoute, type Routes, readRoute, type SignedHandler, tradeRoute } from '../server/routes.ts';
import type { VenueRequest } from '../server/venue-api.ts';
import { gateError, toFuturesError } from './errors.ts';
import {
  amendFuturesOrder,
  createFuturesOrder,
  createFuturesPriceOrder,
  deleteFuturesOrder,
  deleteFuturesPriceOrder,
  historyMs,
  isKnown,
  readFuturesOrder,
  readFuturesPriceOrder,
} from './futures-orders.ts';
import {
  toContract,
  toFuturesAccount,
  toFuturesOrder,
  toFuturesPosition,
  toFuturesPriceOrder,
  toFuturesTicker,
  toFuturesTrade,
} from './futures-shapes.ts';
import type { Params } from './request.ts';
import { toPair } from './shapes.ts';

function findContracts(core: SimulatedExchange, params: Params): Market[] {
  return params.text('contract') === undefined ? core.state.marketsOf('usdm') : [params.contract(core)];
}

/** Whether the list is of all contracts, or of this one. */
function selectSymbol(core: SimulatedExchange, params: Params) {
  const wanted = params.text('contract') === undefined ? undefined : params.contract(core).symbol;
  return ({ symbol }: { symbol: string }) => wanted === undefined || symbol === wanted;
}

function listCandles(core: SimulatedExchange, params: Params): unknown[] {
  const { symbol } = params.contract(core);
  const range = params.candles('5m', 2_000, core.now());
  return core
    .candles({ market: 'usdm', symbol, ...range })
    .map(({ at, open: o, high: h, low: l, close: c }) => ({ t: at / 1_000, v: '1', c, h, l, o, sum: '1' }));
}

/** "Use the ID of the last record in the previous list as the starting point for the next list". Latest first. */
function listOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const wantsOpen = params.oneOf('status', ['open', 'finished']) === 'open';
  const isWanted = selectSymbol(core, params);
  const orders = [...core.state.orders.values()].filter(
    (order) =>
      order.account === account.id &&
      order.market === 'usdm' &&
      isWanted(order) &&
      isOpen(order) === wantsOpen &&
      isKnown(core, order),
  );
  const latestFirst = orders.toReversed();
  const start = latestFirst.findIndex(({ id }) => String(id) === params.text('last_id')) + 1;
  return params.page(latestFirst.slice(start), 1_000).map((order) => toFuturesOrder(core, order));
}

/** Latest first. */
function selectFills(core: SimulatedExchange, account: Account): Fill[] {
  return core.state.fills
    .filter((fill) => fill.account === account.id && fill.market === 'usdm')
    .toReversed();
}

function selectTrades(core: SimulatedExchange, params: Params, account: Account): Fill[] {
  const isWanted = selectSymbol(core, params);
  return selectFills(core, account).filter((fill) => fill.cause !== 'funding' && isWanted(fill));
}

/** By `order`, of the last 6 months: https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records-2 */
function listTrades(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const order = params.text('order');
  const trades = selectTrades(core, params, account).filter(
    ({ orderId, at }) => at > core.now() - historyMs && (order === undefined || String(orderId) === order),
  );
  return params.page(trades, 1_000).map((fill) => ({ id: fill.id, ...toFuturesTrade(core, fill) }));
}

/** By range, and by no order: https://www.gate.com/docs/developers/apiv4/en/#query-personal-trading-records-by-time-range */
function listTradesOfRange(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const [from, to] = params.range(core.now());
  const trades = selectTrades(core, params, account).filter(({ at }) => at >= from && at <= to);
  return params
    .page(trades, 1_000)
    .map((fill) => ({ trade_id: String(fill.id), ...toFuturesTrade(core, fill) }));
}

function toBookRows(core: SimulatedExchange, fill: Fill) {
  const contract = toPair(core.state.market('usdm', fill.symbol));
  const row = { contract, trade_id: String(fill.id), text: `${contract}:${fill.orderId}`, at: fill.at };
  const paid = text(decimal(fill.fee).negated());
  if (fill.cause === 'funding') return [{ ...row, id: `${fill.id}`, type: 'fund', change: paid }];
  const fee = { ...row, id: `${fill.id}`, type: 'fee', change: paid };
  if (decimal(fill.closed ?? '0').isZero()) return [fee];
  return [{ ...row, id: `${fill.id}0`, type: 'pnl', change: fill.realizedPnl }, fee];
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-futures-account-change-history. Without deposits. */
function listBook(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const [contract, type] = [params.text('contract'), params.text('type')];
  const [from, to] = params.range(core.now());
  let next = decimal(account.usdm.USDT ?? '0');
  const rows = selectFills(core, account)
    .flatMap((fill) => toBookRows(core, fill))
    .map((row) => {
      const balance = next;
      next = balance.minus(row.change);
      return { ...row, balance: text(balance) };
    })
    .filter((row) => (contract ?? row.contract) === row.contract && (type ?? row.type) === row.type)
    .filter(({ at }) => at >= from && at <= to);
  return params.page(rows, 1_000).map(({ at, ...row }) => ({ time: at / 1_000, ...row }));
}

/** Gate lists a contract once the account has traded it, also without a position. */
function toPositions(core: SimulatedExchange, account: Account, market: Market) {
  const sides: PositionSide[] = account.hedged ? ['LONG', 'SHORT'] : ['BOTH'];
  const rows = sides.map((side) => toFuturesPosition(core, account, market, side));
  return rows.some(({ update_time }) => update_time !== 0) ? rows : [];
}

function listPositions(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const rows = core.state.marketsOf('usdm').flatMap((market) => toPositions(core, account, market));
  return params.page(
    rows.filter(({ size }) => !params.flag('holding') || size !== '0'),
    1_000,
  );
}

function requirePositions(core: SimulatedExchange, params: Params, account: Account) {
  const rows = toPositions(core, account, params.contract(core, params.id));
  if (rows.length === 0) throw gateError('POSITION_NOT_FOUND', 'Position not found');
  return rows;
}

/** "If you hold two postions in one contract market, please use this API: /futures/{settle}/dual_comp/positions/{contract}" */
function readPosition(core: SimulatedExchange, params: Params, account: Account): unknown {
  if (account.hedged) throw gateError('POSITION_DUAL_MODE', 'Operation forbidden in dual-mode');
  return requirePositions(core, params, account)[0];
}

function listPriceOrders(core: SimulatedExchange, params: Params, account: Account): unknown[] {
  const wantsOpen = params.oneOf('status', ['open', 'finished']) === 'open';
  const isWanted = selectSymbol(core, params);
  const algos = [...core.state.algoOrders.values()].filter((algo) => {
    const isWaiting = algo.status === 'new' || algo.status === 'triggering';
    return algo.account === account.id && algo.market !== 'spot' && isWanted(algo) && isWaiting === wantsOpen;
  });
  return params.page(algos.toReversed(), 1_000).map((algo) => toFuturesPriceOrder(core, algo));
}

/** https://www.gate.com/docs/developers/apiv4/en/#query-futures-market-trading-fee-rates */
function readFees(core: SimulatedExchange, params: Params): unknown {
  const rows = findContracts(core, params).map((market) => {
    const fees = { taker_fee: feeRateOf(market, 'taker'), maker_fee: feeRateOf(market, 'maker') };
    return [toPair(market), fees] as const;
  });
  return Object.fromEntries(rows);
}

/** "User has no futures account", https://www.gate.com/docs/developers/apiv4/en/#label-list */
function ofOwner(handle: SignedHandler<Params>): SignedHandler<Params> {
  return (core, params, account) => {
    if (!account.permissions.futures)
      throw gateError('FORBIDDEN', 'Account has no permission to request operation', 403);
    if (Object.keys(account.usdm).length === 0)
      throw gateError('USER_NOT_FOUND', 'please transfer funds first to make futures account');
    return handle(core, params, account);
  };
}
const read = (handle: SignedHandler<Params>) => readRoute(ofOwner(handle));
const trade = (handle: SignedHandler<Params>) => tradeRoute(ofOwner(handle));

const usdt = '/api/v4/futures/usdt';

/** https://www.gate.com/docs/developers/apiv4/en/#futures, settled in USDT. */
export const futuresRoutes: Routes<Params> = {
  [`GET ${usdt}/contracts`]: publicRoute((core) => core.state.marketsOf('usdm').map(toContract)),
  [`GET ${usdt}/contracts/{id}`]: publicRoute((core, params) => toContract(params.contract(core, params.id))),
  [`GET ${usdt}/tickers`]: publicRoute((core, params) => findContracts(core, params).map(toFuturesTicker)),
  [`GET ${usdt}/candlesticks`]: publicRoute(listCandles),
  [`POST ${usdt}/orders`]: trade(createFuturesOrder),
  [`GET ${usdt}/orders`]: read(listOrders),
  [`GET ${usdt}/orders/{id}`]: read(readFuturesOrder),
  [`DELETE ${usdt}/orders/{id}`]: trade(deleteFuturesOrder),
  [`PUT ${usdt}/orders/{id}`]: trade(amendFuturesOrder),
  [`GET ${usdt}/my_trades`]: read(listTrades),
  [`GET ${usdt}/my_trades_timerange`]: read(listTradesOfRange),
  [`GET ${usdt}/account_book`]: read(listBook),
  [`GET ${usdt}/positions`]: read(listPositions),
  [`GET ${usdt}/positions/{id}`]: read(readPosition),
  [`GET ${usdt}/dual_comp/positions/{id}`]: read(requirePositions),
  [`GET ${usdt}/accounts`]: read((core, _params, account) => toFuturesAccount(core, account)),
  [`GET ${usdt}/fee`]: read(readFees),
  [`POST ${usdt}/price_orders`]: trade(createFuturesPriceOrder),
  [`GET ${usdt}/price_orders`]: read(listPriceOrders),
  [`GET ${usdt}/price_orders/{id}`]: read(readFuturesPriceOrder),
  [`DELETE ${usdt}/price_orders/{id}`]: trade(deleteFuturesPriceOrder),
};

const sizes = new Set(['size', 'left', 'iceberg', 'close_size', 'trade_size', 'position_size', 'v']);
for (const name of ['order_size_min', 'order_size_max']) sizes.add(name);

/**
 * Sizes are strings if the request has `X-Gate-Size-Decimal: 1`, and whole numbers otherwise, as before 4.106.0 of
 * https://www.gate.com/docs/developers/apiv4/en/#changelog. Errors of futures have `detail`: https://github.com/ccxt/ccxt/pull/10291
 */
export function respond({ headers }: VenueRequest, handle: () => unknown): unknown {
  try {
    const answer = handle();
    if (headers['x-gate-size-decimal'] === '1') return answer;
    const toWhole = (name: string, value: unknown) => (sizes.has(name) ? Math.trunc(Number(value)) : value);
    return JSON.parse(JSON.stringify(answer), toWhole);
  } catch (thrown) {
    throw toFuturesError(thrown);
  }
}
