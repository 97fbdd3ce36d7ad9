import { describe, expect, it, test } from 'vitest';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { MarketKind, Order } from '../../infra/simulator/core/model.ts';
import type { ParentExchangeId } from '../../lib/account/account.ts';
import { fromUuid } from '../../lib/exchange/venues/coinbase-client-id.ts';
import { formatClientOrderId } from '../../lib/position/client-order-id.ts';
import { findMissing } from '../lib/exchange/test-markets.ts';
import { navigation } from '../security/header-sets.ts';
import { fire, hit, ledgerSince, markOf, startEnvironment } from './environment.ts';

/** Binance lists symbols in Chinese: https://developers.binance.com/docs/derivatives/change-log, 2025-10-09. */

const environment = await startEnvironment({ table: 'model' });
const { core } = environment;

interface Listed {
  exchange: ParentExchangeId;
  market: MarketKind;
  base: string;
  quote?: string;
}

const listed: Listed[] = [
  { exchange: 'binanceusdm', market: 'usdm', base: '币安人生' },
  { exchange: 'binanceusdm', market: 'usdm', base: '1000МЯУ' },
  { exchange: 'binance', market: 'spot', base: '龙虾' },
  { exchange: 'binance', market: 'spot', base: 'Ünïcörn🚀'.toUpperCase() },
  { exchange: 'bybit', market: 'usdm', base: '哈基米' },
  { exchange: 'bybit', market: 'spot', base: 'ไทย' },
  { exchange: 'okx', market: 'usdm', base: 'حلال' },
  { exchange: 'okx', market: 'spot', base: '柴犬' },
  { exchange: 'kucoin', market: 'spot', base: '币安人生' },
  { exchange: 'bitget', market: 'spot', base: '牛来了' },
  { exchange: 'gate', market: 'spot', base: '币安人生' },
  { exchange: 'gate', market: 'usdm', base: '哈基米' },
  { exchange: 'kraken', market: 'spot', base: 'ДОЖ' },
  { exchange: 'coinbase', market: 'spot', base: '日本円' },
];

function symbolOf({ market, base }: Listed): string {
  return market === 'spot' ? `${base}/USDT` : `${base}/USDT:USDT`;
}

/** Lists a market at 2 USDT, and fills an entry of 10 in it. */
async function listAndBuy({ exchange, market, base }: Listed) {
  const id = `${base}USDT`;
  const lot = { min: '0.1', max: '9000000', step: '0.1' };
  core.addMarket({
    kind: market,
    symbol: id,
    base,
    quote: 'USDT',
    price: '2',
    tick: '0.01',
    lot,
    marketLot: lot,
    minNotional: '5',
    feeRate: '0',
  });
  const trader = await environment.newAccount({
    exchange,
    balances: { spot: { USDT: '1000' }, usdm: { USDT: '1000' } },
  });
  const order = { apiKey: trader.apiKey, market, symbol: id, side: 'buy', type: 'limit' } as const;
  const entry = core.placeOrder({ ...order, timeInForce: 'GTC', amount: '10', price: '1.9' }) as Order;
  core.fill({ orderId: entry.id });
  return { ...trader, id, entryId: exchange === 'bybit' ? toOrderId(entry) : String(entry.id) };
}

/** How the request of a close names the market. Some read the order from a signed form, others from signed JSON. */
const names: Record<ParentExchangeId, (base: string, market: MarketKind) => string> = {
  binance: (base) => `symbol=${encodeURIComponent(`${base}USDT`)}&`,
  binanceusdm: (base) => `symbol=${encodeURIComponent(`${base}USDT`)}&`,
  bybit: (base) => `"symbol":"${base}USDT"`,
  okx: (base, market) => `"instId":"${base}-USDT${market === 'spot' ? '' : '-SWAP'}"`,
  kucoin: (base) => `"symbol":"${base}-USDT"`,
  bitget: (base) => `"symbol":"${base}USDT"`,
  gate: (base, market) => `"${market === 'spot' ? 'currency_pair' : 'contract'}":"${base}_USDT"`,
  kraken: (base) => `pair=${encodeURIComponent(`${base}USDT`)}&`,
  coinbase: (base) => `"product_id":"${base}-USDT"`,
};

test('each market of each proven exchange has a symbol of its own here', () => {
  expect(findMissing(listed)).toEqual([]);
});

describe.each(listed)('A market of $base at $exchange, $market', (market) => {
  const symbol = symbolOf(market);

  it(`a position in ${symbol} is adopted and closed, and everything names it`, async () => {
    const { account, id, entryId } = await listAndBuy(market);
    const { position } = await environment.admin('positions.adopt', {
      account,
      symbol,
      side: 'long',
      entryOrderIds: [entryId],
    });
    expect(position).toMatchObject({ symbol, amount: '10', status: 'open' });
    const { positionId } = position;
    const link = await environment.newLink(positionId, 'close');
    const { candles } = await environment.admin('positions.candles', { positionId, interval: '1m' });
    expect(candles).not.toEqual([]);

    const mark = markOf(core);
    expect(await fire(link)).toMatchObject({
      status: 200,
      json: { outcome: 'closed', closedAmount: '10', symbol },
    });
    const { orders, requests } = ledgerSince(core, mark);
    expect(orders).toEqual([
      expect.objectContaining({ symbol: id, side: 'sell', type: 'market', amount: '10' }),
    ]);
    expect(requests).toEqual([
      expect.objectContaining({
        parameters: expect.stringContaining(names[market.exchange](market.base, market.market)),
      }),
    ]);
    const [order] = orders;
    expect(fromUuid(core.state.order(Number(order?.id)).clientOrderId)).toBe(
      formatClientOrderId(positionId, 'close', 1),
    );

    expect(await environment.positionNow(positionId)).toMatchObject({ symbol, status: 'closed' });
    const { hits } = await environment.admin('history.list', { positionId });
    expect(hits).toMatchObject([{ decision: 'fired', outcome: 'closed' }]);
    const page = await hit(link, { method: 'GET', headers: navigation('chromeMac', 'none') });
    expect(page.body).toContain(`<dd>${symbol}</dd>`);
  });
});

describe('An input that is no symbol', () => {
  const refusals = [
    {
      symbol: '币安人生 /USDT',
      title: 'with a space',
      words: /character 5 \(U\+0020\) is a space or invisible/,
    },
    { symbol: 'BTC\u200b/USDT', title: 'with a zero-width space', words: /character 4 \(U\+200B\)/ },
    { symbol: 'BTC/\u00a0USDT', title: 'with a non-breaking space', words: /character 5 \(U\+00A0\)/ },
    { symbol: '\u202eCTB/USDT', title: 'with a direction mark', words: /character 1 \(U\+202E\)/ },
    { symbol: 'BTC/USDT\n', title: 'with a line break', words: /character 9 \(U\+000A\)/ },
    { symbol: 'BTC\u0000/USDT', title: 'with a zero byte', words: /character 4 \(U\+0000\)/ },
    { symbol: 'BTC/US\ud800', title: 'with half a character', words: /character 7 \(U\+D800\)/ },
    { symbol: `${'币'.repeat(21)}/USDT`, title: 'that is too long', words: /at most 20 characters/ },
    { symbol: '币安人生', title: 'without a quote currency', words: /expected BASE\/QUOTE/ },
    { symbol: '币安人生/USDT:USDT:USDT', title: 'with two settle currencies', words: /expected BASE\/QUOTE/ },
    { symbol: 'BTC/USDT:USDT-260327', title: 'of a dated future', words: /expected BASE\/QUOTE/ },
  ];

  it.each(refusals)('a symbol $title is refused by adopt and open', async ({ symbol, words }) => {
    const { account } = await environment.newAccount({ exchange: 'binance' });
    const adoption = { command: 'positions.adopt', account, symbol, side: 'long', amount: '1' };
    const opening = { ...adoption, command: 'positions.open', requestId: 'one', type: 'market' };
    for (const payload of [adoption, opening])
      expect(await environment.refusal(payload)).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(words),
      });
  });
});
