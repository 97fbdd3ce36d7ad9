import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { createTrigger } from '../../functions/trigger.ts';
import { createWarmUp } from '../../functions/warm-up/warm-up.ts';
import { exchangeIdSchema } from '../../lib/account/account.ts';
import { timeLeft } from '../../lib/deadline.ts';
import type { Services } from '../../lib/services.ts';
import { newTrader } from '../lib/notify/trader.ts';

const environment = { RIPCORD_TABLE: 'none', RIPCORD_ACCOUNTS: 'file:/none' } as const;
const context = { awsRequestId: 'request' } as Context;

/** A trigger, what it opened and logged, and the connections that its process tried to open. */
function newTrigger(differing: Partial<Services> = {}, linksHalted?: true) {
  const { services, table } = newTrader();
  const [opened, lines, sockets]: [string[], object[], unknown[]] = [[], [], []];
  const exchanges: Services['exchanges'] = {
    async of(account, exchange) {
      opened.push(`${account} ${exchange}`);
      throw new Error('no such account');
    },
  };
  const log = {
    event: (event: string, fields: object, values?: object) => lines.push({ event, ...fields, ...values }),
    metrics: (values: object) => lines.push(values),
  };
  const note = (message: unknown) => sockets.push(message);
  subscribe('net.client.socket', note);
  onTestFinished(() => void unsubscribe('net.client.socket', note));
  const built = {
    services: { ...services, exchanges, ...differing },
    accounts: undefined as never,
    linksHalted,
  };
  const trigger = createTrigger(environment, () => built, log);
  return {
    table,
    opened,
    lines,
    sockets,
    invoke: (event: object) => trigger(event as APIGatewayProxyEventV2, context),
  };
}

test.each(exchangeIdSchema.options)(
  'A warm-up closes a position of its own on %s, without a connection or a record',
  async (exchange) => {
    const { invoke, table, opened, lines, sockets } = newTrigger();
    await table.recordSweep('2026-10-09T08:53:20.000Z', [{ account: 'main', exchange }]);
    for (const _ of [1, 2]) expect(await invoke({ warmUp: true })).toEqual({});
    expect(opened).toEqual([`main ${exchange}`, `main ${exchange}`]);
    expect(lines).toEqual([]);
    expect(sockets).toEqual([]);
    expect(await table.listHitsSince('0', 10)).toEqual([]);
    expect(table.positions()).toEqual([]);
  },
);

test('A warm-up skips an exchange that this version does not know', async () => {
  const { invoke, table, lines } = newTrigger();
  await table.recordSweep('2026-10-09T08:53:20.000Z', [{ account: 'main', exchange: 'newer' }]);
  await invoke({ warmUp: true });
  expect(lines).toEqual([]);
});

test('A warm-up does nothing while links are halted', async () => {
  const refuse = new Proxy({} as never, { get: () => expect.fail('the table was used') });
  const { invoke, opened, lines } = newTrigger({ store: refuse }, true);
  expect(await invoke({ warmUp: true })).toEqual({});
  expect([opened, lines]).toEqual([[], []]);
});

test('A warm-up that fails is logged as such, and counts neither as a hit nor as an error of the function', async () => {
  const { table } = newTrader();
  const store = { ...table, readStatus: () => Promise.reject(new TypeError('broken')) };
  const { invoke, lines } = newTrigger({ store });
  expect(await invoke({ warmUp: true })).toEqual({});
  expect(lines).toEqual([{ event: 'warm-up-failed', code: 'TypeError' }]);
});

test('A warm-up gives up its reads after one second', async () => {
  const { table } = newTrader();
  const waits: number[] = [];
  const readStatus = async () => {
    waits.push(timeLeft());
    return table.readStatus();
  };
  await newTrigger({ store: { ...table, readStatus }, now: () => 0 }).invoke({ warmUp: true });
  expect(waits).toEqual([1_000]);
});

test('An exchange whose dry close fails is logged, keeps its six closes for the next warm-up, and delays no other', async () => {
  const { services, table } = newTrader();
  const lines: object[] = [];
  const log = {
    event: (event: string, fields: object) => lines.push({ event, ...fields }),
    metrics: () => undefined,
  };
  await table.recordSweep('2026-10-09T08:53:20.000Z', [
    { account: 'main', exchange: 'bybit' },
    { account: 'other', exchange: 'binance' },
  ]);
  const closed: string[] = [];
  let failures = 1;
  // Each dry close has a handler of its own, made in the order of the exchanges in use.
  const warmUp = createWarmUp(() => {
    const own = handlers.shift() ?? 'none';
    return async () => {
      closed.push(own);
      const outcome = own === 'bybit' && failures-- > 0 ? 'failed' : 'closed';
      return { body: JSON.stringify({ outcome }) };
    };
  }, log);
  const handlers = ['bybit', 'binance'];
  const built = { services, accounts: undefined as never };
  const count = () =>
    Object.fromEntries(
      [...Map.groupBy(closed.splice(0), (own) => own)].map(([own, all]) => [own, all.length]),
    );

  await warmUp(() => built);
  expect(lines).toEqual([{ event: 'warm-up-failed', exchange: 'bybit', code: 'DryCloseFailed' }]);
  expect(count()).toEqual({ bybit: 1, binance: 6 });
  await warmUp(() => built);
  expect(count()).toEqual({ bybit: 6, binance: 1 });
  await warmUp(() => built);
  expect(count()).toEqual({ bybit: 1, binance: 1 });
  expect(lines).toHaveLength(1);
});

test('A request to a link is never a warm-up, whatever it contains', async () => {
  const { invoke, lines, opened } = newTrigger();
  const request = {
    version: '2.0',
    warmUp: true,
    rawQueryString: 'warmUp=true',
    queryStringParameters: { warmUp: 'true' },
    headers: { accept: '*/*', warmup: 'true' },
    requestContext: { http: { method: 'POST', sourceIp: '203.0.113.7' } },
    pathParameters: { token: 'warmUp' },
    body: '{"warmUp":true}',
  };
  expect(await invoke(request)).toMatchObject({ statusCode: 404 });
  expect(lines).toMatchObject([{ event: 'hit', decision: 'refused' }]);
  expect(opened).toEqual([]);
});
