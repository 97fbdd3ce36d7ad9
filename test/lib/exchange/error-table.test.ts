import { describe, expect, test } from 'vitest';
import { type ExchangeId, exchangeIdSchema, toParent } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { codelessErrors, codelessReasons } from '../../../lib/exchange/venues/codeless-errors.ts';
import { errorSources } from '../../../lib/exchange/venues/error-sources.ts';
import type { ErrorRow } from '../../../lib/exchange/venues/error-table.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { fixedResponse, startScriptedServer } from './scripted-server.ts';
import { closeOfLong, startTrader, type TestMarket, testMarkets, toAccount } from './test-markets.ts';

/** One response that a row describes, in the venue's own shape. */
interface Wire {
  status: number;
  body: string;
  code: string;
}

const ofBinance = (code: string, msg: string) => ({ code: Number(code), msg });
const ofOkx = (sCode: string, sMsg: string) => ({ code: '1', msg: '', data: [{ ordId: '', sCode, sMsg }] });

/** An error in the shape of each venue. */
const toBody: Partial<Record<ExchangeId, (code: string, message: string) => unknown>> = {
  binance: ofBinance,
  binanceusdm: ofBinance,
  bybit: (code, retMsg) => ({ retCode: Number(code), retMsg, result: {} }),
  okx: ofOkx,
  kucoin: (code, msg) => ({ code, msg }),
  coinbase: (error, message) => ({ success: false, error_response: { error, message } }),
  bitget: (code, msg) => ({ code, msg, requestTime: 1, data: null }),
  gate: (label, message) => ({ label, message }),
  kraken: (code, message) => ({ error: [`${code}:${message}`] }),
};

function toWires(testMarket: TestMarket, { codes = ['-7777'], words = ['No.'], status }: ErrorRow): Wire[] {
  return codes.flatMap((code) =>
    words.map((message) => ({
      status: status ?? testMarket.errorStatus,
      code,
      body: JSON.stringify(toBody[testMarket.exchange]?.(code, `${message} [1]`)),
    })),
  );
}

/** Connects the port to a server that sends one response to everything. Each response meets a new connection. */
async function startScripted(testMarket: TestMarket) {
  const server = await startScriptedServer();
  const { market } = await startTrader(testMarket);
  const account = toAccount(testMarket.exchange, server.url);
  return async ({ status, body }: Pick<Wire, 'status' | 'body'>) => {
    server.respond = fixedResponse(body, status);
    const exchange = await ccxtExchanges(accountsInMemory({ main: account })).of('main');
    const result = await exchange.createMarketOrder(market, closeOfLong(market));
    if (result.kind === 'accepted') throw new Error('the response was read as an order');
    return result;
  };
}

describe.each(testMarkets)('the error table at $name', (testMarket) => {
  const { rows } = venues[testMarket.exchange].errors;
  const codeless = codelessErrors[toParent(testMarket.exchange)];

  test('names for each row the page or the recording that it rests on', () => {
    for (const { source } of [...rows, ...codeless]) expect(errorSources[source]).toMatch(/^https:\/\/\S+$/);
  });

  test('gives every code and every wording the meaning of its row', async () => {
    const create = await startScripted(testMarket);
    for (const row of rows)
      for (const wire of toWires(testMarket, row)) {
        const result = await create(wire);
        const reason = 'reason' in result ? result.reason : 'unknown';
        expect({ ...wire, reason }).toEqual({ ...wire, reason: row.meaning });
        expect(result.code).toBe(wire.code);
        expect(result.message).toContain('[1]');
      }
  }, 60_000);

  test('gives every status without a code the meaning of its cause', async () => {
    const create = await startScripted(testMarket);
    for (const { status, words = [''], cause } of codeless) {
      const result = await create({ status, body: `<html><body>${words[0]}</body></html>` });
      expect({ status, ...result }).toEqual({
        status,
        kind: 'rejected',
        reason: codelessReasons[cause],
        code: String(status),
        message: expect.stringMatching(/^\S.+ \(\d{3}\)$/),
      });
      expect(result.message).not.toContain('no message');
    }
  });

  test('believes no row of another status class when the servers fail', async () => {
    const create = await startScripted(testMarket);
    for (const row of rows.filter((each) => each.status === undefined).slice(0, 20))
      for (const wire of toWires(testMarket, row))
        expect(await create({ ...wire, status: 502 })).toMatchObject({ kind: 'unknown' });
  }, 60_000);
});

test('every source is used', () => {
  const used = exchangeIdSchema.options.flatMap((id) => [
    ...venues[id].errors.rows,
    ...codelessErrors[toParent(id)],
  ]);
  expect(Object.keys(errorSources).sort()).toEqual([...new Set(used.map(({ source }) => source))].sort());
});
