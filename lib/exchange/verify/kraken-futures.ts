import { createHash, createHmac } from 'node:crypto';
import { sum } from '../../decimal.ts';
import { asList, asObject, requireAnswer, toMarket, toStep } from './parse.ts';
import type { Answer, Created, Fields, TestVenue } from './test-venue.ts';

const api = '/derivatives/api/v3';
const symbol = 'PF_XBTUSD';

/** "Unavailable", "Server Error" and "unknownError" say nothing about the order. */
const unknownErrors = new Set([
  'Unavailable',
  'unavailable',
  'Server Error',
  'unknownError',
  'Json Parse Error',
]);
/** Not documented on that page, and its name says neither. */
const unknownStatuses = new Set(['attempted']);
const acceptedStatuses = new Set(['placed', 'partiallyFilled', 'filled']);

/** "`result` equal to `success` … does not necessarily mean that the desired operation has been performed." */
function toCreated({ status, body }: Answer): Created {
  if (status >= 500) return { kind: 'unknown' };
  if (body.result === 'error') {
    const code = String(body.error);
    return unknownErrors.has(code) ? { kind: 'unknown' } : { kind: 'refused', code };
  }
  const sent = (body.sendStatus ?? {}) as Record<string, unknown>;
  if (typeof sent.status !== 'string' || unknownStatuses.has(sent.status)) return { kind: 'unknown' };
  return acceptedStatuses.has(sent.status)
    ? { kind: 'accepted', orderId: sent.order_id === undefined ? undefined : String(sent.order_id) }
    : { kind: 'refused', code: sent.status };
}

const isOwn = (row: Record<string, unknown>) => String(row.symbol).toUpperCase() === symbol;

/** Kraken Futures, API v3: https://docs.kraken.com/api/docs/guides/futures-rest */
export const krakenFutures: TestVenue = {
  id: 'krakenfutures',
  subject: 'perpetuals',
  market: symbol,
  // https://support.kraken.com/articles/360024809011-api-testing-environment-derivatives. Clients report that it ended in
  // July 2026: a redirect is no answer, so an experiment is then unknown.
  host: 'demo-futures.kraken.com',
  markers: {},
  pages: [
    'https://docs.kraken.com/api/docs/futures-api/trading/send-order',
    'https://docs.kraken.com/api-reference/order-management/get-specific-orders-status.md',
    'https://support.kraken.com/hc/en-us/articles/derivatives-trading-interface-error-messages',
  ],
  gapMs: 50,
  // "The time before which the request should be processed, otherwise it is rejected."
  fences: [
    {
      name: 'processBefore',
      windowMs: 1_000,
      fields: (at, windowMs) => ({ processBefore: new Date(at + windowMs).toISOString() }),
    },
  ],
  codes: {
    duplicate: new Set(['clientOrderIdAlreadyExist']),
    unrelated: new Set([
      ...['apiLimitExceeded', 'authenticationError', 'accountInactive', 'marketUnavailable'],
      ...['insufficientAvailableFunds', 'marketSuspended', 'marketInactive', 'maxPositionViolation'],
      ...['tooManySmallOrders', 'outsidePriceCollar', 'iocWouldNotExecute', 'selfFill'],
      ...['wouldCauseLiquidation', 'clientOrderIdAlreadyExist', 'invalidSize', 'invalidPrice'],
    ]),
  },

  /** `Authent`: the query as it was sent and the path without `/derivatives`, hashed, then signed. */
  sign({ path, fields, isPublic }, { apiKey, secret }) {
    const query = new URLSearchParams(fields).toString();
    const target = `${api}${path}${query === '' ? '' : `?${query}`}`;
    if (isPublic) return { target, headers: {} };
    const hash = createHash('sha256').update(`${query}/api/v3${path}`).digest();
    const signature = createHmac('sha512', Buffer.from(secret, 'base64')).update(hash).digest('base64');
    return { target, headers: { APIKey: apiKey, Authent: signature } };
  },

  async readMarket(send) {
    const isPublic = true;
    const listed = requireAnswer(
      await send({ method: 'GET', path: '/instruments', fields: {}, isPublic }),
      'market',
    );
    const market = asObject(asList(listed.instruments, 'markets').find(isOwn), 'market');
    const answered = requireAnswer(
      await send({ method: 'GET', path: `/tickers/${symbol}`, fields: {}, isPublic }),
      'price',
    );
    const step = toStep(market.contractValueTradePrecision);
    const { markPrice } = asObject(answered.ticker, 'price');
    return { ...toMarket({ step, amount: step }, markPrice), orderFields: {} };
  },

  async readHeld(send) {
    const read = (path: string) => send({ method: 'GET', path, fields: {} });
    const positions = requireAnswer(await read('/openpositions'), 'positions').openPositions;
    const orders = requireAnswer(await read('/openorders'), 'orders').openOrders;
    return {
      amount: sum(
        asList(positions, 'positions')
          .filter(isOwn)
          .map(({ size }) => String(size)),
      ),
      openOrders: asList(orders, 'orders').filter(isOwn).length,
    };
  },

  create({ clientOrderId, type }, { amount, lowPrice }) {
    const order: Fields =
      type === 'market' ? { orderType: 'mkt' } : { orderType: 'lmt', limitPrice: lowPrice };
    const fields = { ...order, symbol, side: 'buy', size: amount, cliOrdId: clientOrderId };
    return { method: 'POST', path: '/sendorder', fields };
  },
  toCreated,
  // An ended order is listed for 5 s: …/get-specific-orders-status.md
  find: (clientOrderId) => ({ method: 'POST', path: '/orders/status', fields: { cliOrdIds: clientOrderId } }),
  toFound({ status, body }, clientOrderId) {
    if (status !== 200 || body.result !== 'success' || !Array.isArray(body.orders)) return undefined;
    const isFound = body.orders.some(({ order }) => order?.cliOrdId === clientOrderId);
    return isFound ? 'found' : 'absent';
  },
  cancel: (clientOrderId) => ({ method: 'POST', path: '/cancelorder', fields: { cliOrdId: clientOrderId } }),
  close: (amount) => ({
    ...{ method: 'POST', path: '/sendorder' },
    fields: { orderType: 'mkt', symbol, side: 'sell', size: amount, reduceOnly: 'true' },
  }),
};
