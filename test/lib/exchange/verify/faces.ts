import { createHash, createHmac } from 'node:crypto';
import { type Face, keys, type Request, type TestNetwork } from './test-network.ts';

const size = '0.0001';
const secret = Buffer.from(keys.secret, 'base64');

function amountOf({ position }: TestNetwork): string {
  return (position / 10_000).toFixed(4);
}

/** https://docs.kraken.com/api/docs/guides/futures-rest, "Authent" */
function isSignedForKraken({ path, query, headers }: Request): boolean {
  const hash = createHash('sha256')
    .update(query + path.replace('/derivatives', ''))
    .digest();
  const expected = createHmac('sha512', secret).update(hash).digest('base64');
  return headers.apikey === keys.apiKey && headers.authent === expected;
}

function sendKrakenOrder(network: TestNetwork, { fields }: Request) {
  const id = fields.get('cliOrdId') ?? '';
  if (fields.get('reduceOnly') === 'true') {
    network.position = 0;
    return { result: 'success', sendStatus: { status: 'placed', order_id: 'close' } };
  }
  const validUntil = Date.parse(fields.get('processBefore') ?? '9999-01-01');
  const sent = network.create(id, fields.get('orderType') === 'mkt' ? 'market' : 'limit', validUntil);
  // How a late request is answered is not documented.
  if (sent === 'late') return { result: 'error', error: 'invalidArgument' };
  return {
    result: 'success',
    sendStatus:
      sent === 'duplicate'
        ? { status: 'clientOrderIdAlreadyExist' }
        : { status: 'placed', order_id: sent.id, cliOrdId: id },
  };
}

/** Kraken Futures: https://docs.kraken.com/api/docs/futures-api/trading/send-order and its neighbors. */
export const krakenFace: Face = (network, request) => ({
  ...answerAsKraken(network, request),
  serverTime: new Date(network.exchangeNow()).toISOString(),
});

function answerAsKraken(network: TestNetwork, request: Request): object {
  const { method, path, fields } = request;
  const [success, symbol] = ['success', 'PF_XBTUSD'];
  const name = `${method} ${path.replace('/derivatives/api/v3', '')}`;
  if (name === 'GET /instruments')
    return {
      result: success,
      instruments: [{ symbol: 'PI_XBTUSD' }, { symbol, contractValueTradePrecision: 4, tickSize: 1 }],
    };
  if (name === `GET /tickers/${symbol}`) return { result: success, ticker: { symbol, markPrice: 91234.5 } };
  if (!isSignedForKraken(request)) return { result: 'error', error: 'authenticationError' };
  switch (name) {
    case 'GET /openpositions':
      return {
        result: success,
        openPositions:
          network.position === 0
            ? []
            : [{ side: 'long', symbol, price: 91000, size: Number(amountOf(network)) }],
      };
    case 'GET /openorders':
      return {
        result: success,
        openOrders: network.open().map(({ id, clientId }) => ({ order_id: id, cliOrdId: clientId, symbol })),
      };
    case 'POST /sendorder':
      return sendKrakenOrder(network, request);
    case 'POST /cancelorder':
      return {
        result: success,
        cancelStatus: { status: network.cancel(fields.get('cliOrdId') ?? '') ? 'cancelled' : 'notFound' },
      };
    case 'POST /orders/status': {
      const row = network.find(fields.get('cliOrdIds') ?? '');
      const status = row?.isOpen ? 'ENTERED_BOOK' : 'FULLY_EXECUTED';
      return {
        result: success,
        orders: row ? [{ order: { orderId: row.id, cliOrdId: row.clientId }, status }] : [],
      };
    }
    default:
      throw new Error(`not modeled: ${name}`);
  }
}

/** https://www.bitget.com/api-doc/common/signature */
function isSignedForBitget({ method, path, query, headers, body }: Request): boolean {
  const target = query === '' ? path : `${path}?${query}`;
  const payload = `${headers['access-timestamp']}${method}${target}${body}`;
  const expected = createHmac('sha256', keys.secret).update(payload).digest('base64');
  return headers['access-sign'] === expected && headers['access-passphrase'] === keys.password;
}

function placeBitgetOrder(network: TestNetwork, { body, headers }: Request) {
  const order = JSON.parse(body) as Record<string, string>;
  if ('tradeSide' in order !== network.traits.hedged)
    return fail('40774', 'The order type for unilateral position must also be the unilateral position type.');
  const { staleMs = Number(order.receiveWindow ?? 30_000) } = network.traits;
  const validUntil = Number(order.requestTime ?? headers['access-timestamp']) + staleMs;
  const sent = network.create(order.clientOid ?? '', order.orderType as 'market' | 'limit', validUntil);
  if (sent === 'late') return fail('40078', 'Timestamp for this request is outside of the ME receiveWindow.');
  if (sent === 'duplicate') return fail('40786', 'Duplicate clientOid');
  return succeed({ orderId: sent.id, clientOid: sent.clientId });
}

const succeed = (data: unknown) => ({ code: '00000', msg: 'success', data });
const fail = (code: string, msg: string) => ({ code, msg, data: null });

/** Bitget, with demo trading: https://www.bitget.com/api-doc/common/demotrading/restapi */
export const bitgetFace: Face = (network, request) => ({
  ...answerAsBitget(network, request),
  requestTime: network.exchangeNow(),
});

function answerAsBitget(network: TestNetwork, request: Request): object {
  const { method, path, fields, headers, body } = request;
  // A key of demo trading without the header.
  if (headers.paptrading !== '1') return fail('40099', 'exchange environment is incorrect');
  const name = `${method} ${path.replace('/api/v2/mix', '')}`;
  if (name === 'GET /market/contracts')
    return succeed([{ symbol: 'BTCUSDT', minTradeNum: size, sizeMultiplier: size, minTradeUSDT: '5' }]);
  if (name === 'GET /market/ticker') return succeed([{ symbol: 'BTCUSDT', markPrice: '91234.5' }]);
  if (!isSignedForBitget(request)) return fail('40009', 'sign signature error');
  switch (name) {
    case 'GET /account/account':
      return succeed({ posMode: network.traits.hedged ? 'hedge_mode' : 'one_way_mode' });
    case 'GET /position/single-position':
      return succeed(network.position === 0 ? [] : [{ holdSide: 'long', total: amountOf(network) }]);
    case 'GET /order/orders-pending':
      return succeed({
        entrustedList: network.open().length === 0 ? null : network.open().map(({ id }) => ({ orderId: id })),
      });
    case 'POST /order/place-order':
      return placeBitgetOrder(network, request);
    case 'POST /order/cancel-order':
      return network.cancel(JSON.parse(body).clientOid) ? succeed({}) : fail('22001', 'No order to cancel');
    case 'POST /order/close-positions':
      network.position = 0;
      return succeed({ successList: [], failureList: [] });
    case 'GET /order/detail': {
      const row = network.find(fields.get('clientOid') ?? '');
      return row === undefined
        ? fail('40109', 'The data of the order cannot be found')
        : succeed({ clientOid: row.clientId });
    }
    default:
      throw new Error(`not modeled: ${name}`);
  }
}

/** skills/references/authentication.md of github.com/BingX-API/api-ai-skills */
function isSignedForBingx({ query, headers }: Request): boolean {
  const [payload = '', signature] = query.split('&signature=');
  const sorted = payload.split('&').sort().join('&');
  return (
    headers['x-bx-apikey'] === keys.apiKey &&
    signature === createHmac('sha256', keys.secret).update(sorted).digest('hex')
  );
}

function placeBingxOrder(network: TestNetwork, { fields }: Request) {
  if (fields.get('positionSide') !== (network.traits.hedged ? 'LONG' : 'BOTH'))
    return { code: 109400, msg: 'position mode mismatch', data: {} };
  const id = (fields.get('clientOrderId') ?? '').toLowerCase();
  const { staleMs = Number(fields.get('recvWindow') ?? 5_000) } = network.traits;
  const validUntil = Number(fields.get('timestamp')) + staleMs;
  const sent = network.create(id, fields.get('type') === 'MARKET' ? 'market' : 'limit', validUntil);
  if (sent === 'late') return { code: 109400, msg: 'timestamp is invalid', data: {} };
  if (sent === 'duplicate')
    return { code: 101481, msg: 'The clientOrderID has already been used.', data: {} };
  return {
    code: 0,
    msg: '',
    data: { order: { orderId: Number(sent.id), orderID: sent.id, clientOrderId: id, status: 'NEW' } },
  };
}

/** BingX perpetuals: skills/swap-trade/api-reference.md of github.com/BingX-API/api-ai-skills */
export const bingxFace: Face = (network, request) => {
  const { method, path, fields } = request;
  const succeeded = (data: unknown) => ({ code: 0, msg: '', data });
  const name = `${method} ${path.replace('/openApi/swap', '')}`;
  if (name === 'GET /v2/quote/contracts')
    return succeeded([
      { symbol: 'BTC-USDT', quantityPrecision: 4, tradeMinQuantity: 0.0001, tradeMinUSDT: 2 },
    ]);
  if (name === 'GET /v2/quote/premiumIndex') return succeeded({ symbol: 'BTC-USDT', markPrice: '91234.5' });
  if (!isSignedForBingx(request))
    return { code: 100001, msg: 'Request signature verification failed', data: {} };
  switch (name) {
    case 'GET /v1/positionSide/dual':
      return succeeded({ dualSidePosition: network.traits.hedged });
    case 'GET /v2/user/positions':
      return succeeded(
        network.position === 0 ? [] : [{ positionSide: 'LONG', positionAmt: amountOf(network) }],
      );
    case 'GET /v2/trade/openOrders':
      return succeeded({ orders: network.open().map(({ id }) => ({ orderId: id })) });
    case 'POST /v2/trade/order':
      return placeBingxOrder(network, request);
    case 'DELETE /v2/trade/order':
      return network.cancel(fields.get('clientOrderId') ?? '')
        ? succeeded({})
        : { code: 109421, msg: 'order does not exist', data: {} };
    case 'POST /v2/trade/closeAllPositions':
      network.position = 0;
      return succeeded({ success: [], failed: null });
    case 'GET /v2/trade/order': {
      const row = network.find(fields.get('clientOrderId') ?? '');
      return row === undefined
        ? { code: 109421, msg: 'The specified order does not exist', data: {} }
        : succeeded({ order: { orderID: row.id, clientOrderId: row.clientId } });
    }
    default:
      throw new Error(`not modeled: ${name}`);
  }
};
