import { readdir } from 'node:fs/promises';
import type { Exchange as CcxtClient } from 'ccxt';
import { describe, expect, test } from 'vitest';
import { exchangeIdSchema } from '../../../lib/account/account.ts';
import { genericIds } from '../../../lib/account/generic-id.ts';
import { findRefusedExchange, refusedExchanges } from '../../../lib/exchange/refused-exchanges.ts';

const ccxt = new URL('src/', import.meta.resolve('ccxt'));
const ids = (await readdir(ccxt)).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3));

async function describeExchange(id: string) {
  const module: { default: new (config: object) => CcxtClient } = await import(
    new URL(`${id}.js`, ccxt).href
  );
  const { has, requiredCredentials, precisionMode } = new module.default({});
  const required = Object.entries(requiredCredentials).flatMap(([name, needed]) => (needed ? [name] : []));
  return { has, required, precisionMode };
}

/** Exchanges whose proof is on its way, and regional classes of proven exchanges. */
const expectedLater = [
  'binanceus',
  'bybiteu',
  'bybitid',
  'gateeu',
  'bitget',
  'coinbase',
  'gate',
  'kraken',
  'kucoin',
];

describe('every exchange of ccxt', () => {
  test('is proven, generic or refused with a reason', () => {
    const proven: readonly string[] = exchangeIdSchema.options;
    const generic: readonly string[] = genericIds;
    const isDecided = (id: string) =>
      proven.includes(id) || generic.includes(id) || findRefusedExchange(id) !== undefined;
    expect(expectedLater).toEqual(expect.arrayContaining(ids.filter((id) => !isDecided(id))));
  });

  test('is only one of them', () => {
    const refused = ids.filter((id) => findRefusedExchange(id) !== undefined);
    const all = [...exchangeIdSchema.options, ...genericIds, ...refused];
    expect(new Set(all).size).toBe(all.length);
    expect(ids).toEqual(expect.arrayContaining(all));
  });
});

test.each(genericIds)('ccxt has what the generic mode needs of %s', async (id) => {
  const { has, required, precisionMode } = await describeExchange(id);
  expect(has).toMatchObject({ spot: true, createOrder: true, fetchOrder: true, fetchOpenOrders: true });
  expect(has).toMatchObject({ fetchMyTrades: true, fetchBalance: true, fetchTicker: true });
  expect(['apiKey', 'secret', 'password', 'uid']).toEqual(expect.arrayContaining(required));
  // Steps, and not digits.
  expect(precisionMode).toBe(4);
});

const lacking = refusedExchanges.filter(({ lacks }) => lacks !== undefined);

test.each(lacking)('$exchange lacks $lacks in ccxt', async ({ exchange = '', lacks = '' }) => {
  const { has } = await describeExchange(exchange);
  expect(has[lacks]).not.toBe(true);
});

test.each(['derive', 'hyperliquid', 'aster'])('%s signs with a wallet in ccxt', async (id) => {
  const { required } = await describeExchange(id);
  expect(required).toContain('privateKey');
});
