/** What Ripcord refuses of an exchange: all of it, or one kind of market. */
export type RefusedPart = 'all' | 'perpetuals' | 'inverse and quanto contracts';

/** What the generic mode needs of ccxt. */
type NeededCall = 'fetchOrder' | 'fetchMyTrades' | 'fetchTicker';

/** What Ripcord refuses, and why. */
export interface RefusedExchange {
  /** ccxt's name. Absent: at every exchange. */
  exchange?: string;
  part: RefusedPart;
  /** A sentence. */
  reason: string;
  /** The call that ccxt lacks. */
  lacks?: NeededCall;
}

function refuse(reason: string, ...exchanges: string[]): RefusedExchange[] {
  return exchanges.map((exchange) => ({ exchange, part: 'all', reason }));
}

function lacks(call: NeededCall, ...exchanges: string[]): RefusedExchange[] {
  const reason = `ccxt has no ${call} there, so the result of a close could not be read.`;
  return refuse(reason, ...exchanges).map((row) => ({ ...row, lacks: call }));
}

/** The first row that matches counts. Read from ccxt 4.5.84, and from what its calls send when nothing leaves. */
export const refusedExchanges: readonly RefusedExchange[] = [
  {
    part: 'inverse and quanto contracts',
    reason: 'A contract is not an amount of the base currency, so a close could be of another size.',
  },
  ...refuse(
    'It signs with the key of a wallet, and ccxt signs a consent to fees there without asking for it.',
    ...['hyperliquid', 'aster', 'grvt', 'lighter', 'pacifica'],
  ),
  ...refuse(
    'It signs with a private key or a wallet, and not with a key and a secret.',
    ...['derive', 'extended', 'hibachi', 'nado', 'paradex', 'revolutx'],
  ),
  ...refuse(
    'It accepts a client order id twice, and finds finished orders for two hours only, so a lost close proves nothing.',
    'htx',
  ),
  {
    exchange: 'bingx',
    part: 'perpetuals',
    reason: `Ripcord's generic mode has no perpetuals. "ripcord venues verify" tests those of the test network.`,
  },
  {
    exchange: 'mexc',
    part: 'perpetuals',
    reason:
      'MEXC documents the orders of its perpetuals as under maintenance, so no answer can be relied on.',
  },
  {
    exchange: 'coinbase',
    part: 'perpetuals',
    reason: 'Coinbase documents no reduce-only orders, so a late close could open a position.',
  },
  {
    exchange: 'cryptocom',
    part: 'perpetuals',
    reason: 'Crypto.com documents no reduce-only orders, so a late close could open a position.',
  },
  ...refuse("ccxt's spot orders name a margin there, which the generic mode never sends.", 'cryptocom'),
  // "Will be decommissioned on 1 March 2027." https://docs.kraken.com/exchange/api-reference/futures-rest
  ...refuse(
    'Kraken documents a client order id as globally unique on one page, and as unique among open orders on another. Its REST API ends on 1 March 2027.',
    'krakenfutures',
  ),
  ...lacks('fetchOrder', 'backpack', 'bitflyer', 'blofin', 'btcturk', 'btse', 'bydfi', 'cex', 'coincheck'),
  ...lacks('fetchOrder', 'coinspot', 'deepcoin', 'p2b', 'paymium', 'zaif'),
  ...lacks('fetchMyTrades', 'bithumb', 'btcbox', 'cryptomus', 'dydx', 'indodax', 'mercado', 'upbit'),
  ...lacks('fetchTicker', 'bitbns'),
  ...refuse('ccxt has no prices of its spot markets.', 'woo'),
  ...refuse('ccxt sends no MARKET sale of an amount there.', 'coinone', 'gemini', 'zebpay'),
  ...refuse(
    'It has no spot markets, and the generic mode has no perpetuals.',
    ...['apex', 'binancecoinm', 'kucoinfutures', 'mudrex'],
  ),
  ...refuse(
    'Its accounts have other credentials than a key and a secret.',
    ...['blockchaincom', 'modetrade', 'ndax', 'onetrading', 'woofipro'],
  ),
  ...refuse(
    'ccxt needs another private request, or a field of its own, before an order there.',
    ...['bittrade', 'bitvavo', 'bullish', 'coinbaseinternational'],
  ),
  ...refuse(
    'ccxt takes the client order id for the order id there, so no answer proves that an order exists.',
    ...['bequant', 'fmfwio', 'hitbtc'],
  ),
  ...refuse(
    'ccxt numbers its requests by the second there, so two requests in one second would have the same number.',
    'independentreserve',
  ),
  ...refuse("Its orders have scaled amounts, so an order can't be checked before it leaves.", 'phemex'),
  ...refuse('ccxt counts the digits of its amounts, and knows no step of them.', 'bitfinex'),
];

/** @returns why Ripcord refuses all of an exchange; undefined if it does not. */
export function findRefusedExchange(exchange: string): RefusedExchange | undefined {
  return refusedExchanges.find((row) => row.exchange === exchange && row.part === 'all');
}
