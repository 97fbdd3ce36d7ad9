import { createHash, createHmac } from 'node:crypto';
import { sum } from '../../decimal.ts';
import { asList, asObject, get, getPublic, post, requireAnswer, toMarket, toSize, toStep } from './parse.ts';
import type { Answer, Created, Fields, TestVenue } from './test-venue.ts';

const api = '/derivatives/api/v3';
const symbol = 'PF_XBTUSD';

/** What says nothing about the order. "attempted" is not documented. */
const unknownCodes = /^(unavailable|server error|unknownError|json parse error|attempted)$/i;
const acceptedStatuses = new Set(['placed', 'partiallyFilled', 'filled']);

/** "`result` equal to `success` … does not necessarily mean that the desired operation has been performed." */
function toCreated({ status, body }: Answer): Created {
  const sent = (body.sendStatus ?? {}) as Record<string, unknown>;
  const code = body.result === 'error' ? body.error : sent.status;
  if (status >= 500 || typeof code !== 'string' || unknownCodes.test(code)) return { kind: 'unknown' };
  return body.result === 'success' && acceptedStatuses.has(code)
    ? { kind: 'accepted', orderId: sent.order_id === undefined ? undefined : String(sent.order_id) }
    : { kind: 'refused', code };
}

const toDeadline = (at: number, ms: number) => ({ processBefore: new Date(at + ms).toISOString() });
const isOwn = (row: Record<string, unknown>) => String(row.symbol).toUpperCase() === symbol;

/** Kraken Futures, API v3: https://docs.kraken.com/api/docs/guides/futures-rest */
export const krakenFutures: TestVenue = {
  id: 'krakenfutures',
  market: symbol,
  // https://support.kraken.com/articles/360024809011-api-testing-environment-derivatives. Clients report that it ended in
  // July 2026: a redirect is no answer, so an experiment is then unknown.
  host: 'demo-futures.kraken.com',
  markers: {},
  // https://docs.kraken.com/api/docs/futures-api/trading/send-order
  // https://docs.kraken.com/api-reference/order-management/get-specific-orders-status.md
  // https://support.kraken.com/hc/en-us/articles/derivatives-trading-interface-error-messages
  gapMs: 50,
  // "The time before which the request should be processed, otherwise it is rejected."
  fences: [{ name: 'processBefore', windowMs: 1_000, ampleMs: 15_000, fields: toDeadline }],
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
    const listed = requireAnswer(await send(getPublic('/instruments')), 'market').instruments;
    const market = asObject(asList(listed, 'markets').find(isOwn), 'market');
    const { ticker } = requireAnswer(await send(getPublic(`/tickers/${symbol}`)), 'price');
    const step = toStep(market.contractValueTradePrecision);
    return { ...toMarket({ step, amount: step }, asObject(ticker, 'price').markPrice), orderFields: {} };
  },

  async readHeld(send) {
    const positions = requireAnswer(await send(get('/openpositions')), 'positions').openPositions;
    const orders = requireAnswer(await send(get('/openorders')), 'orders').openOrders;
    const sizes = asList(positions, 'positions')
      .filter(isOwn)
      .map(({ size }) => toSize(size));
    return { amount: sum(sizes), openOrders: asList(orders, 'orders').filter(isOwn).length };
  },

  create({ clientOrderId, type }, { amount, lowPrice }) {
    const order: Fields =
      type === 'market' ? { orderType: 'mkt' } : { orderType: 'lmt', limitPrice: lowPrice };
    const fields = { ...order, symbol, side: 'buy', size: amount, cliOrdId: clientOrderId };
    return post('/sendorder', fields);
  },
  toCreated,
  readTime: ({ serverTime }) => Date.parse(String(serverTime)),
  // An ended order is listed for 5 s: …/get-specific-orders-status.md
  find: (clientOrderId) => post('/orders/status', { cliOrdIds: clientOrderId }),
  toFound({ status, body }, clientOrderId) {
    if (status !== 200 || body.result !== 'success' || !Array.isArray(body.orders)) return undefined;
    const isFound = body.orders.some(({ order }) => order?.cliOrdId === clientOrderId);
    return isFound ? 'found' : 'absent';
  },
  cancel: (clientOrderId) => post('/cancelorder', { cliOrdId: clientOrderId }),
  close: (size) => post('/sendorder', { orderType: 'mkt', symbol, side: 'sell', size, reduceOnly: 'true' }),
};
