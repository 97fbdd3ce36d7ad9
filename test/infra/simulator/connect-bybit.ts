import type { Exchange } from 'ccxt';
import { type RunningExchange, simulatedUrls } from '../../../infra/simulator/exchange.ts';
import { key } from './connect.ts';

const Bybit: new (config: object) => Exchange = (
  await import(new URL('./src/bybit.js', import.meta.resolve('ccxt')).href)
).default;

/** Real ccxt with other URLs. It detects the type of its account itself. */
export async function connectBybit(exchange: RunningExchange, config: object = {}): Promise<Exchange> {
  const client = new Bybit({ ...key, enableRateLimit: false, ...config });
  client.urls.api = simulatedUrls(client.urls.api as Record<string, string>, exchange.url);
  client.milliseconds = exchange.core.now;
  client.options.fetchMarkets = { types: ['spot', 'linear'] };
  await client.loadMarkets();
  return client;
}

/** ccxt warns that Bybit finds only recent orders unless the caller accepts that. */
export const acknowledged = { acknowledged: true };
