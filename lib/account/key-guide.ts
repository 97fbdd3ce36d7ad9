import type { ParentExchangeId } from './account.ts';
import { toParent } from './parent-exchange.ts';

/** What a person needs to know to create an API key. */
export interface KeyGuide {
  /** The exchange's own menu. */
  place: string;
  /** What to allow, and nothing else. */
  permissions: string;
  /** What the secret has to look like, if it is not just text. */
  secret?: string;
}

const asPem = 'as PEM with its line breaks, and not encrypted';

const keyGuides: Readonly<Record<ParentExchangeId, KeyGuide>> = {
  // "Enable Spot & Margin Trading": https://developers.binance.com/docs/margin_trading/trade/Create-Special-Key-of-Low-Latency-Trading
  binance: {
    place: 'API Management, Create API',
    permissions: 'Reading, and Spot & Margin Trading',
    secret: `its text, or a private key ${asPem}`,
  },
  binanceusdm: {
    place: 'API Management, Create API',
    permissions: 'Reading, and Futures',
    secret: `its text, or a private key ${asPem}`,
  },
  // The permissions of a key: https://bybit-exchange.github.io/docs/v5/user/apikey-info
  bybit: {
    place: 'API Management',
    permissions: 'reading and trading of spot and derivatives',
    secret: `its text, or a private key ${asPem}`,
  },
  // https://www.okx.com/en-eu/help/api-faq-eea
  okx: { place: 'Profile, API and connections, Create API key', permissions: 'Read and Trade' },
  // https://www.kucoin.com/support/360015102174
  kucoin: { place: 'API Management, Create API, API Trading', permissions: 'General and Spot' },
  // https://www.bitget.com/support/articles/360038968251-API-Creation-Guide
  bitget: { place: 'API Management', permissions: 'reading and trading of spot' },
  // Gate's help page 17521.
  gate: {
    place: 'API Management, Create API Key, API v4',
    permissions:
      'spot trading, perpetual futures if you trade them, and reading of Account; for a unified account, also reading of Unified',
  },
  // https://docs.cdp.coinbase.com/coinbase-app/authentication-authorization/api-key-authentication
  coinbase: {
    place: 'Developer Platform, API Keys, Secret API Keys, Create API key',
    permissions: 'View and Trade',
    secret:
      'a private key as PEM, or that of an Ed25519 key in base64; the API key is its whole name, organizations/…/apiKeys/…',
  },
  // https://support.kraken.com/hc/en-us/articles/how-to-create-an-api-key-on-kraken-pro
  kraken: {
    place: 'Settings, API, Create API key',
    permissions:
      'Query funds, Query open orders & trades, Query closed orders & trades, Create & modify orders, Cancel & close orders',
    secret: 'the private key in base64, as Kraken shows it',
  },
};

/** @returns the guide of an exchange; undefined for one of the generic mode. */
export function findKeyGuide(exchange: string): KeyGuide | undefined {
  const id = toParent(exchange as ParentExchangeId);
  return Object.hasOwn(keyGuides, id) ? keyGuides[id] : undefined;
}
