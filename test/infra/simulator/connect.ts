import type { Exchange } from 'ccxt';
import { afterEach } from 'vitest';
import {
  type RunningExchange,
  type SimulatedExchangeOptions,
  simulatedUrls,
  startSimulatedExchange,
} from '../../../infra/simulator/exchange.ts';

type ExchangeClass = new (config: object) => Exchange;

// Imports single exchanges, because the whole ccxt package takes seconds to load.
async function load(name: string): Promise<ExchangeClass> {
  return (await import(new URL(`./src/${name}.js`, import.meta.resolve('ccxt')).href)).default;
}

const classes = { spot: await load('binance'), usdm: await load('binanceusdm') };
const officialHosts = { spot: 'https://api.binance.com', usdm: 'https://fapi.binance.com' };

export const key = { apiKey: 'key-1', secret: 'secret-1' };

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** An exchange with one funded account, stopped after the test. */
export async function start(
  options: SimulatedExchangeOptions & { funded?: boolean } = {},
): Promise<RunningExchange> {
  const { funded = true, ...rest } = options;
  const exchange = await startSimulatedExchange(rest);
  stops.push(exchange.stop);
  if (funded)
    exchange.core.addAccount({
      ...key,
      balances: { spot: { USDT: '100000', BTC: '1', ETH: '10', DOGE: '1000' }, usdm: { USDT: '100000' } },
    });
  return exchange;
}

/** Real ccxt with other URLs. */
export async function connect(
  market: 'spot' | 'usdm',
  exchange: RunningExchange,
  config: object = {},
): Promise<Exchange> {
  const client = new classes[market]({ ...key, enableRateLimit: false, ...config });
  client.urls.api = simulatedUrls(client.urls.api as Record<string, string>, exchange.url);
  // ccxt selects its error classes by Binance's host name.
  const handleErrors = client.handleErrors.bind(client);
  client.handleErrors = (code, reason, url, ...rest) =>
    handleErrors(code, reason, url.replace(exchange.url, officialHosts[market]), ...rest);
  client.milliseconds = exchange.core.now;
  await client.loadMarkets();
  return client;
}

/** @returns the error of a rejected call: ccxt's class name and message. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { name: error.constructor.name, message: error.message };
  }
  throw new Error('the call was not refused');
}

export const btc = 'BTC/USDT';
export const btcPerp = 'BTC/USDT:USDT';

/** ccxt's types allow orders without an id, but Binance's orders always have one. */
export function idOf(order: { id?: string | undefined }): string {
  if (order.id === undefined) throw new Error('an order without an id');
  return order.id;
}
