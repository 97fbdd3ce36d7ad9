import { createHmac } from 'node:crypto';
import { sum } from '../../decimal.ts';
import { bitgetErrors } from '../venues/bitget-errors.ts';
import { findMeaning } from '../venues/error-table.ts';
import { asList, asListOrNull, asObject, get, getPublic, post, readData, toMarket, toSize } from './parse.ts';
import type { Answer, Created, Fields, TestVenue } from './test-venue.ts';

const api = '/api/v2/mix';
const symbol = 'BTCUSDT';
const market: Fields = { symbol, productType: 'USDT-FUTURES' };
const ofCoin: Fields = { ...market, marginCoin: 'USDT' };

const { errors, parseError } = bitgetErrors;

const listCodes = (...meanings: string[]) =>
  errors.rows.flatMap(({ codes = [], meaning }) => (meanings.includes(meaning) ? codes : []));

function toCreated({ status, body }: Answer): Created {
  if (status < 400 && body.code === '00000') {
    const { orderId } = (body.data ?? {}) as Record<string, unknown>;
    return typeof orderId === 'string' ? { kind: 'accepted', orderId } : { kind: 'unknown' };
  }
  const error = parseError(status, body);
  const meaning = findMeaning(errors, error);
  return meaning === undefined || meaning === 'unknown'
    ? { kind: 'unknown' }
    : { kind: 'refused', code: error.code };
}

const toWindow = (at: number, ms: number) => ({ requestTime: String(at), receiveWindow: String(ms) });
const data = (answer: Answer | undefined, what: string) => readData(answer, what, '00000');

/** Bitget v2, perpetuals in USDT: https://www.bitget.com/api-doc/contract/intro */
export const bitgetPerpetuals: TestVenue = {
  id: 'bitget',
  market: symbol,
  host: 'api.bitget.com',
  // "Use the Demo API Key … and add paptrading in the request header, with the value set to 1."
  // https://www.bitget.com/api-doc/common/demotrading/restapi
  markers: { paptrading: '1' },
  // https://www.bitget.com/api-doc/contract/trade/Place-Order
  // https://www.bitget.com/api-doc/contract/trade/Get-Order-Details
  // https://www.bitget.com/api-doc/common/demotrading/restapi
  gapMs: 120,
  fences: [
    // Documented for spot orders only: https://www.bitget.com/api-doc/spot/trade/Place-Order
    { name: 'receiveWindow', windowMs: 1_000, ampleMs: 15_000, fields: toWindow },
    // "Request timestamp expired" is an error without a figure: 30 s is what clients report.
    { name: 'timestamp', windowMs: 30_000, ampleMs: 30_000, fields: () => ({}) },
  ],
  codes: {
    duplicate: new Set(listCodes('duplicate-id')),
    late: new Set(listCodes('clock')),
    unrelated: new Set(),
  },

  sign({ method, path, fields, isPublic }, { apiKey, secret, password = '' }, at) {
    const query = method === 'POST' ? '' : new URLSearchParams(fields).toString();
    const target = `${api}${path}${query === '' ? '' : `?${query}`}`;
    if (isPublic) return { target, headers: {} };
    const body = method === 'POST' ? JSON.stringify(fields) : undefined;
    const signature = createHmac('sha256', secret)
      .update(`${at}${method}${target}${body ?? ''}`)
      .digest('base64');
    const keys = { 'ACCESS-KEY': apiKey, 'ACCESS-PASSPHRASE': password };
    const stamp = { 'ACCESS-SIGN': signature, 'ACCESS-TIMESTAMP': String(at) };
    const headers = { ...keys, ...stamp, 'Content-Type': 'application/json' };
    return { target, headers, ...(body === undefined ? {} : { body }) };
  },

  // "For one-way positions", `tradeSide` "must be omitted", and in hedge mode it is required.
  async readMarket(send) {
    const account = await send(get('/account/account', ofCoin));
    const { posMode } = asObject(data(account, 'account'), 'account');
    const listed = await send(getPublic('/market/contracts', market));
    const [contract] = asList(data(listed, 'market'), 'markets');
    const ticker = await send(getPublic('/market/ticker', market));
    const [{ markPrice } = {}] = asList(data(ticker, 'price'), 'prices');
    const { sizeMultiplier, minTradeNum, minTradeUSDT } = asObject(contract, 'market');
    const minimums = { step: sizeMultiplier, amount: minTradeNum, cost: minTradeUSDT };
    const orderFields: Fields = posMode === 'hedge_mode' ? { tradeSide: 'open' } : {};
    return { ...toMarket(minimums, markPrice), orderFields };
  },

  async readHeld(send) {
    const positions = data(await send(get('/position/single-position', ofCoin)), 'positions');
    const pending = asObject(data(await send(get('/order/orders-pending', market)), 'orders'), 'orders');
    return {
      amount: sum(asList(positions, 'positions').map(({ total }) => toSize(total))),
      openOrders: asListOrNull(pending.entrustedList, 'orders').length,
    };
  },

  create({ clientOrderId, type }, { amount, lowPrice, orderFields }) {
    const order: Fields = type === 'market' ? {} : { price: lowPrice, force: 'gtc' };
    const common = { ...ofCoin, marginMode: 'crossed', size: amount, side: 'buy', orderType: type };
    const fields = { ...common, ...order, ...orderFields, clientOid: clientOrderId };
    return post('/order/place-order', fields);
  },
  toCreated,
  readTime: ({ requestTime }) => Number(requestTime),
  find: (clientOid) => get('/order/detail', { ...market, clientOid }),
  toFound({ status, body }, clientOrderId) {
    const { clientOid } = (body.data ?? {}) as Record<string, unknown>;
    if (status < 400 && body.code === '00000') return clientOid === clientOrderId ? 'found' : undefined;
    return bitgetErrors.notFoundCodes.has(String(body.code)) ? 'absent' : undefined;
  },
  cancel: (clientOid) => post('/order/cancel-order', { ...ofCoin, clientOid }),
  // In both position modes: "All positions will be closed if the field [holdSide] is left blank".
  // https://www.bitget.com/api-doc/contract/trade/Flash-Close-Position
  close: () => post('/order/close-positions', market),
};
