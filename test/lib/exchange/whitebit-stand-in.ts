import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { decimal, toAmount } from '../../../lib/decimal.ts';

export const keys = { apiKey: 'key', secret: 'secret' };

/** What the stand-in does with the next order. */
type Fate =
  | 'fill'
  /** It executes, and its answer is lost. */
  | 'fill, lose answer'
  /** It executes, and the answer names no id. */
  | 'fill, name no id'
  /** It never arrives. */
  | 'lose request'
  /** Half of it executes, and the rest is canceled. */
  | 'fill half'
  /** It is accepted and stays open. */
  | 'rest'
  /** It is accepted and ends without a fill. */
  | 'end unfilled'
  | { status: number; body: unknown };

interface Row {
  id: number;
  clientOrderId: string;
  amount: string;
  filled: string;
  status: 'OPEN' | 'FILLED' | 'CANCELED';
  at: number;
}

export interface WhitebitStandIn {
  url: string;
  fate: Fate;
  /** Whether the order history and the trades show what executed. */
  shows: { history: boolean; trades: boolean; clientOrderIds: boolean; balance: boolean; fills: boolean };
  /** Whether private reads fail. */
  isDown: boolean;
  /** Runs while an order is under way. */
  onOrder(): Promise<void>;
  base: string;
  orders: Row[];
  /** The method and path of every request, with those of orders counted. */
  requests: string[];
  /** Rows of the list of markets. */
  market: Record<string, unknown>;
  created(): number;
}

/**
 * The part of WhiteBIT's API v4 that ccxt's unified calls use, for one market: https://docs.whitebit.com/private/http-auth/
 * and https://docs.whitebit.com/private/http-trade-v4/. "Uniqueness: enforced only among open orders on the same market":
 * https://docs.whitebit.com/guides/client-order-id
 */
export async function startWhitebit(now: () => number): Promise<WhitebitStandIn> {
  const market = {
    ...{ name: 'BTC_USDT', stock: 'BTC', money: 'USDT', stockPrec: '6', moneyPrec: '2', feePrec: '4' },
    ...{ makerFee: '0.1', takerFee: '0.1', minAmount: '0.001', minTotal: '5', maxTotal: '10000000' },
    ...{ tradesEnabled: true, isCollateral: true, type: 'spot' },
  };
  const standIn: WhitebitStandIn = {
    url: '',
    fate: 'fill',
    shows: { history: true, trades: true, clientOrderIds: true, balance: true, fills: true },
    isDown: false,
    onOrder: async () => {},
    base: '2',
    orders: [],
    requests: [],
    market,
    created: () => standIn.requests.filter((request) => request === 'POST /api/v4/order/stock_market').length,
  };
  const server = createServer((request, response) => {
    answer(standIn, now, request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return standIn;
}

async function answer(
  standIn: WhitebitStandIn,
  now: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await readBody(request);
  const path = (request.url ?? '').split('?')[0] ?? '';
  standIn.requests.push(`${request.method} ${path}`);
  const send = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.method === 'GET') return void send(200, toPublic(standIn, path));
  if (!isSigned(request, text)) return void send(401, { code: 0, message: 'Unauthorized request.' });
  if (path !== '/api/v4/order/stock_market')
    return standIn.isDown
      ? void send(503, { code: 1, message: 'Service temporarily unavailable' })
      : void send(200, toPrivate(standIn, path));
  await standIn.onOrder();
  const { fate } = standIn;
  if (typeof fate === 'object') return void send(fate.status, fate.body);
  if (fate === 'lose request') return void response.destroy();
  const row = execute(standIn, now(), JSON.parse(text), fate);
  if (fate === 'fill, lose answer') return void response.destroy();
  const { orderId, ...rest } = toOrder(standIn, row);
  send(200, fate === 'fill, name no id' ? rest : { orderId, ...rest });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** "X-TXC-PAYLOAD": the body in base64. "X-TXC-SIGNATURE": its HMAC SHA512. */
function isSigned({ headers }: IncomingMessage, text: string): boolean {
  const payload = Buffer.from(text).toString('base64');
  const signature = createHmac('sha512', keys.secret).update(payload).digest('hex');
  return headers['x-txc-payload'] === payload && headers['x-txc-signature'] === signature;
}

function execute(
  standIn: WhitebitStandIn,
  at: number,
  { amount, clientOrderId }: { amount: string; clientOrderId: string },
  fate: Exclude<Fate, object>,
): Row {
  const isFilled = fate.startsWith('fill') && fate !== 'fill half';
  const unfilled = fate === 'rest' ? 'OPEN' : 'CANCELED';
  const part = fate === 'fill half' ? toAmount(decimal(amount).div(2)) : '0';
  const row: Row = {
    id: 4_180_284_841 + standIn.orders.length,
    ...{ clientOrderId, amount, at, filled: isFilled ? amount : part },
    status: isFilled ? 'FILLED' : unfilled,
  };
  standIn.orders.push(row);
  if (standIn.shows.balance) standIn.base = toAmount(decimal(standIn.base).minus(row.filled));
  return row;
}

function toOrder({ shows }: WhitebitStandIn, { id, clientOrderId, amount, status, at, ...row }: Row) {
  const filled = shows.fills ? row.filled : '0';
  return {
    orderId: id,
    clientOrderId: shows.clientOrderIds ? clientOrderId : '',
    ...{ market: 'BTC_USDT', side: 'sell', type: 'stock market', timestamp: at / 1_000, status },
    ...{ amount, dealStock: filled, dealMoney: toAmount(decimal(filled).times(60_000)) },
    ...{ left: toAmount(decimal(amount).minus(filled)), dealFee: '0', price: '0' },
  };
}

function toPublic({ market }: WhitebitStandIn, path: string): unknown {
  return path === '/api/v4/public/markets' ? [market] : { success: true, result: { last: '60000' } };
}

function toPrivate(standIn: WhitebitStandIn, path: string): unknown {
  const { orders, shows, base } = standIn;
  const inHistory = (row: Row) => {
    const { orderId: id, timestamp: ctime, ...rest } = toOrder(standIn, row);
    return { id, ctime, ...rest };
  };
  const toTrade = ({ id, filled, at, clientOrderId }: Row) => ({
    ...{ id: id * 10, time: at / 1_000, side: 'sell', role: 2, amount: filled, price: '60000' },
    ...{ deal: toAmount(decimal(filled).times(60_000)), fee: '1.2', feeAsset: 'USDT', orderId: id },
    clientOrderId: shows.clientOrderIds ? clientOrderId : '',
  });
  const ended = orders.filter(({ status }) => status !== 'OPEN');
  switch (path) {
    case '/api/v4/trade-account/balance':
      return { BTC: { available: base, freeze: '0' }, USDT: { available: '100', freeze: '0' } };
    case '/api/v4/orders':
      return orders.filter(({ status }) => status === 'OPEN').map((row) => toOrder(standIn, row));
    case '/api/v4/trade-account/order/history':
      return { BTC_USDT: shows.history ? ended.map(inHistory) : [] };
    case '/api/v4/trade-account/executed-history':
      return shows.trades ? ended.filter(({ filled }) => filled !== '0').map(toTrade) : [];
    default:
      throw new Error(`not modeled: ${path}`);
  }
}
