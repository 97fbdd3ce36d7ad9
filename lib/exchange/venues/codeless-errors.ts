import { STATUS_CODES } from 'node:http';
import type { ParentExchangeId, VenueId } from '../../account/account.ts';
import { isGeneric } from '../../account/generic-id.ts';
import { toParent } from '../../account/parent-exchange.ts';
import type { RejectReason } from '../exchange.ts';
import { exchangeName } from '../exchange-name.ts';
import type { ErrorSource } from './error-sources.ts';
import type { CodelessCause, VenueError } from './venue-error.ts';

export interface CodelessRow {
  status: number;
  /** Only if the response contains one of these, in any case. */
  words?: readonly string[];
  cause: CodelessCause;
  /** How long no request is sent, if the response has no Retry-After. */
  pauseMs?: number;
  source: ErrorSource;
}

const countryBlock: CodelessRow = {
  status: 403,
  words: ['block access from your country'],
  cause: 'region',
  source: 'recordedCountryBlock',
};

function binanceRows(http: ErrorSource): CodelessRow[] {
  return [
    countryBlock,
    // "A WAF rule has been violated. This can indicate a rate limit violation or a security block."
    { status: 403, cause: 'firewall', source: 'binanceSpotHttp' },
    { status: 418, cause: 'rate', source: http },
    { status: 429, cause: 'rate', source: http },
    { status: 451, cause: 'region', source: 'recordedRestrictedLocation' },
  ];
}

/** Any other status of a CDN in front of the exchange proves nothing: its own errors have a code. */
function cdnRows(rateLimit: ErrorSource): CodelessRow[] {
  return [
    countryBlock,
    { status: 403, cause: 'firewall', source: 'forbidden' },
    { status: 429, cause: 'rate', source: rateLimit },
    { status: 451, cause: 'region', source: 'legalReasons' },
  ];
}

/** The first row that matches counts. Any other status without a code proves nothing. */
export const codelessErrors: Record<ParentExchangeId, readonly CodelessRow[]> = {
  binance: binanceRows('binanceSpotHttp'),
  binanceusdm: binanceRows('binanceUsdmHttp'),
  bybit: [
    countryBlock,
    // "Terminate all HTTP sessions and wait for at least 10 minutes."
    {
      status: 403,
      words: ['access too frequent'],
      cause: 'rate',
      pauseMs: 10 * 60_000,
      source: 'bybitRateLimit',
    },
    // "IP rate limit breached", "GET request with an empty json body", "using U.S IP".
    { status: 403, cause: 'firewall', source: 'bybitHttp' },
    { status: 400, cause: 'request', source: 'bybitHttp' },
    { status: 401, cause: 'key', source: 'bybitHttp' },
    { status: 404, cause: 'request', source: 'bybitHttp' },
    { status: 429, cause: 'rate', source: 'bybitHttp' },
    { status: 451, cause: 'region', source: 'legalReasons' },
  ],
  okx: cdnRows('okxRateLimit'),
  kucoin: [
    countryBlock,
    { status: 403, cause: 'firewall', source: 'forbidden' },
    // "error code: 1015 … Cloudflare is based on the IP limit … block 30s".
    { status: 429, words: ['1015'], cause: 'rate', pauseMs: 30_000, source: 'kucoinRateLimit' },
    { status: 429, cause: 'rate', source: 'kucoinRateLimit' },
    { status: 451, cause: 'region', source: 'legalReasons' },
  ],
  bitget: cdnRows('bitgetRateLimit'),
  gate: [
    // "401: Authentication failed".
    { status: 401, cause: 'key', source: 'gateHttp' },
    ...cdnRows('gateHttp'),
  ],
  kraken: cdnRows('krakenRateLimit'),
  coinbase: [
    // "Your JWT expires after 2 minutes, after which all requests are unauthenticated."
    { status: 401, cause: 'key', source: 'coinbaseKeys' },
    ...cdnRows('coinbaseRateLimit'),
  ],
};

/** Why an order was not executed, for each cause. */
export const codelessReasons = {
  region: 'permission',
  firewall: 'refused-for-now',
  rate: 'rate-limit',
  key: 'permission',
  request: 'other',
} as const satisfies Record<CodelessCause, RejectReason>;

const sentences: Record<CodelessCause, (name: string) => string> = {
  region: (name) => `${name} does not serve the region that Ripcord runs in`,
  firewall: (name) =>
    `A firewall blocked the request: too many requests from this address, or a region that ${name} does not serve`,
  rate: (name) => `Too many requests to ${name} came from this address`,
  key: (name) => `${name} did not accept the API key`,
  request: (name) => `${name} did not accept the request`,
};

/** @returns the row of a response; undefined if its status proves nothing. */
export function findCodelessRow(id: VenueId, status: number, text: string): CodelessRow | undefined {
  const known = isGeneric(id) ? [] : codelessErrors[toParent(id)];
  const rows = known.filter((row) => row.status === status);
  // Only after the filter: a list of markets is megabytes long.
  const lower = rows.length === 0 ? '' : text.toLowerCase();
  return rows.find((row) => row.words?.some((words) => lower.includes(words)) ?? true);
}

/** @returns the words of a response without a message: its own text, or the title of a page, or those of its status. */
function readWords(text: string, status: number): string {
  const title = /<title>([^<]*)<\/title>/i.exec(text)?.[1];
  const own = (title ?? (text.includes('<') || text.includes('{') ? '' : text)).trim();
  return own || (STATUS_CODES[status] ?? '');
}

/** Completes an error that has no code of the venue: with its cause and its words. */
export function describeCodeless(id: VenueId, error: VenueError, text: string): VenueError {
  if (error.hasCode) return error;
  const cause = findCodelessRow(id, error.status, text)?.cause;
  if (cause === undefined) return { ...error, message: error.message || readWords(text, error.status) };
  return { ...error, cause, message: error.message || sentences[cause](exchangeName(id)) };
}
