import type { Exchange as CcxtClient } from 'ccxt';
import type { MarketRules } from '../exchange.ts';
import type { Fields } from './lists.ts';
import type { Fence, FenceFields, UnsignedRequest } from './venue.ts';

let lastNonce = 0n;

/**
 * "Always increasing, unsigned 64-bit integer", for each key: https://docs.kraken.com/api/docs/guides/spot-rest-auth
 * Nanoseconds by the wall clock, so that two processes with one key rarely have the same, and a process that was frozen
 * does not fall behind. The place within a millisecond is left to chance.
 */
export function nextNonce(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
  lastNonce = now > lastNonce ? now : lastNonce + 1n;
  return lastNonce;
}

/** "Min now() + 2 seconds, max now() + 60 seconds"; 5 s is the default. A slow network takes from them. */
const [leastMs, mostMs] = [5_000, 55_000];

/**
 * The `deadline` of an order: "RFC3339 timestamp … after which the matching engine should reject the new order request, in
 * presence of latency or order queueing". https://docs.kraken.com/api/docs/rest-api/add-order
 */
export function fence({ path }: UnsignedRequest, { sendDeadline, now, clockOffsetMs }: Fence): FenceFields {
  if (path !== 'AddOrder') return {};
  const leftMs = Math.min(Math.max(sendDeadline - now, leastMs), mostMs);
  return { parameters: { deadline: new Date(Date.now() + leftMs - clockOffsetMs).toISOString() } };
}

/** A response of Kraken has both fields, `error` as an empty list if there is none. */
export function hasResult({ error, result }: Fields): boolean {
  return Array.isArray(error) && typeof result === 'object' && result !== null;
}

/** @throws TypeError if the response has no result: only an empty one means that there is nothing. */
export function readResult(response: Fields): Record<string, Fields> {
  if (!hasResult(response)) throw new TypeError('the response has no result');
  return response.result as Record<string, Fields>;
}

/** @returns the rows of a list, each with its key as `id`. */
export function readRows(list: Fields | undefined): Fields[] {
  if (typeof list !== 'object' || list === null) throw new TypeError('the response has no list');
  return Object.entries(list).map(([id, row]) => ({ ...(row as Fields), id }));
}

/**
 * Whether a name is that of the market: orders have `XBTUSD` and trades may have `XXBTZUSD` for the pair `XXBTZUSD`. Older
 * currencies have an id with an X or a Z before it, and a name of Kraken's own.
 */
export function isPair(client: CcxtClient, { id, base, quote }: MarketRules, name: unknown): boolean {
  const text = String(name);
  if (text === id) return true;
  return [...text].some(
    (_, at) =>
      at > 0 &&
      client.safeCurrencyCode(text.slice(0, at)) === base &&
      client.safeCurrencyCode(text.slice(at)) === quote,
  );
}

const pairIdsOf = new WeakMap<CcxtClient, Map<string, string>>();

/** @returns the ids of pairs by their names. https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs */
export async function readPairIds(client: CcxtClient, names: string[]): Promise<Map<string, string>> {
  const known = pairIdsOf.get(client) ?? new Map<string, string>();
  pairIdsOf.set(client, known);
  const unknown = [...new Set(names)].filter((name) => !known.has(name));
  if (unknown.length === 0) return known;
  const pairs = readResult(await client.publicGetAssetPairs({ pair: unknown.join(',') }));
  for (const [id, { altname }] of Object.entries(pairs)) known.set(String(altname), id);
  return known;
}
