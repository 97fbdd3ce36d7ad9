import { createHmac } from 'node:crypto';
import { sum } from '../../decimal.ts';
import { asListOrNull, asObject, get, getPublic, post, readData, toMarket, toSize, toStep } from './parse.ts';
import type { Answer, Created, Fields, TestVenue } from './test-venue.ts';

const symbol = 'BTC-USDT';

/** "System busy", "further confirmation required", and codes of which only a part is documented. */
const unknownCodes = new Set(['100500', '109500', '110500', '109701', '100503', '80001', '80014']);

function toCreated({ status, body }: Answer): Created {
  const code = String(body.code);
  if (status >= 500 || body.code === undefined || unknownCodes.has(code)) return { kind: 'unknown' };
  if (code !== '0') return { kind: 'refused', code };
  const row = (body.data ?? {}) as Record<string, unknown>;
  const order = (row.order ?? row) as Record<string, unknown>;
  // Larger than a number can hold, so only the text is the id: "Always use the string orderID field".
  return { kind: 'accepted', orderId: typeof order.orderID === 'string' ? order.orderID : undefined };
}

const data = (answer: Answer | undefined, what: string) => readData(answer, what, 0);
const only = (value: unknown) => (Array.isArray(value) ? value[0] : value);

/** BingX, perpetuals in USDT: https://bingx-api.github.io/docs-v3/ */
export const bingxPerpetuals: TestVenue = {
  id: 'bingx',
  market: symbol,
  // "prod-vst: Production Simulated (Testnet)", skills/references/base-urls.md of github.com/BingX-API/api-ai-skills
  host: 'open-api-vst.bingx.com',
  markers: {},
  // https://bingx-api.github.io/docs-v3/
  // https://github.com/BingX-API/api-ai-skills/blob/main/skills/swap-trade/api-reference.md
  // "Rate limit: … 3/s per IP" for each kind of request, 2/s for look-ups and closes.
  gapMs: 200,
  // "Request validity window in ms, max 5000".
  fences: [
    { name: 'recvWindow', windowMs: 500, ampleMs: 5_000, fields: (_at, ms) => ({ recvWindow: String(ms) }) },
  ],
  codes: {
    // "The clientOrderID has already been used", "same order number submitted more than once in a short period".
    duplicate: new Set(['101481', '109201']),
    // "Invalid request parameters — … timestamp". ccxt knows 100421 as "Null timestamp or timestamp mismatch".
    late: new Set(['109400', '100421']),
    unrelated: new Set(),
  },

  /** "Sort them in ASCII ascending order by key name"; no value here has a character that a URL encodes. */
  sign({ path, fields, isPublic }, { apiKey, secret }, at) {
    const all = isPublic ? fields : { ...fields, timestamp: String(at) };
    const query = Object.entries(all)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join('&');
    const target = `/openApi/swap${path}${query === '' ? '' : `?${query}`}`;
    if (isPublic) return { target, headers: {} };
    const signature = createHmac('sha256', secret).update(query).digest('hex');
    const separator = query === '' ? '?' : '&';
    return { target: `${target}${separator}signature=${signature}`, headers: { 'X-BX-APIKEY': apiKey } };
  },

  // "BOTH" in one-way mode, "LONG" or "SHORT" in hedge mode.
  async readMarket(send) {
    const mode = asObject(data(await send(get('/v1/positionSide/dual')), 'position mode'), 'position mode');
    const contracts = data(await send(getPublic('/v2/quote/contracts', { symbol })), 'market');
    const ticker = data(await send(getPublic('/v2/quote/premiumIndex', { symbol })), 'price');
    const { quantityPrecision, tradeMinQuantity, tradeMinUSDT } = asObject(only(contracts), 'market');
    const minimums = { step: toStep(quantityPrecision), amount: tradeMinQuantity, cost: tradeMinUSDT };
    const positionSide = String(mode.dualSidePosition) === 'true' ? 'LONG' : 'BOTH';
    return {
      ...toMarket(minimums, asObject(only(ticker), 'price').markPrice),
      orderFields: { positionSide },
    };
  },

  async readHeld(send) {
    const positions = data(await send(get('/v2/user/positions', { symbol })), 'positions');
    const { orders } = asObject(
      data(await send(get('/v2/trade/openOrders', { symbol })), 'orders'),
      'orders',
    );
    const sizes = asListOrNull(positions, 'positions').map(({ positionAmt }) => toSize(positionAmt));
    return { amount: sum(sizes), openOrders: asListOrNull(orders, 'orders').length };
  },

  create({ clientOrderId, type }, { amount, lowPrice, orderFields }) {
    const order: Fields = type === 'market' ? {} : { price: lowPrice, timeInForce: 'GTC' };
    const common = { symbol, side: 'BUY', type: type.toUpperCase(), quantity: amount, clientOrderId };
    return post('/v2/trade/order', { ...common, ...order, ...orderFields });
  },
  toCreated,
  // "Can retrieve orders in any status".
  find: (clientOrderId) => get('/v2/trade/order', { symbol, clientOrderId }),
  toFound({ status, body }, clientOrderId) {
    if (status >= 500) return undefined;
    // "The specified order does not exist".
    if (body.code === 109421) return 'absent';
    const row = (body.data ?? {}) as Record<string, unknown>;
    // Samples of the documentation have both spellings.
    const { clientOrderId: id, clientOrderID = id } = (row.order ?? row) as Record<string, unknown>;
    return body.code === 0 && clientOrderID === clientOrderId ? 'found' : undefined;
  },
  cancel: (clientOrderId) => ({
    method: 'DELETE',
    path: '/v2/trade/order',
    fields: { symbol, clientOrderId },
  }),
  close: () => post('/v2/trade/closeAllPositions', { symbol }),
};
